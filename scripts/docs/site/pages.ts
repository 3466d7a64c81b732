import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { guideOrder } from "../../../site/guides.ts";

const root = new URL("../../../", import.meta.url);

/** The address of a file of the repository. */
export const fileOf = (path: string): URL => new URL(path, root);

/** What TypeDoc writes: the reference as Markdown, a file for each name. */
export const referenceFolder = fileURLToPath(fileOf(".temporary/reference/"));

/** What the site is built of: guides as they are, the reference, and what is handed on unchanged, in `public`. */
export const pagesFolder = fileURLToPath(fileOf("site/pages/"));

/** The site. */
export const siteFolder = fileURLToPath(fileOf("site/dist/"));

/** A guide: a page of the site that is written by hand. */
export interface Page {
  /** Its place in the repository, and in the site. */
  readonly path: string;
  readonly title: string;
  readonly group: string;
  /** Its first paragraph. */
  readonly summary: string;
  /** All of it, without what stands at its head. */
  readonly text: string;
}

/** The guides in the order of the site; fails if one of `docs` has been left out of it. */
export function pages(): Page[] {
  const written = globSync("docs/**/*.md", { cwd: fileURLToPath(root) });
  const forgotten = written.filter((path) => !guideOrder.includes(path));
  if (forgotten.length > 0) throw new Error(`not in site/guides.ts: ${forgotten.join(", ")}`);
  return guideOrder.map(pageOf);
}

function pageOf(path: string): Page {
  const [, head = "", text = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(fileOf(path), "utf8")) ?? [];
  const field = (name: string) => new RegExp(`^${name}: "?(.*?)"?$`, "m").exec(head)?.[1];
  const [title, group] = [field("title"), field("group")];
  if (title === undefined || group === undefined) throw new Error(`${path} has no title or no group at its head`);
  const paragraphs = text.split(/\n\n+/).filter((part) => /^(?!```)[A-Za-z*`]/.test(part.trim()));
  const summary = (paragraphs[0] ?? "").replaceAll("\n", " ").trim();
  return { path, title, group, summary, text: text.trim() };
}
