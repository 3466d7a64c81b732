import type { Plain } from "../../analysis/index.ts";
import { text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { type Plot, reportPage } from "../../plot/index.ts";
import { hasDiverged, type SweepResult } from "./row.ts";
import { checkResult, sweepRateScaleMap, sweepTable } from "./table.ts";

/** What {@link sweepReport} may be told. */
export interface SweepReportOptions {
  /** The heading. Default `"A sweep"`. */
  readonly title?: string;
  /** The name of the number in values that is to be small. Default `"loss"`. */
  readonly metric?: string;
}

const rules = {
  title: { is: text, default: "A sweep" },
  metric: { is: text, default: "loss" },
} satisfies OptionRules<SweepReportOptions>;

/** At most so many rows stand in a table of the page. */
const mostRows = 500;

/**
 * A sweep as one HTML page that needs nothing else: how many cells there are, which are the best, the map of learning rates and scales
 * where configurations have `lr` and `scale`, what failed, and all that the numbers depend on.
 *
 * @param result - what `sweep` or `readSweep` returned.
 * @param options - see {@link SweepReportOptions}.
 * @throws TensorError for anything else, or if the packages that draw are missing.
 *
 * @example
 * ```ts
 * import { grid, sweep, sweepReport } from "evenkeel/sweep";
 *
 * const result = await sweep({ space: grid({ x: [3, 2] }), cell: ({ x }: { x: number }) => ({ loss: x * x }) });
 * const html = await sweepReport(result, { title: "Squares" });
 * console.log(html.includes("<h1>Squares</h1>")); // => true
 * ```
 */
export async function sweepReport(result: SweepResult, options: SweepReportOptions = {}): Promise<string> {
  const where = "sweepReport";
  const { title, metric } = optionsOf(where, options, rules);
  checkResult(where, result);
  const table = sweepTable(result).map((row) => withoutLists(row));
  const { rows, total, version, kernels, code } = result;
  const best = table
    .filter((row) => typeof row[metric] === "number" && Number.isFinite(row[metric]))
    .sort((a, b) => Number(a[metric]) - Number(b[metric]));
  const failed = table.filter(({ failed }) => typeof failed === "string");
  const diverged = rows.filter(hasDiverged).length;
  const shown = {
    "The best": best.slice(0, 10),
    Failed: failed.slice(0, mostRows),
    "All cells": table.slice(0, mostRows),
  };
  const rest = table.length - mostRows;
  return reportPage({
    title,
    text: [
      `${rows.length} of ${total} cells are done; ${diverged} diverged, ${failed.length} failed.`,
      ...(best.length === 0 ? [`No cell has returned a finite number as ${metric}, and so there is no best.`] : []),
      ...(rest > 0 ? [`The table of all cells has the first ${mostRows}.`] : []),
    ],
    figures: figuresOf(result, metric),
    tables: Object.fromEntries(Object.entries(shown).filter(([, own]) => own.length > 0)),
    configuration: { "evenkeel version": version, kernels, "the cell's code": code, cells: total },
  });
}

function figuresOf(result: SweepResult, metric: string): Plot[] {
  const isPair = ({ configuration }: SweepResult["rows"][number]) =>
    [configuration.lr, configuration.scale].every((value) => typeof value === "number" && value > 0);
  const rows = result.rows.filter((row) => row.failed === null);
  return rows.length > 0 && rows.every(isPair) ? [sweepRateScaleMap(result, { loss: metric })] : [];
}

/** A row that fits into a table: what is neither a number nor a text stands there as JSON, shortened. */
function withoutLists(row: Readonly<Record<string, Plain>>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? JSON.stringify(value).slice(0, 60) : value,
    ]),
  );
}
