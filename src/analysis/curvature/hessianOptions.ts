import { names, positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Reduction } from "../measuring/losses.ts";
import { type BatchNormMode, batchNormRule } from "../measuring/preserving.ts";

/** How products with the Hessian are made: by differentiating the gradient, or from gradients on either side. */
export type HessianMethod = "exact" | "differences";

/**
 * Which matrix of second derivatives is looked at, of a loss `L` of a model's outputs `z`, with `J = ∂z/∂θ`: the Hessian
 * `∂²L/∂θ²`; the Gauss–Newton matrix `Jᵀ·(∂²L/∂z²)·J`; or the Fisher matrix by the data at hand.
 */
export type Curvature = "hessian" | "gaussNewton" | "fisher";

/** Which Hessian is looked at, and how products with it are made. */
export interface HessianOptions {
  /**
   * The dotted names of modules or parameters, such as `["0", "2.weight"]`: the Hessian's block of these, the others
   * held constant. Default: all parameters that want a gradient.
   */
  readonly layers?: readonly string[];
  /**
   * `"hessian"`: `∂²L/∂θ²`. `"gaussNewton"`: `Jᵀ·(∂²L/∂z²)·J`, its part without the model's own curvature, nowhere below 0
   * for the usual losses; of cross-entropy it is the Fisher matrix, by the classes that the model expects.
   * `"fisher"`: that by the classes that there are, `n·Σᵢ Jᵢᵀeᵢeᵢᵀ·Jᵢ` with `eᵢ = ∂L/∂zᵢ`, the mean over `n` examples of the
   * outer product of an example's gradient, for a loss that is a mean over them. For the last two the loss has to call the
   * model's `forward`, and what it has of parameters besides is left out. Default `"hessian"`.
   */
  readonly curvature?: Curvature;
  /** Which statistics batch norm uses: the batch's, as in training, or the running ones. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
  /**
   * `"exact"`: `H·v = ∇(∇L·v)`, from one graph for all products, which is kept until the end; of several batches from a
   * graph of each in turn. `"differences"`: `H·v ≈ (∇L(θ + h·v) − ∇L(θ − h·v))/2h` for `v` of length 1; two gradients
   * each, no graph. Default `"exact"`.
   */
  readonly method?: HessianMethod;
  /**
   * The `h` of `"differences"`, a distance between parameters. Default: `1e-6` in float64, `5e-4` in float32, times the
   * length of a unit's weights, at least 0.1: the root mean square of the rows of matrices and the entries of vectors.
   */
  readonly step?: number;
  /**
   * Of several losses their mean, that of batches by their numbers of examples as `weight` has it, or their sum. Default
   * `"mean"`.
   */
  readonly reduction?: Reduction;
}

/** The {@link HessianOptions} used. */
export interface HessianSettings {
  /** The dotted names of the modules or parameters asked for, or null for all. */
  readonly layers: readonly string[] | null;
  /** Which matrix it was. */
  readonly curvature: Curvature;
  /** Which statistics batch norm used. */
  readonly batchNorm: BatchNormMode;
  /** How products were made. */
  readonly method: HessianMethod;
  /** The distance moved for differences, or null. */
  readonly step: number | null;
  /** How many losses there were, or batches. */
  readonly batches: number;
  /** How they were taken together. */
  readonly reduction: Reduction;
}

/** What they may be. */
export const hessianRules = {
  layers: { is: names },
  curvature: { words: ["hessian", "gaussNewton", "fisher"], default: "hessian" },
  batchNorm: batchNormRule,
  method: { words: ["exact", "differences"], default: "exact" },
  step: { is: positive },
  reduction: { words: ["mean", "sum"], default: "mean" },
} satisfies OptionRules<HessianOptions>;

/** {@link HessianOptions} with their defaults. */
export type HessianChoice = Settings<HessianOptions, typeof hessianRules>;

/** What the cost of an analysis of the Hessian depends on, beside its own options. */
export interface HessianCostOptions {
  /** How products are made. Default `"exact"`. */
  readonly method?: HessianMethod;
  /** How many batches the loss is over. Default `1`. */
  readonly batches?: number;
}

/** How many backward passes an exact product counts as: about the time that it takes, all told. */
export const passesOfProduct = 4;

/** What a number of products takes, with the two looks at the loss before. */
export function hessianProductCost(products: number, { method = "exact", batches = 1 }: HessianCostOptions = {}): Cost {
  if (method === "differences") return { forward: batches * (2 + 2 * products), backward: batches * 2 * products };
  if (batches === 1) return { forward: 3, backward: 1 + passesOfProduct * products };
  return { forward: batches * (2 + products), backward: batches * (1 + passesOfProduct) * products };
}

/** The number of passes, forward and backward. */
export const passes = ({ forward, backward }: Cost): number => forward + backward;
