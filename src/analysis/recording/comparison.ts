import { describe, TensorError } from "../../base/errors.ts";
import type { Cost } from "../measuring/loss.ts";
import { greatest, least } from "../numbers/extremes.ts";
import type { RecordedRow, Recording } from "./recording.ts";

/** How a run began, beside that of the first variant. */
export interface ComparisonStart {
  /** The parameters of its model. */
  readonly parameters: number;
  /** How many are the same field, of one shape, in the n-th module of the same class, in the first variant's model. */
  readonly counterparts: number;
  /** How many of those began equal. */
  readonly equal: number;
}

/** One number that a probe has seen in one run. */
export interface ComparedRow extends RecordedRow {
  /** The name of the variant. */
  readonly variant: string;
  /** The seed of the run. */
  readonly seed: number;
}

/** One variant trained from one seed. */
export interface ComparisonRun {
  /** The name of the variant. */
  readonly variant: string;
  /** The seed. */
  readonly seed: number;
  /** How it began, beside the first variant. */
  readonly start: ComparisonStart;
  /** The loss that the last step started from; null where it was NaN or infinite. */
  readonly finalLoss: number | null;
  /** The first step whose loss was NaN or infinite, after which the run was ended; null if there was none. */
  readonly divergedAt: number | null;
  /** All that was seen of it. */
  readonly recording: Recording;
}

/**
 * One metric at one step, over the runs of a variant. The band from `min` to `max` is the spread between seeds: between
 * runs that are at different places. It is not a loss landscape, which is what one run would see around its place.
 */
export interface ComparisonRow {
  /** The name of the variant. */
  readonly variant: string;
  /** The step, counted from 0. */
  readonly step: number;
  /** The layer, module or parameter; empty for the whole model. */
  readonly layer: string;
  /** What was measured. */
  readonly metric: string;
  /** How many runs had a finite number there; fewer than there are seeds where some have diverged. */
  readonly runs: number;
  /** The mean over those runs; null without any. */
  readonly mean: number | null;
  /** The smallest. */
  readonly min: number | null;
  /** The largest. */
  readonly max: number | null;
  /** The standard deviation, over `runs − 1`; null for fewer than two. */
  readonly std: number | null;
}

/** What a comparison was asked for. */
export interface ComparisonOptions {
  /** The names of the variants. */
  readonly variants: readonly string[];
  /** The seeds. */
  readonly seed: readonly number[];
  /** How many steps each run had. */
  readonly steps: number;
  /** Where the parameters began. */
  readonly initial: "seed" | "first";
  /** How often each probe ran. */
  readonly probes: Readonly<Record<string, number | "function">>;
}

/** Variants of a model, trained in lockstep. */
export interface Comparison {
  /** Says what this is. */
  readonly kind: "comparison";
  /** The version of this format. */
  readonly schema: 1;
  /** The version of the library. */
  readonly version: string;
  /** What was asked for. */
  readonly options: ComparisonOptions;
  /** The passes made in all runs, for training and by probes. */
  readonly cost: Cost;
  /** Every run: seed by seed, in each the variants in order. */
  readonly runs: readonly ComparisonRun[];
  /** Mean and spread over the seeds, variant by variant. */
  readonly summary: readonly ComparisonRow[];
}

/**
 * All that was seen in a comparison as one table, of rows `{ variant, seed, step, layer, metric, value }`.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { compare, comparisonRows, toCsv } from "evenkeel/analysis";
 *
 * const comparison = compare({
 *   variants: { plain: () => new nn.Linear(1, 1) },
 *   data: [ones([4, 1])],
 *   loss: (model, x) => model.forward(x).square().mean(),
 *   optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.1 }),
 *   steps: 2,
 * });
 * console.log(toCsv(comparisonRows(comparison)).split("\n")[0]); // => variant,seed,step,layer,metric,value
 * ```
 */
export function comparisonRows(comparison: Comparison): ComparedRow[] {
  if (comparison?.kind !== "comparison" || typeof comparison.runs?.flatMap !== "function") {
    throw new TensorError("comparisonRows", { expected: "a result of compare", got: describe(comparison) });
  }
  return comparison.runs.flatMap(({ variant, seed, recording }) =>
    recording.rows.map((row) => ({ variant, seed, ...row })),
  );
}

/** Mean and spread of each metric at each step over the runs of each variant. */
export function summarise(variants: readonly string[], runs: readonly ComparisonRun[]): ComparisonRow[] {
  return variants.flatMap((variant) => {
    const places = new Map<string, { row: RecordedRow; values: number[] }>();
    for (const { recording } of runs.filter((run) => run.variant === variant)) {
      for (const row of recording.rows) {
        const key = JSON.stringify([row.step, row.layer, row.metric]);
        const place = places.get(key) ?? { row, values: [] };
        places.set(key, place);
        if (row.value !== null) place.values.push(row.value);
      }
    }
    const inOrder = [...places.values()].sort((a, b) => a.row.step - b.row.step);
    return inOrder.map(({ row: { step, layer, metric }, values }) => ({
      variant,
      step,
      layer,
      metric,
      runs: values.length,
      ...spread(values),
    }));
  });
}

function spread(values: readonly number[]): Pick<ComparisonRow, "mean" | "min" | "max" | "std"> {
  const n = values.length;
  if (n === 0) return { mean: null, min: null, max: null, std: null };
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return { mean, min: least(values), max: greatest(values), std: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}
