import { fromTwo } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Losses } from "../measuring/losses.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules, signs } from "../measuring/seeded.ts";
import {
  type HessianCostOptions,
  type HessianOptions,
  type HessianSettings,
  hessianProductCost,
  hessianRules,
  passes,
} from "./hessianOptions.ts";
import { HessianProduct } from "./hessianProduct.ts";

/** Options of {@link hessianDiagonal}. */
export interface HessianDiagonalOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many random directions are drawn, at least 2, a product each. Default `20`. */
  readonly samples?: number;
}

/** The part of the diagonal that belongs to one parameter. */
export interface DiagonalOfParameter {
  /** Its dotted name. */
  readonly parameter: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** `∂²L/∂θᵢ²` for each of its numbers, row by row. In loss per parameter². */
  readonly values: number[];
  /** The standard error of each; 0 where the diagonal is exact. */
  readonly standardErrors: number[];
  /** The mean of `values`. */
  readonly mean: number;
}

/** What {@link hessianDiagonal} returns. */
export interface HessianDiagonal {
  /** What it is. */
  readonly kind: "hessianDiagonal";
  /** Each parameter's part, in order. */
  readonly diagonal: DiagonalOfParameter[];
  /** Whether it was computed entry by entry rather than estimated. */
  readonly exact: boolean;
  /** The number of parameters. */
  readonly parameters: number;
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** The options used. */
  readonly options: HessianSettings & {
    /** How many directions were drawn, or the number of parameters where it is exact. */
    readonly samples: number;
    /** The seed of the directions, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as four backward, about what it takes. */
  readonly cost: Cost;
}

/** What {@link hessianDiagonal} takes. */
const costOf = (parameters: number, { samples = 20, ...rest }: HessianCostOptions & { samples?: number } = {}): Cost =>
  hessianProductCost(Math.min(parameters, samples), rest);

const rules = {
  samples: { is: fromTwo, default: 20 },
  ...hessianRules,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<HessianDiagonalOptions>;

export const hessianDiagonalAnalysis = {
  name: "hessianDiagonal",
  kind: "hessianDiagonal",
  of: ["model", "loss"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The diagonal of the loss's Hessian, `∂²L/∂θᵢ²` for each parameter: how strongly the loss is curved as one number moves alone.
 *
 * The mean of `v ⊙ Hv` over random signs `v`, which is without bias: of the off-diagonal entries each counts with a random
 * sign. Its standard error is that of the samples; of a diagonal that is small beside the rest of its row it is large, and only
 * more samples help. Where there are no more parameters than samples, one product for each gives it exactly.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch, several such losses, or `{ batches, loss }` over a loader.
 * @param options - see {@link HessianDiagonalOptions}.
 * @throws TensorError for a loss that is not one finite number, not the same twice, or independent of the
 * parameters, for unknown layers or options, and where it would take more than `maxEvaluations`.
 * @see Bekas, Kokiopoulou and Saad 2007, "An estimator for the diagonal of a matrix", Applied Numerical Mathematics 57.
 * @see BackPACK `DiagHessian`, which refuses batch norm in training mode.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { hessianDiagonal } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const [x, y] = [tensor([[2, 0], [0, 1]]), tensor([[1], [1]])];
 * const { diagonal, exact } = hessianDiagonal(model, () => model.forward(x).sub(y).square().mean());
 * console.log(diagonal[0].parameter, diagonal[0].values, exact); // => weight [ 4, 1 ] true
 * ```
 */
export function hessianDiagonal<B>(
  model: Module,
  loss: Losses<B>,
  options: HessianDiagonalOptions = {},
): HessianDiagonal {
  return analyse(hessianDiagonalAnalysis, options, model, loss);
}

/**
 * {@link hessianDiagonal}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { hessianDiagonalAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const { diagonal } = await hessianDiagonalAsync(model, () => model.forward(ones([1, 1])).square().sum());
 * console.log(diagonal[0].values); // => [ 2 ]
 * ```
 */
export const hessianDiagonalAsync = /* @__PURE__ */ inBackground(hessianDiagonalAnalysis, hessianDiagonal);

function* work(
  where: string,
  options: Settings<HessianDiagonalOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<HessianDiagonal>> {
  const product = new HessianProduct(where, model, loss, options);
  const { size, settings } = product;
  const exact = size <= options.samples;
  const samples = exact ? size : options.samples;
  const { generator, seed } = seeded(where, options);
  const total = passes(hessianProductCost(samples, settings));
  checkBudget(where, total, options);

  product.start();
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  for (let sample = 0; sample < samples; sample++) {
    const v = exact ? new Float64Array(size) : signs(size, generator);
    if (exact) v[sample] = 1;
    const image = product.times(v);
    for (let i = 0; i < size; i++) {
      const seen = v[i] * image[i];
      const off = seen - sums[i] / Math.max(1, sample);
      sums[i] += seen;
      squares[i] += (off * off * sample) / (sample + 1); // Welford's: squares of the distance from the mean so far
    }
    yield { done: passes(product.cost), total };
  }
  const mean = exact ? sums : sums.map((sum) => sum / samples);
  const errors = exact ? new Float64Array(size) : squares.map((square) => Math.sqrt(square / (samples - 1) / samples));
  let from = 0;
  const diagonal = product.shapes.map((shape, k): DiagonalOfParameter => {
    const to = from + shape.reduce((a, b) => a * b, 1);
    const values = Array.from(mean.subarray(from, to));
    const standardErrors = Array.from(errors.subarray(from, to));
    from = to;
    return {
      parameter: product.names[k],
      shape: [...shape],
      values,
      standardErrors,
      mean: values.reduce((a, b) => a + b, 0) / values.length,
    };
  });
  return {
    diagonal,
    exact,
    parameters: size,
    loss: product.loss,
    options: { samples, seed, ...settings },
    cost: product.cost,
  };
}
