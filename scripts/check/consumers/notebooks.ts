import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileIn, Kernel } from "../../docs/notebooks/execute.ts";
import { committedForm, comparable, type Notebook, textOf } from "../../docs/notebooks/ipynb.ts";

/** The packages that draw, which `docs/notebooks.md` says to install beside evenkeel. */
export const drawing = ["vega", "vega-lite", "@resvg/resvg-js", "@viz-js/viz"] as const;

const read = (file: string | URL) => JSON.parse(readFileSync(file, "utf8")) as Notebook;

/**
 * Runs the notebooks that are packed as `docs/notebooks.md` says, from a copy beside the package's `node_modules`, and compares what they
 * put out, and the specification of each picture, with those that are committed.
 */
export async function runPackedNotebooks(project: string): Promise<void> {
  const folder = join(project, "notebooks");
  cpSync(join(project, "node_modules/evenkeel/dist/notebooks"), folder, { recursive: true });
  await runNotebooksIn(folder);
}

/** What a notebook printed, and the hashes of what it drew, whichever formats the pictures had. */
export const told = ({ cells }: Notebook): string =>
  JSON.stringify(cells.map((cell) => [textOf(cell), (cell.outputs ?? []).map(({ metadata }) => metadata)]));

/** The same of a folder that has them, of those whose names begin so, by what is compared. It is gone afterwards. */
export async function runNotebooksIn(
  folder: string,
  { starts = [""], compared = comparable }: { starts?: readonly string[]; compared?: typeof comparable } = {},
): Promise<void> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  assert.equal(names.length, readdirSync(fileIn("")).filter((name) => name.endsWith(".ipynb")).length);
  const kernel = await Kernel.in(folder);
  try {
    for (const name of names.filter((name) => starts.some((start) => name.startsWith(start)))) {
      const run = await kernel.execute(name.replace(".ipynb", ""), read(join(folder, name)));
      assert.ok(compared(committedForm(run)) === compared(read(fileIn(name))), `${name} is not as committed`);
    }
  } finally {
    kernel.stop();
  }
}
