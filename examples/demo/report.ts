import { characters } from "./data.ts";
import { decimals, percent, whole } from "./numbers.ts";
import type { Result } from "./result.ts";
import { table } from "./table.ts";

/** The loss of a network that takes every character for equally likely. */
export const idealFirstLoss = Math.log(characters.length);

/** The numbers of all networks side by side, the heading first. */
export function comparison(results: readonly Result[], hiddenUnits: number): string[] {
  const row = (name: string, show: (result: Result) => string) => [name, ...results.map(show)];
  return table([
    row("", (result) => result.label),
    row(`loss before training (ideal: ${decimals(idealFirstLoss)})`, ({ before }) => decimals(before.loss)),
    row("training loss", ({ training }) => decimals(training.loss)),
    row("validation loss", ({ validation }) => decimals(validation.loss)),
    row("saturated tanh outputs before training", ({ before }) => percent(before.saturated)),
    row("saturated tanh outputs after it", ({ validation }) => percent(validation.saturated)),
    row(`dying units, of ${whole(hiddenUnits)}`, ({ training }) => whole(training.dying)),
    row("dead units", ({ training }) => whole(training.dead)),
    row("steps per second", ({ stepsPerSecond }) => whole(stepsPerSecond)),
  ]);
}

/** The names that each network has made up, with a star at those that are in none of the lists. */
export function inventions(results: readonly Result[], known: ReadonlySet<string>): string[] {
  const columns = results.map(({ label, names }) => [label, ...names.map((name) => mark(name, known))]);
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)));
  return columns[0].map((_, i) =>
    columns
      .map((cells, column) => cells[i].padEnd(widths[column]))
      .join("    ")
      .trimEnd(),
  );
}

function mark(name: string, known: ReadonlySet<string>): string {
  return known.has(name) ? name : `${name || "(nothing)"} *`;
}

/** What the numbers say, in two sentences. */
export function conclusion(plain: Result, normalised: Result, steps: number): string[] {
  const [without, withIt] = [plain.validation.loss, normalised.validation.loss];
  return [
    `After ${whole(steps)} steps the validation loss is ${decimals(withIt)} with batch norm and ${decimals(without)} ` +
      `without: ${difference(withIt, without)}.`,
    `Hardly a gradient passes a saturated output. Without batch norm that holds for ` +
      `${percent(plain.before.saturated)} of them before training and ${percent(plain.validation.saturated)} after it; ` +
      `with batch norm for ${percent(normalised.before.saturated)} and ${percent(normalised.validation.saturated)}.`,
  ];
}

function difference(withIt: number, without: number): string {
  if (!Number.isFinite(withIt) || !Number.isFinite(without)) return "at this learning rate the training has diverged";
  const by = decimals(Math.abs(withIt - without));
  if (Number(by) === 0) return "no difference to speak of";
  return withIt < without ? `batch norm is ahead by ${by}` : `batch norm is behind by ${by}`;
}
