import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";

const root = new URL("../../../", import.meta.url);

/** The folder that TypeDoc writes to. */
export const siteFolder = fileURLToPath(new URL("docs/api/", root));

/** The address of a file of the repository. */
export const fileOf = (path: string): URL => new URL(path, root);

/** A guide: a page of the site that is written by hand. */
export interface Page {
  /** Its place in the repository. */
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
  const { config } = ts.parseConfigFileTextToJson("tsconfig.json", readFileSync(fileOf("tsconfig.json"), "utf8"));
  const paths: string[] = config.typedocOptions.projectDocuments.filter((path: string) => path.startsWith("docs/"));
  const written = globSync("docs/**/*.md", { cwd: fileURLToPath(root), ignore: ["docs/api/**"] });
  const forgotten = written.filter((path) => !paths.includes(path));
  if (forgotten.length > 0) throw new Error(`not in tsconfig.json's projectDocuments: ${forgotten.join(", ")}`);
  return paths.map(pageOf);
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
