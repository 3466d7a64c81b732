import { fromTwo } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Losses } from "../measuring/losses.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules, signs } from "../measuring/seeded.ts";
import { dotOf, type LongVector, lengthOf, orthogonalise, scaled } from "../numbers/longVector.ts";
import {
  type HessianCostOptions,
  type HessianOptions,
  type HessianSettings,
  hessianProductCost,
  hessianRules,
  passes,
} from "./hessianOptions.ts";
import { HessianProduct } from "./hessianProduct.ts";

/** Options of {@link hessianTrace}. */
export interface HessianTraceOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many directions each of the two stages draws, at least 2. It takes three products for each. Default `10`. */
  readonly samples?: number;
}

/** What {@link hessianTrace} returns. */
export interface HessianTrace {
  /** What it is. */
  readonly kind: "hessianTrace";
  /** The estimate of `tr H`, the sum of all eigenvalues. In loss per parameter². */
  readonly trace: number;
  /**
   * The standard deviation of the estimate, given the subspace: that of the samples outside it, divided by the root of
   * their number. 0 where the subspace is the whole space or nothing is left outside. In units of `trace`.
   */
  readonly standardError: number;
  /** The part of the trace in the subspace, `tr(QᵀHQ)`, which is exact. */
  readonly inside: number;
  /** The part outside it, estimated. */
  readonly outside: number;
  /** `vᵀHv` for each direction drawn outside the subspace, whose mean is `outside`. */
  readonly samples: number[];
  /** The dimensions of the subspace. */
  readonly rank: number;
  /** `trace` by the number of parameters: the mean eigenvalue. */
  readonly meanEigenvalue: number;
  /** The number of parameters. */
  readonly parameters: number;
  /** The names of the parameters whose Hessian it is. */
  readonly names: string[];
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** The options used. */
  readonly options: HessianSettings & {
    /** How many directions each of the two stages drew. */
    readonly samples: number;
    /** The seed of the directions, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as four backward, about what it takes. */
  readonly cost: Cost;
}

/** The most that {@link hessianTrace} takes. */
const costOf = (parameters: number, { samples = 10, ...rest }: HessianCostOptions & { samples?: number } = {}): Cost =>
  hessianProductCost(mostProducts(parameters, samples), rest);

/** With room for as many directions as there are parameters, these themselves serve. */
const mostProducts = (parameters: number, samples: number): number =>
  parameters <= samples ? parameters : 3 * samples;

const rules = {
  samples: { is: fromTwo, default: 10 },
  ...hessianRules,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<HessianTraceOptions>;

export const hessianTraceAnalysis = {
  name: "hessianTrace",
  kind: "hessianTrace",
  of: ["model", "loss"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The trace of the loss's Hessian, the sum of its eigenvalues, with a stated error, by Hutch++.
 *
 * The first stage multiplies the Hessian with random signs and takes an orthonormal basis `Q` of the results, which lies
 * along the largest eigenvalues; there the trace is computed: `tr(QᵀHQ)`. The second estimates the rest as the mean of
 * `vᵀHv` over random signs with their part along `Q` taken out (Hutchinson). Given `Q` the estimate is without bias, and
 * its variance is estimated by that of the samples: with 10 or more, the trace lies within two standard errors about 19
 * times in 20. Where there are no more parameters than samples, it is exact.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch, several such losses, or `{ batches, loss }` over a loader. The error is that of the trace for this batch, not of the batch.
 * @param options - see {@link HessianTraceOptions}.
 * @throws TensorError for a loss that is not one finite number, not the same twice, or independent of the
 * parameters, for unknown layers or options, and where it would take more than `maxEvaluations`.
 * @see Meyer et al. 2021, "Hutch++: Optimal Stochastic Trace Estimation", arXiv:2010.09649, Algorithm 1.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { hessianTrace } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const [x, y] = [tensor([[2, 0], [0, 1]]), tensor([[1], [1]])];
 * const { trace, standardError } = hessianTrace(model, () => model.forward(x).sub(y).square().mean());
 * console.log(trace, standardError); // => 5 0
 * ```
 */
export function hessianTrace<B>(model: Module, loss: Losses<B>, options: HessianTraceOptions = {}): HessianTrace {
  return analyse(hessianTraceAnalysis, options, model, loss);
}

/**
 * {@link hessianTrace}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { hessianTraceAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(3, 1);
 * const { trace } = await hessianTraceAsync(model, () => model.forward(ones([1, 3])).square().sum());
 * console.log(trace); // => 8
 * ```
 */
export const hessianTraceAsync = /* @__PURE__ */ inBackground(hessianTraceAnalysis, hessianTrace);

function* work(
  where: string,
  options: Settings<HessianTraceOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<HessianTrace>> {
  const product = new HessianProduct(where, model, loss, options);
  const { size, names, settings } = product;
  const { samples } = options;
  const { generator, seed } = seeded(where, options);
  const total = passes(hessianProductCost(mostProducts(size, samples), settings));
  checkBudget(where, total, options);
  const progress = () => ({ done: passes(product.cost), total });

  product.start();
  let basis: LongVector[] = [];
  if (size <= samples) {
    basis = Array.from({ length: size }, (_, row) =>
      Float64Array.from({ length: size }, (_, i) => (i === row ? 1 : 0)),
    );
  } else {
    for (let i = 0; i < samples; i++) {
      extend(basis, product.times(signs(size, generator)), product.single);
      yield progress();
    }
  }
  let inside = 0;
  for (const q of basis) {
    inside += dotOf(q, product.times(q));
    yield progress();
  }
  const drawn: number[] = [];
  while (basis.length < size && drawn.length < samples) {
    const v = signs(size, generator);
    orthogonalise(v, basis);
    drawn.push(dotOf(v, product.times(v)));
    yield progress();
  }
  const { mean, standardError } = spread(drawn);
  return {
    trace: inside + mean,
    standardError,
    inside,
    outside: mean,
    samples: drawn,
    rank: basis.length,
    meanEigenvalue: (inside + mean) / size,
    parameters: size,
    names: [...names],
    loss: product.loss,
    options: { samples, seed, ...settings },
    cost: product.cost,
  };
}

/** Adds what `vector` has beside `basis`, unless it is only rounding. */
function extend(basis: LongVector[], vector: Float64Array, single: boolean): void {
  const before = lengthOf(vector);
  const after = orthogonalise(vector, basis);
  if (after <= 1e-10 * before) return;
  const unit = scaled(vector, 1 / after);
  basis.push(single ? new Float32Array(unit) : unit);
}

/** The mean of some numbers, and its standard error; 0 of none. */
export function spread(numbers: readonly number[]): { mean: number; standardError: number } {
  const n = numbers.length;
  if (n === 0) return { mean: 0, standardError: 0 };
  const mean = numbers.reduce((sum, x) => sum + x, 0) / n;
  const squares = numbers.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return { mean, standardError: n === 1 ? 0 : Math.sqrt(squares / (n - 1) / n) };
}
