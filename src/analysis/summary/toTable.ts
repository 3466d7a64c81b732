import { describe, TensorError } from "../../base/errors.ts";
import { htmlTable } from "../measuring/html.ts";
import type { Summary, SummaryCounts } from "./summaryData.ts";

/**
 * A summary as a table in plain text: a line for each layer, then one of the sums.
 *
 * `trained` is all, none, or how many; bytes are in kB of 1000; what was not called, or has nothing that saturates, has a dash.
 *
 * @param found - what `summary` returned.
 * @throws TensorError for anything else.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 * import { summary, toTable } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
 * console.log(toTable(summary(model, ones([4, 2]))));
 * // => layer   type    output  parameters  trained  multiply-adds  activations  saturated
 * // 0       Linear  4×3              9      all             24         48 B          –
 * // 1       Tanh    4×3              0        –              0         48 B        0 %
 * // in all                           9      all             24         96 B        0 %
 * ```
 */
export function toTable(found: Summary): string {
  if (found?.kind !== "summary" || !Array.isArray(found.layers)) {
    throw new TensorError("toTable", { expected: "a result of summary", got: describe(found) });
  }
  const rows = rowsOf(found);
  const names = Object.keys(rows[0]);
  const lines = [names, ...rows.map((row) => Object.values(row))];
  const widths = names.map((_, i) => lines.reduce((width, line) => Math.max(width, line[i].length), 0));
  const isText = (i: number) => i < textColumns;
  const padded = (cell: string, i: number) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return lines.map((line) => line.map(padded).join("  ").trimEnd()).join("\n");
}

/** How many columns, the first ones, begin on the left. */
const textColumns = 3;

/** What a notebook shows of a summary. */
export const summaryShown = (found: Summary): Readonly<Record<string, string>> => ({
  "text/html": htmlTable(rowsOf(found)),
  "text/plain": toTable(found),
});

type Row = Readonly<Record<string, string>>;

function rowsOf({ layers, total }: Summary): Row[] {
  const rows = layers.map(
    ({ layer, type, calls, outputShapes, ...counts }): Row => ({
      layer: layer === "" ? "(model)" : layer,
      type: calls > 1 ? `${type}, ${calls} calls` : type,
      output: outputShapes.map(shapeText).join(", ") || "–",
      ...cells(counts),
    }),
  );
  return [...rows, { layer: "in all", type: "", output: "", ...cells(total) }];
}

const cells = (counts: SummaryCounts): Row => ({
  parameters: grouped(counts.parameters),
  trained: trainedText(counts),
  "multiply-adds": grouped(counts.multiplyAdds),
  activations: bytesText(counts.activationBytes),
  saturated: counts.saturated === null ? "–" : `${Number((100 * counts.saturated).toPrecision(3))} %`,
});

const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? "1 number" : shape.join("×"));

function trainedText({ parameters, trained }: SummaryCounts): string {
  if (parameters === 0) return "–";
  return trained === parameters ? "all" : trained === 0 ? "none" : grouped(trained);
}

/** A whole number with its thousands apart. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

function bytesText(bytes: number): string {
  const [unit, size] = bytes < 1e3 ? ["B", 1] : bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${Number((bytes / Number(size)).toPrecision(3))} ${unit}`;
}
