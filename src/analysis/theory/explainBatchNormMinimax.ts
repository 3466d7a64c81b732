import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { anything, positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import { normals } from "../measuring/seeded.ts";
import { Lanczos } from "../numbers/lanczos.ts";
import { dotOf } from "../numbers/longVector.ts";
import { tridiagonal } from "../numbers/tridiagonal.ts";
import {
  type BatchNormForm,
  type BatchNormLike,
  type BatchNormSettings,
  batchNormFormRules,
  columnsOf,
  type UnitStatistics,
} from "./batchNormTerms.ts";
import { gradientTerms } from "./explainBatchNormGradient.ts";

/** Options of {@link explainBatchNormMinimax}. */
export interface ExplainBatchNormMinimaxOptions extends BatchNormForm {
  /** The bound on `‖X‖`, the largest singular value of the inputs. Default: that of `inputs`, else `1`. */
  readonly lambda?: number;
  /** The inputs `X` `[m, inFeatures]` of the linear layer, to compare their own gradient with the bound. */
  readonly inputs?: Tensor;
}

/** Theorem 4.4 for one unit. All are squared lengths of gradients at the unit's weights. */
export interface UnitMinimax extends UnitStatistics {
  /** `max ‖Xᵀg‖²` over `‖X‖ ≤ λ`, which is `λ²‖g‖²`: the most without batch norm. */
  readonly withoutBatchNorm: number;
  /** `λ²·m·μ²` with `μ` the mean of `g`. */
  readonly meanTerm: number;
  /** `λ²·⟨g, x̂⟩²/d·(2 − v/(v + eps))`. */
  readonly xhatTerm: number;
  /** `γ²/σ²·(withoutBatchNorm − meanTerm − xhatTerm)`: the most with batch norm. */
  readonly predicted: number;
  /** `λ²‖dL/dy‖²`, by backpropagation. */
  readonly measured: number;
  /** `‖Xᵀg‖²` of the inputs given, or null. */
  readonly actualWithoutBatchNorm: number | null;
  /** `‖Xᵀ·dL/dy‖²` of the inputs given, at most `measured` if their norm is at most `λ`; or null. */
  readonly actual: number | null;
}

/** What {@link explainBatchNormMinimax} returns. */
export interface BatchNormMinimax {
  /** What it is. */
  readonly kind: "batchNormMinimax";
  /** Each unit's terms. */
  readonly units: UnitMinimax[];
  /** How many values each unit was normalised over. */
  readonly m: number;
  /** The options used; `lambda` filled in, and whether inputs were given. */
  readonly options: BatchNormSettings & {
    /** The bound on the norm of the inputs. */
    readonly lambda: number;
    /** Whether inputs were given. */
    readonly inputs: boolean;
  };
  /** The passes through the batch norm. */
  readonly cost: Cost;
}

const where = "explainBatchNormMinimax";

const rules = {
  ...batchNormFormRules,
  lambda: { is: positive },
  inputs: { is: anything },
} satisfies OptionRules<ExplainBatchNormMinimaxOptions>;

type Choice = Settings<ExplainBatchNormMinimaxOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const explainBatchNormMinimaxAnalysis = {
  name: where,
  kind: "batchNormMinimax",
  of: ["batchNorm", "x", "gradOutput"],
  rules,
  plot: "theoremTerms",
  work,
} as const satisfies Analysis;

/**
 * The largest gradient at the weights of a linear layer before batch norm, `y = Xw`, over all inputs with `‖X‖ ≤ λ`:
 * Theorem 4.4, unit by unit,
 *
 * `max ‖dL/dw‖² = λ²‖dL/dy‖² = γ²/σ²·(λ²‖g‖² − λ²mμ² − λ²⟨g, x̂⟩²/d·(2 − v/(v + eps)))`.
 *
 * As in the paper, `g = dL/dz`, `x̂` and `σ` are those of this batch, whatever the inputs: it is a bound on what this
 * gradient at the activations can do to the weights, not on the loss elsewhere. It is reached by inputs `X = λ·u·eᵀ`
 * with `u` along `dL/dy`.
 *
 * Shapes: `x` and `gradOutput` `[m, c]`; `inputs` `[m, inFeatures]`.
 *
 * @param batchNorm - a `BatchNorm1d`; it stays bit for bit as it is.
 * @param x - its input, `y` in the paper.
 * @param gradOutput - the gradient of a loss at its output.
 * @param options - see {@link ExplainBatchNormMinimaxOptions}.
 * @throws TensorError as {@link explainBatchNormGradient}, for inputs of another number of rows, and for a
 * `lambda` that is not above 0.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Theorem 4.4, which leaves the `λ²` out of its first two terms and the
 * `1/m` out of its last.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { explainBatchNormMinimax } from "evenkeel/analysis";
 *
 * const inputs = tensor([[1, 0], [2, 1], [3, 0], [6, 1]], { dtype: "float64" });
 * const linear = new nn.Linear(2, 1, { dtype: "float64" });
 * const norm = new nn.BatchNorm1d(1, { dtype: "float64" });
 * const gradOutput = tensor([[1], [0], [2], [2]], { dtype: "float64" });
 * const { units, options } = explainBatchNormMinimax(norm, linear.forward(inputs), gradOutput, { inputs });
 * const { actual, measured, predicted } = units[0];
 * console.log(options.lambda.toFixed(4), (actual ?? 0) <= measured); // => 7.1623 true
 * console.log(Math.abs(predicted / measured - 1) < 1e-9); // => true
 * ```
 */
export function explainBatchNormMinimax(
  batchNorm: BatchNormLike,
  x: Tensor,
  gradOutput: Tensor,
  options: ExplainBatchNormMinimaxOptions = {},
): BatchNormMinimax {
  return analyse(explainBatchNormMinimaxAnalysis, options, batchNorm, x, gradOutput);
}

function work(
  _: string,
  options: Choice,
  batchNorm: BatchNormLike,
  x: Tensor,
  gradOutput: Tensor,
): Unnamed<BatchNormMinimax> {
  const { inputs } = options;
  const { terms, measured, form } = gradientTerms(where, batchNorm, x, gradOutput, options);
  const rows = inputs === undefined ? null : rowsOf(inputs, x);
  const { lambda = rows === null ? 1 : spectralNorm(rows) } = options;
  if (!(typeof lambda === "number" && lambda > 0 && Number.isFinite(lambda))) {
    throw new TensorError(where, { expected: "lambda above 0", got: describe(lambda) });
  }
  const squared = lambda * lambda;
  const gradients = columnsOf(gradOutput);
  const units = terms.map((unit, j) => ({
    unit: unit.unit,
    gamma: unit.gamma,
    mean: unit.mean,
    variance: unit.variance,
    sigma: unit.sigma,
    withoutBatchNorm: squared * unit.gradOutputSquared,
    meanTerm: squared * unit.meanTerm,
    xhatTerm: squared * unit.xhatTerm,
    predicted: squared * unit.predicted,
    measured: squared * unit.measured,
    actualWithoutBatchNorm: rows === null ? null : gathered(rows, gradients[j]),
    actual: rows === null ? null : gathered(rows, measured[j]),
  }));
  return {
    units,
    m: gradients[0].length,
    options: { ...form, lambda, inputs: rows !== null },
    cost: { forward: 1, backward: 1 },
  };
}

function rowsOf(inputs: unknown, x: Tensor): Float64Array[] {
  if (!isTensor(inputs) || inputs.ndim !== 2 || x.ndim !== 2 || inputs.shape[0] !== x.shape[0]) {
    const expected = `inputs of shape [${x.shape[0]}, inFeatures], and x of two dimensions`;
    throw new TensorError(where, { expected, got: describe(inputs) });
  }
  const [n, size] = inputs.shape;
  return Array.from({ length: n }, (_, i) => Float64Array.from(inputs.data.subarray(i * size, (i + 1) * size)));
}

/** `Xᵀg`. */
function transposed(rows: readonly Float64Array[], g: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(rows[0].length);
  rows.forEach((row, i) => {
    for (let j = 0; j < sum.length; j++) sum[j] += row[j] * g[i];
  });
  return sum;
}

/** `‖Xᵀg‖²`. */
function gathered(rows: readonly Float64Array[], g: Float64Array): number {
  const sum = transposed(rows, g);
  return dotOf(sum, sum);
}

/** The largest singular value, by Lanczos' method on `XᵀX`. */
function spectralNorm(rows: readonly Float64Array[]): number {
  const lanczos = new Lanczos(normals(rows[0].length, new Generator().manualSeed(0)));
  for (;;) {
    const { newest } = lanczos;
    lanczos.take(
      transposed(
        rows,
        rows.map((row) => dotOf(row, newest)),
      ),
    );
    const { diagonal, offDiagonal, iterations, isExhausted } = lanczos;
    const { values, rows: last } = tridiagonal(diagonal, offDiagonal, [iterations - 1]);
    const largest = values[iterations - 1];
    const residual = Math.abs(offDiagonal[iterations - 1] * last[0][iterations - 1]);
    if (isExhausted || residual <= 1e-9 * largest) return Math.sqrt(Math.max(0, largest));
  }
}
