/**
 * Runs the notebooks of examples/notebooks in clean kernels, with their exercises as they are and solved, and fails on any
 * error, missing figure, check that does not tell the two apart, and output other than the one that is committed. With
 * `--update` it writes what came out. Names of notebooks may be given. Needs `npm run build`, Python
 * with jupyter_client and nbformat, and Deno in test/engines.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fileIn, Kernel } from "./notebooks/execute.ts";
import { committedForm, comparable, hasFigure, type Notebook, notebookOf, textOf } from "./notebooks/ipynb.ts";
import { cellsOf, missingIn, type SourceCell } from "./notebooks/source.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { update: { type: "boolean", default: false } },
});

/** Seconds that a notebook may take. */
const limit = 60;

const names = readdirSync(fileIn(""))
  .filter((name) => name.endsWith(".md"))
  .map((name) => name.slice(0, -".md".length))
  .filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)))
  .sort();

const kernel = await Kernel.start();
const failures: string[] = [];
try {
  for (const name of names) {
    const cells = cellsOf(readFileSync(fileIn(`${name}.md`), "utf8"));
    const start = performance.now();
    const found = [...missingIn(cells).map((what) => `has no ${what}`), ...(await problemsOf(name, cells))];
    failures.push(...found.map((problem) => `${name}: ${problem}`));
    console.log(
      `${name}: ${found.length === 0 ? "as it should be" : found.join("; ")} (${seconds(start)} s, run twice)`,
    );
  }
} finally {
  kernel.stop();
}
if (failures.length > 0) process.exitCode = 1;

async function problemsOf(name: string, cells: readonly SourceCell[]): Promise<string[]> {
  try {
    const start = performance.now();
    const asIs = await kernel.execute(name, notebookOf(cells, { isSolved: false }));
    const took = seconds(start);
    const solved = await kernel.execute(name, notebookOf(cells, { isSolved: true }));
    return [
      ...(took > limit ? [`took ${took} s`] : []),
      ...figuresMissing(cells, asIs),
      ...checksWrong(cells, asIs, "Not yet"),
      ...checksWrong(cells, solved, "Right"),
      ...committed(name, committedForm(asIs)),
    ];
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    return [(stderr || message).trim().split("\n").slice(-25).join("\n")];
  }
}

function seconds(start: number): number {
  return Math.round((performance.now() - start) / 1000);
}

function figuresMissing(cells: readonly SourceCell[], { cells: run }: Notebook): string[] {
  return cells.flatMap(({ kind, text }, i) =>
    kind === "figure" && !hasFigure(run[i]) ? [`no figure from ${JSON.stringify(text.slice(-60))}`] : [],
  );
}

function checksWrong(cells: readonly SourceCell[], { cells: run }: Notebook, expected: string): string[] {
  return cells.flatMap(({ kind }, i) => {
    const text = textOf(run[i]);
    return kind === "check" && !text.startsWith(expected)
      ? [`a check says ${JSON.stringify(text)}, not ${expected}`]
      : [];
  });
}

/** Writes what came out, or compares it with what is there. */
function committed(name: string, notebook: Notebook): string[] {
  const file = fileIn(`${name}.ipynb`);
  if (values.update) {
    writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`);
    return [];
  }
  const before = JSON.parse(readFileSync(file, "utf8")) as Notebook;
  return comparable(before) === comparable(notebook) ? [] : ["is not as committed: npm run notebooks -- --update"];
}
