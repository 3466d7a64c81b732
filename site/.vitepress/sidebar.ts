import type { DefaultTheme } from "vitepress";
import { notebookPages } from "../../scripts/docs/notebookPages/pages.ts";
import { pages } from "../../scripts/docs/site/pages.ts";
import { entryOf, type ReferencePage, referencePages } from "../../scripts/docs/site/reference.ts";
import { projectPages } from "../guides.ts";

type Items = DefaultTheme.SidebarItem[];

/** Guides by their groups; of the reference the entries, and all names of the one that the reader is in. */
export function sidebar(): DefaultTheme.SidebarMulti {
  const reference = referencePages();
  const modules = reference
    .filter(({ kind, module }) => kind === "module" && module !== "")
    .sort((a, b) => rank(a.module) - rank(b.module));
  const overview = (open: string): Items =>
    modules.map(({ module, path }) => ({
      text: entryOf(module),
      link: linkTo(path),
      ...(module === open ? { items: namesOf(reference, module) } : {}),
    }));
  return {
    "/": [
      ...guides(),
      { text: "Project", items: projectPages.map(({ path, title }) => ({ text: title, link: linkTo(path) })) },
    ],
    "/reference/": overview(""),
    ...Object.fromEntries(modules.map(({ module }) => [`/reference/${module}/`, overview(module)])),
  };
}

/** What a program imports first stands first, a namespace behind the one that it is in. */
const order = ["evenkeel", "nn", "optim", "data", "analysis", "plot", "io", "testing"];
const rank = (module: string): number => order.indexOf(module.split("/")[0]);

function guides(): Items {
  const all = pages();
  const [start, ...others] = [...new Set(all.map(({ group }) => group))].map((text) => ({
    text,
    items: all.filter(({ group }) => group === text).map(({ title, path }) => ({ text: title, link: linkTo(path) })),
  }));
  const notebooks = notebookPages().map(({ title, path }) => ({ text: title, link: linkTo(path) }));
  return [start, { text: "Notebooks", collapsed: true, items: notebooks }, ...others];
}

const namesOf = (reference: readonly ReferencePage[], module: string): Items =>
  (["class", "function", "types"] as const).flatMap((kind) =>
    reference
      .filter((page) => page.module === module && page.kind === kind)
      .map(({ name, path }) => ({ text: name, link: linkTo(path) })),
  );

const linkTo = (path: string): string => `/${path.replace(/(index)?\.md$/, "")}`;
