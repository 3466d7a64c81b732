import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { BatchNormMode } from "../measuring/preserving.ts";
import type { ForwardInputs } from "../measuring/watching.ts";
import { dotOf, lengthOf } from "../numbers/longVector.ts";
import { type OutputMatrixOptions, outputMatrices, outputMatrixRules } from "./outputMatrices.ts";

/**
 * Options of {@link exampleCorrelation}.
 *
 * @interface
 */
export type ExampleCorrelationOptions = OutputMatrixOptions;

/** How alike one module makes the examples. */
export interface ExampleCorrelationLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class, such as `"ReLU"`. */
  readonly type: string;
  /** The mean cosine between the outputs of two different examples, over all pairs; null of fewer than two. */
  readonly meanCosine: number | null;
  /** The mean of its absolute value. */
  readonly meanAbsoluteCosine: number | null;
  /**
   * `‖YYᵀ/‖Y‖² − I/n‖` of the outputs `Y` of `n` examples, by Frobenius' norm: 0 where they are orthogonal and of one length,
   * near 1 where they all lie along one line; null of outputs that are all 0, and of no example.
   */
  readonly orthogonalityGap: number | null;
}

/** What {@link exampleCorrelation} returns. */
export interface ExampleCorrelation {
  /** What it is. */
  readonly kind: "exampleCorrelation";
  /** The modules that ran, in the order chosen. */
  readonly layers: readonly ExampleCorrelationLayer[];
  /** The options used. */
  readonly options: {
    /** The modules that were looked at. */
    readonly modules: readonly string[];
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** One forward pass. */
  readonly cost: Cost;
}

const rules = outputMatrixRules satisfies OptionRules<ExampleCorrelationOptions>;

/** @declaration Read by the laws of test/analysis. */
export const exampleCorrelationAnalysis = {
  name: "exampleCorrelation",
  kind: "exampleCorrelation",
  of: ["model", "inputs"],
  rules,
  plot: "profileCurves",
  work,
} as const satisfies Analysis;

/**
 * How alike the outputs of different examples are, module by module: the mean cosine between them, and how far they are from
 * orthogonal. In deep networks at their start the examples become ever more alike, so that the last layers cannot tell them
 * apart; batch norm keeps them apart.
 *
 * An output counts as one vector for each example, the first dimension, whatever its other dimensions. Of a module that runs
 * several times the first output counts. An output of 0 has a cosine of 0 with every other.
 *
 * @param inputs - a tensor, or a list of all arguments of `forward`.
 * @throws TensorError for unknown options and names, and outputs that are no float tensors of examples.
 * @see Daneshmand, Joudaki and Bach 2021, "Batch Normalization Orthogonalizes Representations in Deep Random Networks",
 * arXiv:2106.03970, equation 2, for the orthogonality gap.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { exampleCorrelation } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.ReLU());
 * const { layers } = exampleCorrelation(model, tensor([[1, 0], [-1, 2], [1, -5]]));
 * console.log(layers[0].meanCosine?.toFixed(4)); // => 0.3333
 * ```
 */
export function exampleCorrelation(
  model: Module,
  inputs: ForwardInputs,
  options: ExampleCorrelationOptions = {},
): ExampleCorrelation {
  return analyse(exampleCorrelationAnalysis, options, model, inputs);
}

function work(
  where: string,
  options: Settings<ExampleCorrelationOptions, typeof rules>,
  model: Module,
  inputs: ForwardInputs,
): Unnamed<ExampleCorrelation> {
  const { names, matrices } = outputMatrices(where, model, inputs, options);
  return {
    layers: matrices.map(({ layer, type, rows }) => ({ layer, type, ...alike(rows) })),
    options: { modules: [...names], batchNorm: options.batchNorm },
    cost: { forward: 1, backward: 0 },
  };
}

function alike(
  rows: readonly Float64Array[],
): Pick<ExampleCorrelationLayer, "meanCosine" | "meanAbsoluteCosine" | "orthogonalityGap"> {
  const n = rows.length;
  const lengths = rows.map(lengthOf);
  const whole = lengths.reduce((sum, length) => sum + length * length, 0);
  let [cosines, sizes, gap] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    gap += (lengths[i] ** 2 / whole - 1 / n) ** 2;
    for (let j = 0; j < i; j++) {
      const inner = dotOf(rows[i], rows[j]);
      const cosine = inner === 0 ? 0 : inner / lengths[i] / lengths[j];
      cosines += cosine;
      sizes += Math.abs(cosine);
      gap += 2 * (inner / whole) ** 2;
    }
  }
  const pairs = (n * (n - 1)) / 2;
  return {
    meanCosine: numberOr(cosines / pairs),
    meanAbsoluteCosine: numberOr(sizes / pairs),
    orthogonalityGap: n === 0 ? null : numberOr(Math.sqrt(gap)),
  };
}

/** Null for what is not a number, as of outputs that are not finite. */
const numberOr = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);
