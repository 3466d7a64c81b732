import { describe, TensorError } from "../errors.ts";
import type { Module } from "../nn/module.ts";
import { checkOptions } from "../options.ts";
import {
  checkCount,
  type HessianMethod,
  type HessianOptions,
  HessianProduct,
  type HessianSettings,
  hessianOptionNames,
  hessianProductCost,
  passes,
} from "./hessianProduct.ts";
import { Lanczos } from "./lanczos.ts";
import type { Cost, Loss } from "./loss.ts";
import { checkBudget, finish, finishAsync, type LongOptions, longOptionNames, type Parts } from "./running.ts";
import { normals, type SeedOptions, seeded, seedOptionNames } from "./seeded.ts";
import { tridiagonal } from "./tridiagonal.ts";

/** Options of {@link hessianEigenvalues}. */
export interface HessianEigenvaluesOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many eigenvalues, at most as many as there are parameters. Default `1`. */
  readonly k?: number;
  /** The largest residual taken for converged, as a share of the largest eigenvalue. Default `1e-4`. */
  readonly tolerance?: number;
  /** The most products with the Hessian. Default: the larger of 50 and `10·k`, or the number of parameters. */
  readonly maxIterations?: number;
  /** Whether to return the eigenvectors too, such as for a plane of the landscape. Default `false`. */
  readonly vectors?: boolean;
}

/** What {@link hessianEigenvalues} returns. */
export interface HessianEigenvalues {
  /** The `k` eigenvalues of largest absolute value, signed, largest absolute value first. In loss per parameter². */
  readonly values: number[];
  /** `‖H·v − λv‖` for each, with `v` of length 1: an eigenvalue lies no further from it. In units of `values`. */
  readonly residuals: number[];
  /** Whether every residual is at most `tolerance` times the largest absolute value. */
  readonly converged: boolean;
  /** How many products with the Hessian were made. */
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
    /** How small residuals had to be, as a share of the largest eigenvalue. */
    readonly tolerance: number;
    /** The most iterations allowed. */
    readonly maxIterations: number;
    /** Whether eigenvectors are returned. */
    readonly vectors: boolean;
    /** The seed of the first direction, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as one backward. */
  readonly cost: Cost;
}

/** The most that {@link hessianEigenvalues} takes; it ends earlier if it converges. */
export const hessianEigenvaluesCost = (
  parameters: number,
  { k = 1, maxIterations, method }: { k?: number; maxIterations?: number; method?: HessianMethod } = {},
): Cost => hessianProductCost(maxIterations ?? usualIterations(parameters, k), method);

const usualIterations = (parameters: number, k: number): number => Math.min(parameters, Math.max(50, 10 * k));

const where = "hessianEigenvalues";

/**
 * The `k` eigenvalues of the loss's Hessian that are largest by absolute value, with their signs: how strongly the loss
 * is curved, up or down, along the directions where it is curved most. Gradient descent at a rate above `2/λ` of the
 * largest overshoots along its eigenvector.
 *
 * Lanczos' method with full reorthogonalisation, from a random direction: only products with the Hessian are needed,
 * never the matrix. It stops when the residuals are small, when all of the space has been seen, or at `maxIterations`;
 * then `converged` is false and `residuals` says how far off each may be. An eigenvalue that occurs several times is
 * found once, unless the space is exhausted before. In float32, and by differences, products carry errors of their own,
 * about 1e-6 and 1e-4 of the largest eigenvalue, that residuals do not show.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch. That of a small batch varies from batch to batch by whole factors.
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
export function hessianEigenvalues(
  model: Module,
  loss: Loss,
  options: HessianEigenvaluesOptions = {},
): HessianEigenvalues {
  return finish(eigenvalueParts(model, loss, options), options);
}

/**
 * {@link hessianEigenvalues}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
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
export async function hessianEigenvaluesAsync(
  model: Module,
  loss: Loss,
  options: HessianEigenvaluesOptions = {},
): Promise<HessianEigenvalues> {
  return finishAsync(eigenvalueParts(model, loss, options), options);
}

/** {@link hessianEigenvalues} in parts. */
export function* eigenvalueParts(
  model: Module,
  loss: Loss,
  options: HessianEigenvaluesOptions,
): Parts<HessianEigenvalues> {
  const known = ["k", "tolerance", "maxIterations", "vectors"];
  checkOptions(where, options, [...known, ...hessianOptionNames, ...seedOptionNames, ...longOptionNames]);
  const product = new HessianProduct(where, model, loss, options);
  const { size, names, settings } = product;
  const { k = 1, tolerance = 1e-4, vectors = false } = options;
  checkCount(where, "k", k);
  if (k > size) {
    throw new TensorError(where, { expected: `k of at most ${size}, the number of parameters`, got: `${k}` });
  }
  if (!(typeof tolerance === "number" && tolerance >= 0)) {
    throw new TensorError(where, { expected: "a tolerance from 0 on", got: describe(tolerance) });
  }
  const { maxIterations = usualIterations(size, k) } = options;
  checkCount(where, "maxIterations", maxIterations, k);
  const most = Math.min(maxIterations, size);
  const { generator, seed } = seeded(where, options);
  const total = passes(hessianProductCost(most, settings.method));
  checkBudget(where, total, options);

  product.start();
  const lanczos = new Lanczos(normals(size, generator));
  let top: Top;
  for (;;) {
    lanczos.take(product.times(lanczos.newest));
    yield { done: passes(product.cost), total };
    const { iterations } = lanczos;
    const isLast = iterations === most;
    if (!isLast && !lanczos.isExhausted && (iterations < k || iterations % stride(iterations) !== 0)) continue;
    top = largest(lanczos, Math.min(k, iterations), tolerance);
    if (isLast || (iterations >= k && top.converged && !mayHideMore(lanczos, top))) break;
    if (lanczos.isExhausted) lanczos.restart(normals(size, generator));
  }
  return {
    values: top.values,
    residuals: top.residuals,
    converged: top.converged,
    iterations: lanczos.iterations,
    vectors: vectors ? vectorsOf(lanczos, top) : null,
    parameters: size,
    names: [...names],
    loss: product.loss,
    options: { k, tolerance, maxIterations: most, vectors, seed, ...settings },
    cost: product.cost,
  };
}

/** How often it is worth to look: finding the eigenvalues of `T` takes time too. */
const stride = (iterations: number): number => Math.max(1, Math.floor(iterations / 20));

interface Top {
  readonly values: number[];
  readonly residuals: number[];
  readonly converged: boolean;
  /** Their places among all eigenvalues of `T`, in order of size. */
  readonly places: number[];
}

function largest({ diagonal, offDiagonal, iterations }: Lanczos, k: number, tolerance: number): Top {
  const { values, rows } = tridiagonal(diagonal, offDiagonal, [iterations - 1]);
  const places = Array.from(values.keys())
    .sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]))
    .slice(0, k);
  const out = offDiagonal[iterations - 1];
  const residuals = places.map((i) => Math.abs(out * rows[0][i]));
  const converged = residuals.every((residual) => residual <= tolerance * Math.abs(values[places[0]]));
  return { values: places.map((i) => values[i]), residuals, converged, places };
}

/**
 * Whether, the space being exhausted, there may be further large eigenvalues outside: copies of those within. A space
 * begun anew has one of each that there is outside those before; if none of its own is among the largest, none is left.
 */
function mayHideMore({ diagonal, offDiagonal, blockStart, isExhausted }: Lanczos, { values }: Top): boolean {
  if (!isExhausted) return false;
  const own = tridiagonal(diagonal.slice(blockStart), offDiagonal.slice(blockStart)).values;
  const largestOwn = Math.max(...own.map(Math.abs));
  const [first, last] = [Math.abs(values[0]), Math.abs(values[values.length - 1])];
  return largestOwn > 1e-12 * first && largestOwn >= (1 - 1e-9) * last;
}

function vectorsOf({ basis, diagonal, offDiagonal, iterations }: Lanczos, { places }: Top): number[][] {
  const { rows } = tridiagonal(
    diagonal,
    offDiagonal,
    Array.from({ length: iterations }, (_, i) => i),
  );
  return places.map((place) => {
    const vector = new Float64Array(basis[0].length);
    rows.forEach((row, j) => {
      for (let i = 0; i < vector.length; i++) vector[i] += row[place] * basis[j][i];
    });
    return Array.from(vector);
  });
}
