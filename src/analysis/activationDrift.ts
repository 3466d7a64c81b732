import { describe, TensorError } from "../errors.ts";
import { isModule } from "../nn/fields.ts";
import type { Module } from "../nn/module.ts";
import { checkOptions } from "../options.ts";
import type { HookHandle, Tensor } from "../tensor.ts";

/** What {@link ActivationDrift} may be told. */
export interface ActivationDriftOptions {
  /** The dotted names of the modules to watch. Default: all that have no modules within them. */
  readonly layers?: readonly string[];
  /** Whether a module's output is watched, or what goes into it. Default `"output"`. */
  readonly what?: "output" | "input";
  /** Units, columns of the activations, that are also looked at one by one. Default: none. */
  readonly units?: readonly number[];
  /** The edges of the histograms' bins, ascending. Default: 41 from −4 to 4. Values beyond count in the outermost bins. */
  readonly edges?: readonly number[];
}

/** What a distribution of activations was like in one step, and how far it has moved. */
export interface DriftPoint {
  /** The number of the step, from 0. */
  readonly step: number;
  /** The mean of all values. */
  readonly mean: number;
  /** Their biased variance. */
  readonly variance: number;
  /** The 15th, 50th and 85th percentile, exact, with linear interpolation between values. */
  readonly percentiles: readonly [number, number, number];
  /** How many values fell into each bin. */
  readonly histogram: readonly number[];
  /** `|μ_t − μ_{t−1}|`; for a layer, the average over its units of the change of each unit's mean. 0 in the first step. */
  readonly meanStep: number;
  /** Likewise of the variance. */
  readonly varianceStep: number;
  /** `|μ_t − μ_0|`, likewise. */
  readonly meanFromStart: number;
  /** Likewise of the variance. */
  readonly varianceFromStart: number;
  /**
   * Wasserstein's distance of order 1 between this step's distribution and the last one's, in units of the activation: how
   * far values have to be moved on average. From 101 quantiles of each; 0 in the first step.
   */
  readonly distanceStep: number;
}

/** A watched layer, or one of its units. */
export interface DriftSeries {
  /** The dotted name of the module. */
  readonly layer: string;
  /** The unit, or null for all of the layer. */
  readonly unit: number | null;
  /** A point for each step. */
  readonly points: readonly DriftPoint[];
}

/** What {@link ActivationDrift.report} returns. */
export interface DriftReport {
  /** The layers in the order asked for, each followed by its units. */
  readonly series: readonly DriftSeries[];
  /** How it was measured. */
  readonly options: {
    /** Whether outputs or inputs were watched. */
    readonly what: "output" | "input";
    /** The edges of the bins. */
    readonly edges: readonly number[];
  };
}

const where = "ActivationDrift";
const quantiles = 100;

/**
 * Watches how the distribution of activations drifts while a model is trained: step to step, and from the start. Nothing
 * is kept of the activations but what the report says, and 101 numbers per series.
 *
 * Hooks are put on the layers, and taken off by `detach()`; training is otherwise as it would be. What counts for a step is
 * the last forward pass before `step()`.
 *
 * @see Santurkar et al. 2018, arXiv:1805.11604, Figures 1c, 2 and 8: histograms over time, changes of mean and variance.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, Figure 1: the {15, 50, 85}th percentiles of one unit's input.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { ActivationDrift } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const drift = new ActivationDrift(model, { layers: ["1"], units: [0] });
 * for (let step = 0; step < 3; step++) {
 *   optimizer.zeroGrad();
 *   model.forward(ones([4, 2])).square().sum().backward();
 *   optimizer.step();
 *   drift.step();
 * }
 * drift.detach();
 * const { series } = drift.report();
 * console.log(series.map(({ layer, unit, points }) => [layer, unit, points.length])); // => [ [ '1', null, 3 ], [ '1', 0, 3 ] ]
 * ```
 */
export class ActivationDrift {
  private readonly what: "output" | "input";
  private readonly edges: readonly number[];
  private readonly watched: Watched[];
  private readonly handles: HookHandle[];
  private steps = 0;

  /**
   * @param model - it gets a forward hook on each layer, until `detach()`.
   * @throws TensorError for layers that there are not, units that are no whole numbers, or edges that do not ascend.
   */
  constructor(model: Module, options: ActivationDriftOptions = {}) {
    if (!isModule(model)) throw new TensorError(where, { expected: "a module", got: describe(model) });
    checkOptions(where, options, ["layers", "what", "units", "edges"]);
    const { what = "output", units = [], edges = Array.from({ length: 41 }, (_, i) => -4 + i / 5) } = options;
    const named = new Map(model.namedModules());
    const layers = options.layers ?? leaves(named);
    checkWhat(what, units, edges);
    this.what = what;
    this.edges = edges;
    this.watched = layers.map((layer) => ({
      layer,
      series: [null, ...units].map((unit) => ({ unit, points: [] })),
      last: null,
    }));
    const modules = layers.map((layer) => moduleAt(named, layer));
    this.handles = modules.map((module, i) =>
      module.registerForwardHook((_, [input], output) => {
        this.watched[i].last = rowsOf(layers[i], what === "output" ? output : (input as Tensor));
      }),
    );
  }

  /**
   * Takes the activations of the last forward pass as those of the next step.
   *
   * @throws TensorError if a layer has not been called since the last step.
   *
   * @example
   * ```ts
   * import { nn, ones } from "evenkeel";
   * import { ActivationDrift } from "evenkeel/analysis";
   *
   * const model = new nn.Sequential(new nn.ReLU());
   * const drift = new ActivationDrift(model);
   * model.forward(ones([2, 2]));
   * drift.step();
   * console.log(drift.report().series[0].points[0].mean); // => 1
   * ```
   */
  step(): void {
    const idle = this.watched.find(({ last }) => last === null);
    if (idle !== undefined) {
      throw new TensorError(`${where}.step`, {
        expected: "a forward pass since the last step",
        got: `none of "${idle.layer}"`,
        hint: "Call step() once after each training step; detach() ends the watch.",
      });
    }
    for (const watched of this.watched) {
      const rows = watched.last as Rows;
      watched.last = null;
      for (const series of watched.series) this.extend(series, rows, watched.layer);
    }
    this.steps++;
  }

  private extend(series: Series, { values, width }: Rows, layer: string): void {
    const { unit } = series;
    if (unit !== null && unit >= width) {
      throw new TensorError(`${where}.step`, { expected: `units below ${width} in "${layer}"`, got: `${unit}` });
    }
    const columns = unit === null ? Array.from({ length: width }, (_, j) => j) : [unit];
    const moments = columns.map((j) => momentsOf(column(values, width, j)));
    const all = Float64Array.from(unit === null ? values : column(values, width, unit)).sort();
    const { mean, variance } = momentsOf(all);
    const grid = Float64Array.from({ length: quantiles + 1 }, (_, i) => quantile(all, i / quantiles));
    series.start ??= moments;
    const before = series.moments ?? moments;
    const average = (f: (now: Moments, then: Moments) => number, then: readonly Moments[]) =>
      moments.reduce((sum, now, i) => sum + f(now, then[i]), 0) / moments.length;
    const meanChange = (now: Moments, then: Moments) => Math.abs(now.mean - then.mean);
    const varianceChange = (now: Moments, then: Moments) => Math.abs(now.variance - then.variance);
    const last = series.grid ?? grid;
    series.points.push({
      step: this.steps,
      mean,
      variance,
      percentiles: [quantile(all, 0.15), quantile(all, 0.5), quantile(all, 0.85)],
      histogram: histogramOf(all, this.edges),
      meanStep: average(meanChange, before),
      varianceStep: average(varianceChange, before),
      meanFromStart: average(meanChange, series.start),
      varianceFromStart: average(varianceChange, series.start),
      distanceStep: wasserstein(grid, last),
    });
    series.moments = moments;
    series.grid = grid;
  }

  /**
   * What has been seen so far, as plain data.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   * import { ActivationDrift } from "evenkeel/analysis";
   *
   * console.log(new ActivationDrift(new nn.Sequential(new nn.Tanh())).report().series);
   * // => [ { layer: '0', unit: null, points: [] } ]
   * ```
   */
  report(): DriftReport {
    const series = this.watched.flatMap(({ layer, series }) =>
      series.map(({ unit, points }) => ({ layer, unit, points: points.map((point) => ({ ...point })) })),
    );
    return { series, options: { what: this.what, edges: [...this.edges] } };
  }

  /**
   * Takes the hooks off the model. What has been seen stays.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   * import { ActivationDrift } from "evenkeel/analysis";
   *
   * new ActivationDrift(new nn.Sequential(new nn.Tanh())).detach();
   * ```
   */
  detach(): void {
    for (const handle of this.handles) handle.remove();
  }
}

/** Activations as rows of units. */
interface Rows {
  readonly values: Float64Array;
  readonly width: number;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

interface Series {
  readonly unit: number | null;
  readonly points: DriftPoint[];
  start?: readonly Moments[];
  moments?: readonly Moments[];
  grid?: Float64Array;
}

interface Watched {
  readonly layer: string;
  readonly series: Series[];
  last: Rows | null;
}

function rowsOf(layer: string, x: Tensor): Rows {
  if (x.ndim < 2 || x.numel() === 0) {
    throw new TensorError(where, { expected: `activations [n, units] of "${layer}"`, got: describe(x) });
  }
  return { values: Float64Array.from(x.data), width: x.numel() / x.shape[0] };
}

function column(values: Float64Array, width: number, j: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, i) => values[i * width + j]);
}

function momentsOf(values: Float64Array): Moments {
  let mean = 0;
  for (const value of values) mean += value;
  mean /= values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) * (value - mean);
  return { mean, variance: variance / values.length };
}

/** The value below which a share of the sorted values lies, between two of them by linear interpolation. */
function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/** `∫|F⁻¹ − G⁻¹|`, by the trapezoid rule on equally spaced quantiles. */
function wasserstein(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += Math.abs(a[i] - b[i]) * (i === 0 || i === a.length - 1 ? 0.5 : 1);
  return total / (a.length - 1);
}

function histogramOf(values: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    let bin = 0;
    while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return counts;
}

function leaves(named: ReadonlyMap<string, Module>): string[] {
  return [...named].filter(([, module]) => module.namedModules().length === 1).map(([name]) => name);
}

function moduleAt(named: ReadonlyMap<string, Module>, layer: string): Module {
  const found = named.get(layer);
  if (found !== undefined) return found;
  throw new TensorError(where, {
    expected: `the dotted names of modules, such as ${leaves(named)
      .slice(0, 3)
      .map((name) => `"${name}"`)}`,
    got: describe(layer),
  });
}

function checkWhat(what: unknown, units: readonly number[], edges: readonly number[]): void {
  if (what !== "output" && what !== "input") {
    throw new TensorError(where, { expected: 'what "output" or "input"', got: describe(what) });
  }
  if (!Array.isArray(units) || !units.every((unit) => Number.isInteger(unit) && unit >= 0)) {
    throw new TensorError(where, { expected: "units as whole numbers of 0 or more", got: describe(units) });
  }
  const ascends = Array.isArray(edges) && edges.length >= 2 && edges.every((edge, i) => i === 0 || edge > edges[i - 1]);
  if (!ascends) throw new TensorError(where, { expected: "two edges or more, ascending", got: describe(edges) });
}
