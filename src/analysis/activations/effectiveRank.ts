import { TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { BatchNormMode } from "../measuring/preserving.ts";
import type { ForwardInputs } from "../measuring/watching.ts";
import { eigenSymmetric } from "../numbers/eigenSymmetric.ts";
import { dotOf } from "../numbers/longVector.ts";
import { type OutputMatrix, type OutputMatrixOptions, outputMatrices, outputMatrixRules } from "./outputMatrices.ts";

/** Options of {@link effectiveRank}. */
export interface EffectiveRankOptions extends OutputMatrixOptions {
  /** Whether the mean over the examples is taken off first, so that what all have in common does not count. Default `false`. */
  readonly centred?: boolean;
}

/** In how many directions one module spreads the examples. */
export interface EffectiveRankLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class, such as `"ReLU"`. */
  readonly type: string;
  /** The most that a rank can be: the smaller of examples and numbers of each. */
  readonly largest: number;
  /**
   * `exp(−Σ pᵢ·ln pᵢ)` with `pᵢ = σᵢ/Σσ` of the singular values `σ` of the outputs: from 1 to `largest`; null of outputs that are
   * all 0, or not finite.
   */
  readonly effectiveRank: number | null;
  /** `(Σσ²)²/Σσ⁴`, which is at most the rank and weighs small directions less; null likewise. */
  readonly participation: number | null;
  /** `Σσ²/σ₁²`: how many directions as strong as the first; null likewise. */
  readonly stableRank: number | null;
}

/** What {@link effectiveRank} returns. */
export interface EffectiveRank {
  /** What it is. */
  readonly kind: "effectiveRank";
  /** The modules that ran, in the order chosen. */
  readonly layers: readonly EffectiveRankLayer[];
  /** The options used. */
  readonly options: {
    /** The modules that were looked at. */
    readonly modules: readonly string[];
    /** Whether means were taken off. */
    readonly centred: boolean;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** One forward pass. */
  readonly cost: Cost;
}

const rules = {
  centred: { is: flag, default: false },
  ...outputMatrixRules,
} satisfies OptionRules<EffectiveRankOptions>;

/** @declaration Read by the laws of test/analysis. */
export const effectiveRankAnalysis = {
  name: "effectiveRank",
  kind: "effectiveRank",
  of: ["model", "inputs"],
  rules,
  plot: "profileCurves",
  work,
} as const satisfies Analysis;

/** Jacobi's method takes a time that grows with the third power of this. */
const most = 512;

/**
 * In how many directions the outputs of the examples are spread, module by module, by their singular values: where all examples
 * come out along one line it is 1, whatever the width. In deep networks at their start it falls with depth; batch norm holds
 * it up.
 *
 * An output counts as one vector for each example, the first dimension. Of a module that runs several times the first counts.
 *
 * @param inputs - a tensor, or a list of all arguments of `forward`: at most 512 examples, or outputs of at most 512 numbers.
 * @throws TensorError for unknown options and names, outputs that are no float tensors of examples, and larger ones.
 * @see Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality", for the first; Daneshmand et al. 2020,
 * arXiv:2003.01652, section 3, for the second, a lower bound of the rank.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { effectiveRank } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.ReLU());
 * const { layers } = effectiveRank(model, tensor([[1, 0], [0, 1], [-1, -1]]));
 * console.log(layers[0].largest, layers[0].effectiveRank?.toFixed(6)); // => 2 2.000000
 * ```
 */
export function effectiveRank(model: Module, inputs: ForwardInputs, options: EffectiveRankOptions = {}): EffectiveRank {
  return analyse(effectiveRankAnalysis, options, model, inputs);
}

function work(
  where: string,
  options: Settings<EffectiveRankOptions, typeof rules>,
  model: Module,
  inputs: ForwardInputs,
): Unnamed<EffectiveRank> {
  const { names, matrices } = outputMatrices(where, model, inputs, options);
  const { centred, batchNorm } = options;
  return {
    layers: matrices.map((matrix) => layerOf(where, matrix, centred)),
    options: { modules: [...names], centred, batchNorm },
    cost: { forward: 1, backward: 0 },
  };
}

function layerOf(where: string, { layer, type, rows, columns }: OutputMatrix, centred: boolean): EffectiveRankLayer {
  const largest = Math.min(rows.length, columns);
  if (largest > most) {
    throw new TensorError(where, {
      expected: `at most ${most} examples, or outputs of at most ${most} numbers`,
      got: `${rows.length} examples of ${columns} numbers from "${layer}"`,
      hint: "Give fewer examples.",
    });
  }
  return { layer, type, largest, ...ranksOf(squaresOf(centred ? withoutMean(rows, columns) : rows, columns)) };
}

/** The squares of the singular values, from the smaller of the two products of the matrix with itself. */
function squaresOf(rows: readonly Float64Array[], columns: number): readonly number[] {
  const vectors =
    rows.length <= columns ? rows : Array.from({ length: columns }, (_, j) => Float64Array.from(rows, (row) => row[j]));
  const inner = vectors.map((a, i) => vectors.map((b, j) => (j <= i ? dotOf(a, b) : 0)));
  const whole = inner.map((row, i) => row.map((value, j) => (j <= i ? value : inner[j][i])));
  if (!whole.flat().every(Number.isFinite)) return [];
  return eigenSymmetric(whole).values.map((value) => Math.max(0, value));
}

function ranksOf(
  squares: readonly number[],
): Pick<EffectiveRankLayer, "effectiveRank" | "participation" | "stableRank"> {
  const [first = 0] = squares;
  if (first === 0) return { effectiveRank: null, participation: null, stableRank: null };
  const values = squares.map((square) => Math.sqrt(square / first));
  const total = values.reduce((a, b) => a + b, 0);
  const entropy = values.reduce(
    (sum, value) => (value === 0 ? sum : sum - (value / total) * Math.log(value / total)),
    0,
  );
  const [second, fourth] = [2, 4].map((power) => values.reduce((sum, value) => sum + value ** power, 0));
  return { effectiveRank: Math.exp(entropy), participation: second ** 2 / fourth, stableRank: second };
}

function withoutMean(rows: readonly Float64Array[], columns: number): Float64Array[] {
  const means = Float64Array.from(
    { length: columns },
    (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length,
  );
  return rows.map((row) => row.map((value, j) => value - means[j]));
}
