/** Lays out what the site is built of: guides, the reference that TypeDoc has written, figures. Part of `npm run docs`. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectPages } from "../../site/guides.ts";
import { notebookPages } from "./notebookPages/pages.ts";
import { writeRunnable } from "./runnable.ts";
import { frontPage } from "./site/front.ts";
import { labOf } from "./site/lab.ts";
import { fileOf, pages, pagesFolder } from "./site/pages.ts";
import { referencePages } from "./site/reference.ts";

rmSync(pagesFolder, { recursive: true, force: true });

/** Writes a page, which has at its head what the sidebar and the search need to know. */
function write(path: string, text: string, head: Readonly<Record<string, string>> = {}): void {
  const file = join(pagesFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  const fields = Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  writeFileSync(file, fields.length === 0 ? text : `---\n${fields.join("")}---\n\n${text}`);
}

write("index.md", frontPage());
for (const { path } of pages()) write(path, `${readFileSync(fileOf(path), "utf8")}${labOf(path)}`);
for (const { path, title } of projectPages) write(path, readFileSync(fileOf(path), "utf8"), { title });
for (const { path, title, text, pictures } of notebookPages()) {
  write(path, text, { title });
  for (const [place, bytes] of Object.entries(pictures)) {
    const file = join(pagesFolder, dirname(path), place);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
for (const { path, text, name, module, kind } of referencePages()) write(path, text, { title: name, module, kind });
cpSync(fileURLToPath(fileOf("docs/figures/")), join(pagesFolder, "public/docs/figures"), { recursive: true });
cpSync(fileURLToPath(fileOf("dist-lab/lab.html")), join(pagesFolder, "public/lab.html"));
await writeRunnable(join(pagesFolder, "public/runnable"));
