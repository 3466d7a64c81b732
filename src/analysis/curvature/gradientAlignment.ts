import { fromOne, threshold } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Losses } from "../measuring/losses.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seedRules } from "../measuring/seeded.ts";
import { dotOf, lengthOf } from "../numbers/longVector.ts";
import { hessianEigenvaluesAnalysis } from "./hessianEigenvalues.ts";
import {
  type HessianCostOptions,
  type HessianOptions,
  type HessianSettings,
  hessianRules,
  passes,
} from "./hessianOptions.ts";
import { HessianProduct } from "./hessianProduct.ts";

/** Options of {@link gradientAlignment}. */
export interface GradientAlignmentOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many eigenvectors, of the largest eigenvalues, at most as many as there are parameters. Default `10`. */
  readonly k?: number;
  /** The largest residual of an eigenvalue taken for converged, as a share of the largest met. Default `1e-4`. */
  readonly tolerance?: number;
  /** The most products with the Hessian in the search. Default: as `hessianEigenvalues` has it. */
  readonly maxIterations?: number;
}

/** What {@link gradientAlignment} returns. */
export interface GradientAlignment {
  /** What it is. */
  readonly kind: "gradientAlignment";
  /** The largest eigenvalues, the largest first. In loss per parameter². */
  readonly eigenvalues: number[];
  /** `⟨g, vᵢ⟩²/‖g‖²` for the eigenvector of each: the share of the gradient's square along it. 0 of a gradient of 0. */
  readonly shares: number[];
  /** The sum of `shares`, from 0 to 1 but for rounding: how much of the gradient lies in the space of the top eigenvectors. */
  readonly inside: number;
  /** `k/n`: what a gradient in a random direction would have inside, on average, of `n` parameters. */
  readonly expected: number;
  /** `‖g‖`. */
  readonly gradientNorm: number;
  /** Whether the eigenvalues have converged. */
  readonly converged: boolean;
  /** The number of parameters. */
  readonly parameters: number;
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** The options used. */
  readonly options: HessianSettings & {
    /** How many eigenvectors. */
    readonly k: number;
    /** How small residuals had to be. */
    readonly tolerance: number;
    /** The most iterations allowed. */
    readonly maxIterations: number;
    /** The seed of the first direction, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as four backward, about what it takes. */
  readonly cost: Cost;
}

/** The most that {@link gradientAlignment} takes: a gradient more than the eigenvalues. */
function costOf(
  parameters: number,
  { k = 10, ...rest }: HessianCostOptions & { k?: number; maxIterations?: number } = {},
): Cost {
  const { forward, backward } = hessianEigenvaluesAnalysis.cost(parameters, { k: Math.min(k, parameters), ...rest });
  const { batches = 1 } = rest;
  return { forward: forward + batches, backward: backward + batches };
}

const rules = {
  k: { is: fromOne, default: 10 },
  tolerance: { is: threshold, default: 1e-4 },
  maxIterations: { is: fromOne },
  ...hessianRules,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<GradientAlignmentOptions>;

export const gradientAlignmentAnalysis = {
  name: "gradientAlignment",
  kind: "gradientAlignment",
  of: ["model", "loss"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * How much of the gradient lies along the eigenvectors of the Hessian's largest eigenvalues: `⟨g, vᵢ⟩²/‖g‖²` of each, and
 * their sum. Where a few eigenvalues lie far out of the bulk, gradient descent spends most of its gradient on them, where
 * steps have to be small, and little on the many flat directions.
 *
 * An eigenvalue that occurs several times has a space of eigenvectors; the sum over it is what can be told, not the parts.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch, several such losses, or `{ batches, loss }` over a loader.
 * @param options - see {@link GradientAlignmentOptions}; with fewer parameters than `k`, all of them are taken.
 * @throws TensorError as `hessianEigenvalues`.
 * @see Ghorbani, Krishnan and Xiao 2019, arXiv:1901.10159, section 4.2: with outliers the gradient lies in their space, and
 * batch norm takes both away.
 * @see Gur-Ari, Roberts and Dyer 2018, "Gradient Descent Happens in a Tiny Subspace", arXiv:1812.04754.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { gradientAlignment } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * model.weight.data.set([1, 1]);
 * const x = tensor([[3, 0], [0, 1]]); // the loss is 9a²/2 + b²/2: a gradient of 9 and 1, by curvatures of 9 and 1
 * const { shares, expected } = gradientAlignment(model, () => model.forward(x).square().mean(), { k: 1 });
 * console.log(shares[0].toFixed(3), expected); // => 0.988 0.5
 * ```
 */
export function gradientAlignment<B>(
  model: Module,
  loss: Losses<B>,
  options: GradientAlignmentOptions = {},
): GradientAlignment {
  return analyse(gradientAlignmentAnalysis, options, model, loss);
}

/**
 * {@link gradientAlignment}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { gradientAlignmentAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const { inside } = await gradientAlignmentAsync(model, () => model.forward(ones([1, 2])).square().sum(), { k: 1 });
 * console.log(inside.toFixed(6)); // => 1.000000
 * ```
 */
export const gradientAlignmentAsync = /* @__PURE__ */ inBackground(gradientAlignmentAnalysis, gradientAlignment);

function* work(
  where: string,
  options: Settings<GradientAlignmentOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<GradientAlignment>> {
  const own = new HessianProduct(where, model, loss, options);
  const { size, settings } = own;
  const k = Math.min(options.k, size);
  const total = passes(costOf(size, { ...options, k, batches: settings.batches }));
  checkBudget(where, total, options);

  const gradient = own.gradient();
  const taken = passes(own.cost);
  const parts = hessianEigenvaluesAnalysis.work(where, { ...options, k, which: "largest", vectors: true }, model, loss);
  let part = parts.next(); // in the same part as the gradient, so that both are of one model
  while (!part.done) {
    yield { done: taken + part.value.done, total };
    part = parts.next();
  }
  const { values, vectors, converged, options: used, cost, loss: value } = part.value;
  const square = dotOf(gradient, gradient);
  const shares = (vectors ?? []).map((v) => (square === 0 ? 0 : dotOf(Float64Array.from(v), gradient) ** 2 / square));
  const { which: _which, vectors: _vectors, ...others } = used;
  return {
    eigenvalues: values,
    shares,
    inside: shares.reduce((a, b) => a + b, 0),
    expected: k / size,
    gradientNorm: lengthOf(gradient),
    converged,
    parameters: size,
    loss: value,
    options: others,
    cost: { forward: cost.forward + own.cost.forward, backward: cost.backward + own.cost.backward },
  };
}
