import { TensorError } from "../../base/errors.ts";
import { flag, fromOne, threshold } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Losses } from "../measuring/losses.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { normals, type SeedOptions, seeded, seedRules } from "../measuring/seeded.ts";
import { eigenSymmetric } from "../numbers/eigenSymmetric.ts";
import { greatest } from "../numbers/extremes.ts";
import { addScaled, dotOf, type LongVector, lengthOf, scaled } from "../numbers/longVector.ts";
import { EigenSearch, rankOf, type Which } from "./eigenSearch.ts";
import {
  type HessianCostOptions,
  type HessianMethod,
  type HessianOptions,
  type HessianSettings,
  hessianProductCost,
  hessianRules,
  passes,
} from "./hessianOptions.ts";
import { HessianProduct } from "./hessianProduct.ts";

/** Options of {@link hessianEigenvalues}. */
export interface HessianEigenvaluesOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many eigenvalues, at most as many as there are parameters. Default `1`. */
  readonly k?: number;
  /**
   * Those of largest absolute value, with their signs; or the largest, or the smallest, that is, the most negative if there
   * are such. Default `"magnitude"`.
   */
  readonly which?: Which;
  /** The largest residual taken for converged, as a share of the largest absolute eigenvalue met. Default `1e-4`. */
  readonly tolerance?: number;
  /**
   * The most products with the Hessian in the search; where it is the number of parameters or more, all of it may be seen.
   * Default: 50 for one eigenvalue, the larger of 100 and `20·k` for several, or the number of parameters.
   */
  readonly maxIterations?: number;
  /** Whether to return the eigenvectors too, such as for a plane of the landscape. Default `false`. */
  readonly vectors?: boolean;
}

/** What {@link hessianEigenvalues} returns. */
export interface HessianEigenvalues {
  /** What it is. */
  readonly kind: "hessianEigenvalues";
  /** The `k` eigenvalues that are first by `which`, as often as they occur, signed. In loss per parameter². */
  readonly values: number[];
  /**
   * `‖H·v − λv‖` for each, with `v` of length 1, from a product of its own with `v`: an eigenvalue lies no further from it.
   * By differences, what the product may be off by is added: how it changes with twice the step. In units of `values`.
   */
  readonly residuals: number[];
  /**
   * Whether every residual is at most `tolerance` times the largest absolute value met, and a search beside what was found
   * has told that nothing is left that belongs among the first `k`.
   */
  readonly converged: boolean;
  /** How many products with the Hessian the search made; those for the residuals are not counted. */
  readonly iterations: number;
  /** The eigenvectors of `values`, of length 1, if asked for: a number for each entry of each of `names`, in order. */
  readonly vectors: number[][] | null;
  /** The number of parameters, and of eigenvalues that there are. */
  readonly parameters: number;
  /** The names of the parameters whose Hessian it is. */
  readonly names: string[];
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** The options used. */
  readonly options: HessianSettings & {
    /** How many eigenvalues were asked for. */
    readonly k: number;
    /** Which ones. */
    readonly which: Which;
    /** How small residuals had to be, as a share of the largest eigenvalue. */
    readonly tolerance: number;
    /** The most iterations allowed. */
    readonly maxIterations: number;
    /** Whether eigenvectors are returned. */
    readonly vectors: boolean;
    /** The seed of the first direction, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as four backward, about what it takes. */
  readonly cost: Cost;
}

/** The most that {@link hessianEigenvalues} takes; it ends earlier if it converges. */
const costOf = (
  parameters: number,
  {
    k = 1,
    maxIterations = usualIterations(k),
    ...rest
  }: HessianCostOptions & { k?: number; maxIterations?: number } = {},
): Cost => hessianProductCost(Math.min(parameters, maxIterations) + checksOf(k, rest.method), rest);

/** Several are looked for twice: whether one is repeated, another run has to tell. */
const usualIterations = (k: number): number => (k === 1 ? 50 : Math.max(100, 20 * k));

/** The products that residuals are made of. */
const checksOf = (k: number, method: HessianMethod = "exact"): number => (method === "exact" ? k : 2 * k);

const rules = {
  k: { is: fromOne, default: 1 },
  which: { words: ["magnitude", "largest", "smallest"], default: "magnitude" },
  tolerance: { is: threshold, default: 1e-4 },
  maxIterations: { is: fromOne },
  vectors: { is: flag, default: false },
  ...hessianRules,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<HessianEigenvaluesOptions>;

export const hessianEigenvaluesAnalysis = {
  name: "hessianEigenvalues",
  kind: "hessianEigenvalues",
  of: ["model", "loss"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The `k` eigenvalues of the loss's Hessian that are largest by absolute value, with their signs; or the largest, or the
 * smallest: how strongly the loss is curved, up or down, along the directions where it is curved most. Gradient descent at
 * a rate above `2/λ` of the largest overshoots along its eigenvector.
 *
 * Lanczos' method with full reorthogonalisation, from a random direction: only products with the Hessian are needed,
 * never the matrix. It sees one vector of each eigenspace, so what has converged is locked, and another random direction
 * looks beside it for repeated eigenvalues, until nothing is left that belongs among the first `k`, or `maxIterations`;
 * then `converged` is false and `residuals` says how far off each may be. The residuals are those of further products, so
 * that they show the rounding of float32, about 1e-6 of the largest eigenvalue, and the errors of differences, about 1e-4.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch, several such losses, or `{ batches, loss }` over a loader; see
 * {@link LossOverBatches}. That of a small batch varies from batch to batch by whole factors.
 * @param options - see {@link HessianEigenvaluesOptions}.
 * @throws TensorError for a loss that is not one finite number, not the same twice, or independent of the
 * parameters, for unknown layers or options, and where it might take more than `maxEvaluations`.
 * @see Golub & Van Loan, "Matrix Computations", section 10.3; Pearlmutter 1994, "Fast Exact Multiplication by the
 * Hessian".
 * @see PyHessian `hessian(…).eigenvalues`: power iteration, and always with batch norm's running statistics.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { hessianEigenvalues } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const [x, y] = [tensor([[2, 0], [0, 1]]), tensor([[1], [1]])];
 * const loss = () => model.forward(x).sub(y).square().mean();
 * const { values, converged } = hessianEigenvalues(model, loss, { k: 2 });
 * console.log(values.map((value) => value.toFixed(3)), converged); // => [ '4.000', '1.000' ] true
 * ```
 */
export function hessianEigenvalues<B>(
  model: Module,
  loss: Losses<B>,
  options: HessianEigenvaluesOptions = {},
): HessianEigenvalues {
  return analyse(hessianEigenvaluesAnalysis, options, model, loss);
}

/**
 * {@link hessianEigenvalues}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { hessianEigenvaluesAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const { values } = await hessianEigenvaluesAsync(model, () => model.forward(ones([1, 1])).square().sum());
 * console.log(values[0].toFixed(6)); // => 2.000000
 * ```
 */
export const hessianEigenvaluesAsync = /* @__PURE__ */ inBackground(hessianEigenvaluesAnalysis, hessianEigenvalues);

/** {@link hessianEigenvalues} in parts. */
function* work(
  where: string,
  options: Settings<HessianEigenvaluesOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<HessianEigenvalues>> {
  const product = new HessianProduct(where, model, loss, options);
  const { size, names, settings } = product;
  const { k, which, tolerance, vectors: isWithVectors } = options;
  if (k > size) {
    throw new TensorError(where, { expected: `k of at most ${size}, the number of parameters`, got: `${k}` });
  }
  const { maxIterations = usualIterations(k) } = options;
  if (maxIterations < k) {
    throw new TensorError(where, {
      expected: `maxIterations of ${k} or more, the number asked for`,
      got: `${maxIterations}`,
    });
  }
  const most = Math.min(maxIterations, size);
  const { generator, seed } = seeded(where, options);
  const total = passes(hessianProductCost(most + checksOf(k, settings.method), settings));
  checkBudget(where, total, options);

  product.start();
  const start = () => normals(size, generator);
  const search = new EigenSearch({ size, k, which, tolerance, most, single: product.single, start });
  while (!search.isOver) {
    search.take(product.times(search.wanted));
    yield { done: passes(product.cost), total };
  }
  const vectors = search.found.map(({ vector }) => vector);
  const products: Float64Array[] = [];
  const errors: Float64Array[] = [];
  for (const vector of vectors) {
    const image = product.times(vector);
    const error = product.errorOf(image, vector);
    products.push(image);
    if (error !== null) errors.push(error);
    yield { done: passes(product.cost), total };
  }
  const pairs = rayleighRitz(vectors, products, errors, which);
  const largest = Math.max(greatest(pairs.map(({ value }) => Math.abs(value))), search.scale);
  return {
    values: pairs.map(({ value }) => value),
    residuals: pairs.map(({ residual }) => residual),
    converged: search.isComplete && pairs.every(({ residual }) => residual <= tolerance * largest),
    iterations: search.iterations,
    vectors: isWithVectors ? pairs.map(({ vector }) => Array.from(vector)) : null,
    parameters: size,
    names: [...names],
    loss: product.loss,
    options: { k, which, tolerance, maxIterations: most, vectors: isWithVectors, seed, ...settings },
    cost: product.cost,
  };
}

interface Pair {
  readonly value: number;
  readonly residual: number;
  readonly vector: Float64Array;
}

/**
 * The eigenvalues of the matrix on the space of some orthonormal vectors, from their `products` with it, and how far these
 * are from eigenvalues of the matrix itself; `errors` says what each product may be off by, where it is not exact.
 * @see Golub & Van Loan, "Matrix Computations", section 8.1 (Rayleigh quotients and residuals).
 */
function rayleighRitz(
  vectors: readonly LongVector[],
  products: readonly Float64Array[],
  errors: readonly Float64Array[],
  which: Which,
): Pair[] {
  const inner = vectors.map((v) => products.map((image) => dotOf(v, image)));
  const { values, vectors: turns } = eigenSymmetric(inner.map((row, i) => row.map((x, j) => (x + inner[j][i]) / 2)));
  const pairs = values.map((value, column) => {
    const turned = (list: readonly LongVector[]): Float64Array => {
      const sum = new Float64Array(vectors[0].length);
      list.forEach((x, i) => addScaled(sum, x, turns[i][column]));
      return sum;
    };
    const [vector, rest] = [turned(vectors), turned(products)];
    addScaled(rest, vector, -value);
    const length = lengthOf(vector);
    return {
      value,
      residual: (lengthOf(rest) + lengthOf(turned(errors))) / length,
      vector: scaled(vector, 1 / length),
    };
  });
  return pairs.sort((a, b) => rankOf(which, b.value) - rankOf(which, a.value));
}
