import { readFileSync } from "node:fs";
import type { NotebookPage } from "../notebookPages/pages.ts";
import type { Notebook } from "../notebooks/ipynb.ts";
import { fileOf } from "../site/pages.ts";

/** What a cell of a notebook shows once it has run. */
export interface CellSeen {
  readonly text: string;
  readonly errors: string;
  readonly drawn: number;
  readonly pictures: number;
}

/**
 * Runs a notebook from its first cell to its last, and tells what each shows. Runs in the page, so that it may use nothing from outside.
 *
 * @param seconds - that all of it may take.
 */
export async function runNotebook(page: Document, seconds: number): Promise<CellSeen[]> {
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const bar = page.querySelector(".notebook-bar") as HTMLElement;
  (bar.querySelector(".runnable-all") as HTMLElement).click();
  const start = performance.now();
  do await wait(50);
  while (bar.matches(".runnable-busy") && performance.now() - start < 1000 * seconds);
  const isLate = bar.matches(".runnable-busy");
  const seen: CellSeen[] = [];
  for (const panel of page.querySelectorAll(".notebook-cell .runnable")) {
    const textOf = (selector: string) =>
      Array.from(panel.querySelectorAll(selector), ({ textContent }) => textContent).join("\n");
    const images = Array.from(panel.querySelectorAll("img"));
    const shown = images.filter((image) => page.defaultView?.getComputedStyle(image).display !== "none");
    await Promise.all(shown.map((image) => image.decode().catch(() => {})));
    seen.push({
      text: textOf(".runnable-text"),
      errors: isLate ? `not done after ${seconds} s` : textOf(".runnable-error"),
      drawn: shown.filter(({ naturalWidth, alt }) => naturalWidth > 100 && alt !== "").length,
      pictures: shown.length,
    });
  }
  return seen;
}

/** What is not as the committed notebook has it, of all its cells. */
export function cellDifferences({ path, cells }: NotebookPage, seen: readonly CellSeen[]): string[] {
  const file = path.replace(/md$/, "ipynb");
  const notebook: Notebook = JSON.parse(readFileSync(fileOf(file), "utf8"));
  const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
  if (seen.length !== code.length) return [`${path}: ${seen.length} of ${code.length} cells run`];
  const kinds = cells.filter(({ kind }) => kind !== "markdown").map(({ kind }) => kind);
  return code.flatMap(({ outputs = [] }, i) => {
    const { text, errors, drawn, pictures } = seen[i];
    const where = `${path}, cell ${i + 1}`;
    if (errors !== "") return [`${where}: ${errors}`];
    const isPicture = ({ data = {} }: (typeof outputs)[number]) => "image/png" in data || "image/svg+xml" in data;
    const expected = outputs.filter((output) => !isPicture(output)).flatMap(({ text: lines = [] }) => lines);
    const printed = expected.join("").trimEnd();
    if (text.trimEnd() !== printed) return [`${where}: prints ${JSON.stringify(text)}, not ${JSON.stringify(printed)}`];
    const wanted = outputs.filter(isPicture).length;
    if (drawn !== wanted || pictures !== wanted) return [`${where}: ${drawn} of ${wanted} pictures are drawn`];
    if (kinds[i] === "check" && !text.startsWith("Not yet")) return [`${where}: the check says ${text}`];
    return [];
  });
}
