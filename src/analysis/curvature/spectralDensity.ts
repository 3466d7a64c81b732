import { fromOne, fromTwo, positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { tensor } from "../../functions/create.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import type { Losses } from "../measuring/losses.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules, signs } from "../measuring/seeded.ts";
import { greatest, least as leastOf } from "../numbers/extremes.ts";
import { Lanczos } from "../numbers/lanczos.ts";
import { tridiagonal } from "../numbers/tridiagonal.ts";
import {
  type HessianCostOptions,
  type HessianOptions,
  type HessianSettings,
  hessianProductCost,
  hessianRules,
  passes,
} from "./hessianOptions.ts";
import { HessianProduct } from "./hessianProduct.ts";
import { spread } from "./hessianTrace.ts";

/** Options of {@link spectralDensity}. */
export interface SpectralDensityOptions extends HessianOptions, SeedOptions, LongOptions {
  /** How many random starts the density is the mean of, at least 2. Default `10`. */
  readonly starts?: number;
  /** How many products for each start: as many moments again are exact. Default: 30, or the number of parameters. */
  readonly iterations?: number;
  /** How many points the grid has. Default `201`. */
  readonly points?: number;
  /** The standard deviation of the bell put on each node, in units of eigenvalues. Default: 1% of the nodes' range. */
  readonly width?: number;
}

/** What {@link spectralDensity} returns. */
export interface SpectralDensity {
  /** What it is. */
  readonly kind: "spectralDensity";
  /** Where the density is given: evenly spread eigenvalues, from three widths below all nodes to three above. */
  readonly grid: number[];
  /** The density at each point of `grid`, smoothed by `width`: the share of eigenvalues per unit of eigenvalue. */
  readonly density: number[];
  /** The standard error of `density` at each point, from how the starts differ. */
  readonly densityError: number[];
  /** The raw nodes, those of each start smallest first: estimates of eigenvalues. In loss per parameter². */
  readonly nodes: number[][];
  /** The share of the spectrum that stands for each node; those of each start sum to 1. */
  readonly weights: number[][];
  /** The mean eigenvalue, `tr H/n`: the mean of the nodes by weight, over the starts. */
  readonly meanEigenvalue: number;
  /** The standard error of `meanEigenvalue`, from how the starts differ. */
  readonly meanEigenvalueError: number;
  /** The number of parameters, and of eigenvalues that there are. */
  readonly parameters: number;
  /** The names of the parameters whose Hessian it is. */
  readonly names: string[];
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** The options used. */
  readonly options: HessianSettings & {
    /** How many random directions were started from. */
    readonly starts: number;
    /** How many products there were for each, at most. */
    readonly iterations: number;
    /** How many points the grid has. */
    readonly points: number;
    /** The standard deviation of the bell on each node. */
    readonly width: number;
    /** The seed of the starts, or null where a generator was given. */
    readonly seed: number | null;
  };
  /** The passes it took, a product by `"exact"` counted as four backward, about what it takes. */
  readonly cost: Cost;
}

/** The most that {@link spectralDensity} takes. */
const costOf = (
  parameters: number,
  { starts = 10, iterations = 30, ...rest }: HessianCostOptions & { starts?: number; iterations?: number } = {},
): Cost => hessianProductCost(starts * Math.min(iterations, parameters), rest);

const rules = {
  starts: { is: fromTwo, default: 10 },
  iterations: { is: fromOne, default: 30 },
  points: { is: fromTwo, default: 201 },
  width: { is: positive },
  ...hessianRules,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<SpectralDensityOptions>;

export const spectralDensityAnalysis = {
  name: "spectralDensity",
  kind: "spectralDensity",
  of: ["model", "loss"],
  rules,
  plot: "hessianSpectrum",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * How the eigenvalues of the loss's Hessian are spread: for most networks many near 0 and a few far out.
 *
 * Stochastic Lanczos quadrature. From a random start `v`, Lanczos' method finds nodes and weights such that
 * `Σ weight·f(node) = vᵀf(H)v` for all polynomials `f` of degree below twice the number of iterations; the mean over
 * starts estimates the mean of `f` over the eigenvalues. The density is that of bells of `width` at the nodes. Features
 * narrower than `width` are not seen, and a single eigenvalue among `n` is a bump of area `1/n`.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch, several such losses, or `{ batches, loss }` over a loader.
 * @param options - see {@link SpectralDensityOptions}.
 * @throws TensorError for a loss that is not one finite number, not the same twice, or independent of the
 * parameters, for unknown layers or options, and where it would take more than `maxEvaluations`.
 * @see Ghorbani et al. 2019, "An Investigation into Neural Net Optimization via Hessian Eigenvalue Density",
 * arXiv:1901.10159, Algorithm 1; Golub & Welsch 1969, "Calculation of Gauss Quadrature Rules".
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { spectralDensity } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const [x, y] = [tensor([[2, 0], [0, 1]]), tensor([[1], [1]])];
 * const loss = () => model.forward(x).sub(y).square().mean();
 * const { nodes, weights, meanEigenvalue } = spectralDensity(model, loss, { starts: 2 });
 * console.log(nodes[0].map((node) => node.toFixed(3)), meanEigenvalue.toFixed(3)); // => [ '1.000', '4.000' ] 2.500
 * console.log(weights[0].map((weight) => weight.toFixed(3))); // => [ '0.500', '0.500' ]
 * ```
 */
export function spectralDensity<B>(
  model: Module,
  loss: Losses<B>,
  options: SpectralDensityOptions = {},
): SpectralDensity {
  return analyse(spectralDensityAnalysis, options, model, loss);
}

/**
 * {@link spectralDensity}, letting others work between products, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { spectralDensityAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const { nodes } = await spectralDensityAsync(model, () => model.forward(ones([1, 1])).square().sum(), { starts: 2 });
 * console.log(nodes); // => [ [ 2 ], [ 2 ] ]
 * ```
 */
export const spectralDensityAsync = /* @__PURE__ */ inBackground(spectralDensityAnalysis, spectralDensity);

function* work(
  where: string,
  options: Settings<SpectralDensityOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<SpectralDensity>> {
  const product = new HessianProduct(where, model, loss, options);
  const { size, names, settings } = product;
  const { starts, points, width } = options;
  const iterations = Math.min(size, options.iterations);
  const { generator, seed } = seeded(where, options);
  const total = passes(hessianProductCost(starts * iterations, settings));
  checkBudget(where, total, options);

  product.start();
  const [nodes, weights]: [number[][], number[][]] = [[], []];
  for (let i = 0; i < starts; i++) {
    const lanczos = new Lanczos(signs(size, generator), [], product.single);
    do {
      lanczos.take(product.times(lanczos.newest));
      yield { done: passes(product.cost), total };
    } while (lanczos.iterations < iterations && !lanczos.isExhausted);
    const { values, rows } = tridiagonal(lanczos.diagonal, lanczos.offDiagonal, [0]);
    nodes.push(values);
    weights.push(rows[0].map((x) => x * x));
  }
  const means = spread(nodes.map((values, i) => values.reduce((sum, x, j) => sum + weights[i][j] * x, 0)));
  const smooth = smoothed(nodes, weights, points, width);
  return {
    grid: smooth.grid,
    density: smooth.density,
    densityError: smooth.densityError,
    nodes,
    weights,
    meanEigenvalue: means.mean,
    meanEigenvalueError: means.standardError,
    parameters: size,
    names: [...names],
    loss: product.loss,
    options: { starts, iterations, points, width: smooth.width, seed, ...settings },
    cost: product.cost,
  };
}

type Smoothed = Pick<SpectralDensity, "grid" | "density" | "densityError"> & { readonly width: number };

/** The mean over starts of bells at the nodes, each of the area of its weight. */
function smoothed(
  nodes: readonly number[][],
  weights: readonly number[][],
  points: number,
  chosen: number | undefined,
): Smoothed {
  const [least, most] = [leastOf(nodes.flat()), greatest(nodes.flat())];
  const range = most - least;
  // Where all nodes are one, to rounding, there is no range to take a share of.
  const size = Math.max(Math.abs(least), Math.abs(most));
  const width = chosen ?? (range > 1e-6 * size ? range : size || 1) / 100;
  const [from, to] = [least - 3 * width, most + 3 * width];
  const grid = Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
  const height = 1 / (width * Math.sqrt(2 * Math.PI));
  const perPoint = grid.map((x) => {
    const perStart = nodes.map((values, s) => {
      const bells = bell(values.map((node) => (x - node) / width));
      return bells.reduce((sum, value, j) => sum + weights[s][j] * height * value, 0);
    });
    return spread(perStart);
  });
  const [density, densityError] = [perPoint.map(({ mean }) => mean), perPoint.map((point) => point.standardError)];
  return { grid, density, densityError, width };
}

/** `exp(−x²/2)`. */
const bell = (x: readonly number[]): number[] =>
  tensor(x as number[], { dtype: "float64" })
    .square()
    .mul(-0.5)
    .exp()
    .toArray<number[]>();
