import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { globSync } from "tinyglobby";
import { guideOrder } from "../../../site/guides.ts";
import { fileOf, referenceFolder } from "./pages.ts";

/** A page of the reference. */
export interface ReferencePage {
  /** Its place in the site, `reference/nn/classes/Linear.md`. */
  readonly path: string;
  /** The place of its entry or namespace, `nn`, `nn/functional`; empty for the first page. */
  readonly module: string;
  readonly kind: "module" | "class" | "function" | "types";
  /** What it is about, as its title says it. */
  readonly name: string;
  readonly text: string;
}

/** A file that TypeDoc has written, links in it as places in the site. */
interface Written {
  readonly path: string;
  readonly module: string;
  readonly kind: ReferencePage["kind"] | "type";
  readonly name: string;
  readonly text: string;
}

const kinds: Readonly<Record<string, Written["kind"]>> = {
  classes: "class",
  functions: "function",
  interfaces: "type",
  "type-aliases": "type",
};

/** What every function has is no chapter, neither beside the page nor in the search. */
const parts =
  /^#+ (Call Signature|Default|Example|Extended by|Extends|Get Signature|Implementation of|Implements|Inherited from|Overrides|Param|Parameters|Returns|See|Set Signature|Throws|Type Declaration|Type Parameters|Union Members|Index Signature|Indexable)$/;

/** A link to a Markdown file: where it leads, and to which place there. */
const links = /\]\((?!https?:)([^)\s#]*\.md)?(#[^)\s]*)?\)/g;

/**
 * The reference, of what TypeDoc has written. A type that only one function or class speaks of, such as its options, stands on that
 * page; types that several speak of share a page. What a class inherits is named, with a link to where it is explained.
 */
export function referencePages(): ReferencePage[] {
  const written = globSync("**/*.md", { cwd: referenceFolder, ignore: ["_media/**"] })
    .sort()
    .map(read);
  const owners = ownersOf(written);
  const typesPage = ({ module }: Written) => `reference/${module}/types.md`;
  const placeOf = new Map(
    written
      .filter(({ kind }) => kind === "type")
      .map((type) => [type.path, { path: owners.get(type.path) ?? typesPage(type), name: type.name }]),
  );
  const resettled = (text: string, page: string): string =>
    text.replace(links, (link, to: string | undefined, place = "") => {
      if (to === undefined) return link;
      const type = placeOf.get(to);
      if (type === undefined) return `](${relative(page, to)}${place})`;
      return `](${type.path === page ? "" : relative(page, type.path)}#${placeOn(type.name, place)})`;
    });
  const sections = (page: string): string =>
    written
      .filter(({ path }) => placeOf.get(path)?.path === page)
      .map((type) => `\n${resettled(asSection(type), page)}`)
      .join("\n");
  const shared = [...new Set(written.filter(({ kind }) => kind === "type").map(typesPage))].sort();
  return [
    ...written.flatMap(({ kind, text, ...page }) =>
      kind === "type"
        ? []
        : [{ ...page, kind, text: resettled(withOrigin({ kind, text, ...page }), page.path) + sections(page.path) }],
    ),
    ...shared.flatMap((path): ReferencePage[] => {
      const text = sections(path);
      const module = path.slice("reference/".length, -"/types.md".length);
      const title = `# Types of ${entryOf(module)}\n\nThose that several functions or classes speak of.\n`;
      return text === "" ? [] : [{ path, module, kind: "types", name: "Types", text: title + text }];
    }),
  ];
}

function read(file: string): Written {
  const folders = posix.dirname(file).split("/");
  const kind = kinds[folders.at(-1) ?? ""] ?? "module";
  const path = placeInSite(file);
  const text = readFileSync(referenceFolder + file, "utf8").replace(links, (_, to = "", place = "") =>
    to === "" ? `](${place})` : `](${placeInSite(posix.join(posix.dirname(file), to))}${place})`,
  );
  const module = (kind === "module" ? posix.dirname(path) : posix.dirname(posix.dirname(path))).replace(
    /^reference\/?/,
    "",
  );
  const name = /^# (.*)$/m.exec(text)?.[1].replaceAll("\\", "") ?? "";
  const own = kind === "class" ? inheritedNamed(text) : text;
  const part = kind === "type" ? /^#+ (Properties|Methods)$/ : parts;
  return {
    path,
    module,
    kind,
    name,
    text: outsideOfCode(own, (line) => line.replace(parts, "**$1**").replace(part, "**$1**")),
  };
}

/** Namespaces stand beside the entries: `nn/classes/Linear.md`. Guides, which TypeDoc copies, are where they always are. */
function placeInSite(file: string): string {
  const guide = guideOrder.find((path) => file === `_media/${posix.basename(path)}`);
  if (guide !== undefined) return guide;
  const [first, ...rest] = file.split("/").filter((folder) => folder !== "namespaces");
  const isEntry = ["classes", "functions", "interfaces", "type-aliases", "index.md"].includes(rest[0]);
  return `reference/${first === "evenkeel" && rest.length > 0 && !isEntry ? rest.join("/") : file}`.replaceAll(
    "/namespaces/",
    "/",
  );
}

/**
 * For each type the page that it stands on: of the only function or class of its module that speaks of it, itself or by way of other
 * types, or of the one among several after which it is named. The twin that does the same without blocking does not count.
 */
function ownersOf(written: readonly Written[]): ReadonlyMap<string, string> {
  const speakers = new Map<string, Written[]>();
  for (const page of written) {
    if (page.kind === "module") continue;
    const spoken = new Set([...page.text.matchAll(links)].map(([, to]) => to));
    for (const to of spoken)
      if (to !== undefined && to !== page.path) speakers.set(to, [...(speakers.get(to) ?? []), page]);
  }
  const heads = (type: string, seen: Set<string>): Written[] =>
    (speakers.get(type) ?? []).flatMap((speaker) => {
      if (seen.has(speaker.path)) return [];
      seen.add(speaker.path);
      return speaker.kind === "type" ? heads(speaker.path, seen) : [speaker];
    });
  const owners = new Map<string, string>();
  for (const { path, kind, module, name } of written) {
    if (kind !== "type") continue;
    const near = heads(path, new Set([path])).filter((head) => head.module === module);
    const alone = near.filter((head) => !near.some(({ name }) => head.name === name.replace("()", "Async()")));
    const named = near
      .filter(
        (head) =>
          name.toLowerCase().startsWith(bare(head).toLowerCase()) && !/^[a-z]/.test(name.slice(bare(head).length)),
      )
      .sort((a, b) => bare(b).length - bare(a).length);
    const owner = alone.length === 1 ? alone[0] : named[0];
    if (owner !== undefined) owners.set(path, owner.path);
  }
  return owners;
}

/** A name without brackets and parameters of types. */
const bare = ({ name }: Written): string => name.replace(/[^A-Za-z0-9_].*$/, "");

/** A type as a part of a page: headings one lower, places by its name. */
const asSection = ({ text, name }: Written): string =>
  outsideOfCode(text, (line) => {
    const [, signs, title, place] = /^(#+) (.*?)(?: \{#(.*)\})?$/.exec(line) ?? [];
    if (signs === undefined) return line.replace(/<a id="([^"]*)">/g, (_, id) => `<a id="${placeOn(name, `#${id}`)}">`);
    if (signs === "#") return `## ${title} {#${placeOn(name)}}`;
    return `#${signs} ${title}${place === undefined ? "" : ` {#${placeOn(name, `#${place}`)}}`}`;
  });

/** The place of a type on the page that it shares, or of a part of it. */
const placeOn = (name: string, place = ""): string =>
  [`type-${name.replace(/[^A-Za-z0-9_].*$/, "").toLowerCase()}`, place.slice(1)].filter(Boolean).join("-");

/**
 * A page that says below its title what it is about and where that is imported from. The title has a place that no member is called
 * by: VitePress refuses a page with two of one name.
 */
function withOrigin({ kind, text, module }: Written): string {
  const origin = kind === "module" ? "" : `\n\n*${kind === "class" ? "Class" : "Function"} of* \`${entryOf(module)}\``;
  return text.replace(/^(# .*)$/m, `$1 {#about}${origin}`);
}

const entries: readonly string[] = Object.keys(JSON.parse(readFileSync(fileOf("package.json"), "utf8")).exports);

/** What is imported for a module: the package's entry, or the namespace within one. */
export function entryOf(module: string): string {
  if (module === "evenkeel") return module;
  return entries.includes(`./${module}`) ? `evenkeel/${module}` : module.replaceAll("/", ".");
}

/**
 * A class without the members that it inherits, which its end names. TypeDoc says that what comes of a class that is not public is
 * inherited from another one that has it of there too: that is left as it is.
 */
function inheritedNamed(text: string): string {
  const names: string[] = [];
  const [, bases = ""] = /\n## Extends\n([\s\S]*?)\n#/.exec(text) ?? [];
  const parts = text.split(/\n(?=## )/).map((part) => {
    const [head, ...members] = part.split(/\n(?=### )/);
    const own = members.filter((member) => {
      const [, base = "", from = ""] =
        /\n#### Inherited from\n\n\[`.*?`\](\(\S*?\))\.(\[`.*?`\]\(\S*\))/.exec(member) ?? [];
      const isInherited = base !== "" && bases.includes(base);
      if (isInherited) names.push(from);
      return !isInherited;
    });
    if (members.length > 0 && own.length === 0) return "";
    return [head, ...own].join("\n").replace(/\n\*\*\*\s*$/, "\n");
  });
  const kept = parts.filter((part) => part !== "").join("\n");
  return names.length === 0 ? kept : `${kept.trimEnd()}\n\n## Inherited\n\n${names.join(", ")}\n`;
}

/** A text with every line changed that is not in a block of code. */
function outsideOfCode(text: string, change: (line: string) => string): string {
  let inside = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*```/.test(line)) inside = !inside;
    return inside ? line : change(line);
  });
  return lines.join("\n");
}

const relative = (from: string, to: string): string => {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
};
