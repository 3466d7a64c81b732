/**
 * The notebooks as pages of the site, in Markdown: cells are blocks of `ts` in an element `.notebook-cell`, which site/runnable/notebook.ts
 * makes runnable, each with what the committed notebook shows of it.
 */
import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import type { Notebook, NotebookCell } from "../notebooks/ipynb.ts";
import { cellsOf, type SourceCell } from "../notebooks/source.ts";
import { fileOf } from "../site/pages.ts";

export interface NotebookPage {
  /** Its place in the repository, and in the site. */
  readonly path: string;
  readonly title: string;
  readonly text: string;
  readonly cells: readonly SourceCell[];
  /** The pictures that it shows, by their places beside it. */
  readonly pictures: Readonly<Record<string, Buffer>>;
}

const folder = "examples/notebooks/";

/** All of them, in their order. */
export function notebookPages(): NotebookPage[] {
  const files = globSync(["*.md"], { cwd: new URL(fileOf(folder)).pathname });
  return files.sort().map((file) => pageOf(file.slice(0, -".md".length)));
}

function pageOf(name: string): NotebookPage {
  const cells = cellsOf(readFileSync(fileOf(`${folder}${name}.md`), "utf8"));
  const notebook: Notebook = JSON.parse(readFileSync(fileOf(`${folder}${name}.ipynb`), "utf8"));
  const pictures: Record<string, Buffer> = {};
  const texts = cells.map(({ kind, text }, i) => {
    if (kind === "markdown") return text;
    const shown = shownOf(notebook.cells[i], `pictures/${name}-${i}`, pictures);
    return [
      `<div class="notebook-cell" data-kind="${kind}">`,
      fenced("ts", text),
      ...(shown === "" ? [] : ['<div class="notebook-output">', shown, "</div>"]),
      "</div>",
    ].join("\n\n");
  });
  const [, number, said] = /^# (\d+) · (.*)$/m.exec(cells[0].text) ?? [];
  if (said === undefined) throw new Error(`${name} has no title`);
  const title = `Notebook ${number}: ${said}`;
  return { path: `${folder}${name}.md`, title, text: `${texts.join("\n\n")}\n`, cells, pictures };
}

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** What a cell of the committed notebook shows, as Markdown. */
function shownOf({ outputs = [] }: NotebookCell, place: string, pictures: Record<string, Buffer>): string {
  return outputs
    .map(({ text, data = {} }, i) => {
      if (text !== undefined) return fenced("text", joined(text).trimEnd());
      const { "image/png": png, "image/svg+xml": svg, "text/plain": plain } = data;
      const said = joined(plain);
      if (png === undefined && svg === undefined) return fenced("text", said.trimEnd());
      const file = `${place}-${i}.${svg === undefined ? "png" : "svg"}`;
      pictures[file] = svg === undefined ? Buffer.from(joined(png), "base64") : Buffer.from(joined(svg));
      return `![${said.replace(/[[\]\\]/g, "\\$&")}](./${file})`;
    })
    .join("\n\n");
}

/** Jupyter writes a text whole, or as its lines. */
const joined = (text: unknown): string => (Array.isArray(text) ? text.join("") : String(text ?? ""));
