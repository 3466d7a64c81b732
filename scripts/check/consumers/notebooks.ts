import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileIn, Kernel } from "../../docs/notebooks/execute.ts";
import { committedForm, comparable, type Notebook } from "../../docs/notebooks/ipynb.ts";

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
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  assert.equal(names.length, readdirSync(fileIn("")).filter((name) => name.endsWith(".ipynb")).length);
  const kernel = await Kernel.in(folder);
  try {
    for (const name of names) {
      const run = await kernel.execute(name.replace(".ipynb", ""), read(join(folder, name)));
      assert.ok(comparable(committedForm(run)) === comparable(read(fileIn(name))), `${name} is not as committed`);
    }
  } finally {
    kernel.stop();
  }
}
