import type { Plain } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Plot, RateScaleCell } from "../../plot/index.ts";
import { type RateScaleMapOptions, rateScaleMap } from "../../plot/landscape/rateScaleMap.ts";
import { plotRules } from "../../plot/specification/plot.ts";
import type { SweepResult, SweepRow } from "./row.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, Plain>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Refuses what is no result of a sweep. */
export function checkResult(where: string, result: unknown): asserts result is SweepResult {
  const isResult = isRecord(result) && (result as { kind?: unknown }).kind === "sweep" && Array.isArray(result.rows);
  if (!isResult) throw new TensorError(where, { expected: "the result of a sweep", got: describe(result) });
}

/**
 * The rows of a sweep as a table: what each cell was given and what it returned, side by side under their names.
 *
 * A value that is no object stands under `value`. Where a name is in both, the configuration's is meant, and the value's is called
 * `value.name`. Columns `diverged` and `failed` are there if some cell did so.
 *
 * @param result - what `sweep` returned.
 * @throws TensorError for anything else.
 *
 * @example
 * ```ts
 * import { grid, sweep, sweepTable } from "evenkeel/sweep";
 *
 * const result = await sweep({ space: grid({ x: [2, 3] }), cell: ({ x }: { x: number }) => ({ square: x * x }) });
 * console.log(sweepTable(result)); // => [ { x: 2, square: 4 }, { x: 3, square: 9 } ]
 * ```
 */
export function sweepTable(result: SweepResult): Record<string, Plain>[] {
  checkResult("sweepTable", result);
  const { rows } = result;
  const also = (["diverged", "failed"] as const).filter((name) => rows.some((row) => row[name] !== null));
  return rows.map((row) => ({
    ...row.configuration,
    ...returnedBy(row),
    ...Object.fromEntries(also.map((name) => [name, row[name]])),
  }));
}

/** What is put into a group as it is come by. */
interface Group {
  readonly cell: Omit<RateScaleCell, "loss">;
  readonly losses: (number | null)[];
}

function returnedBy({ configuration, value }: SweepRow): Record<string, Plain> {
  if (value === null) return {};
  if (!isRecord(value)) return { value };
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, own]) => [name in configuration ? `value.${name}` : name, own]));
}

/** Which names {@link sweepRateScaleMap} reads, beside how the figure looks. */
export interface SweepMapOptions extends RateScaleMapOptions {
  /** The name of the learning rate in configurations. Default `"lr"`. */
  readonly lr?: string;
  /** The name of the scale in configurations. Default `"scale"`. */
  readonly scale?: string;
  /** The name of what there is a panel for each of. Default `"variant"`. */
  readonly variant?: string;
  /** The name of the loss in values. Default `"loss"`. */
  readonly loss?: string;
}

const rules = {
  ...plotRules,
  mostLoss: { is: finiteNumber },
  lr: { is: text, default: "lr" },
  scale: { is: text, default: "scale" },
  variant: { is: text, default: "variant" },
  loss: { is: text, default: "loss" },
} satisfies OptionRules<SweepMapOptions>;

/**
 * A sweep over learning rates and scales as `rateScaleMap` shows it: the mean loss over all else that differs, such as seeds, and a
 * cross where one of them diverged. Cells that failed are left out.
 *
 * @param result - what `sweep` returned.
 * @param options - which names are read, and all that `rateScaleMap` may be told.
 * @throws TensorError for anything else, and as `rateScaleMap` does.
 *
 * @example
 * ```ts
 * import { grid, sweep, sweepRateScaleMap } from "evenkeel/sweep";
 *
 * const cell = ({ lr, scale }: { lr: number; scale: number }) => ({ loss: lr * scale > 5 ? Number.NaN : 1 / (lr * scale) });
 * const result = await sweep({ space: grid({ lr: [0.1, 1], scale: [1, 10], seed: [0, 1] }), cell });
 * console.log(sweepRateScaleMap(result).title.subtitle); // => [ '×: diverged, as 1 of 4 did.' ]
 * ```
 */
export function sweepRateScaleMap(result: SweepResult, options: SweepMapOptions = {}): Plot {
  const where = "sweepRateScaleMap";
  checkResult(where, result);
  const { lr, scale, variant, loss } = optionsOf(where, options, rules);
  const { lr: _lr, scale: _scale, variant: _variant, loss: _loss, ...figure } = options;
  const groups = new Map<string, Group>();
  for (const row of result.rows) {
    if (row.failed !== null) continue;
    const { configuration, value } = row;
    const own = configuration[variant];
    const place = { lr: Number(configuration[lr]), scale: Number(configuration[scale]) };
    const cell = own === undefined ? place : { variant: String(own), ...place };
    const key = JSON.stringify(cell);
    const group: Group = groups.get(key) ?? { cell, losses: [] };
    groups.set(key, group);
    const found: unknown = isRecord(value) ? value[loss] : null;
    group.losses.push(typeof found === "number" && Number.isFinite(found) ? found : null);
  }
  const cells = [...groups.values()].map(({ cell, losses }) => ({ ...cell, loss: meanOf(losses) }));
  return rateScaleMap(cells, figure);
}

function meanOf(losses: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const loss of losses) {
    if (loss === null) return null;
    sum += loss;
  }
  return sum / losses.length;
}
