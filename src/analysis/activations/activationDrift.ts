import { isTensor } from "../../base/brand.ts";
import { describe, isTensorError, TensorError } from "../../base/errors.ts";
import { finiteList, fromZero, names } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import type { HookHandle, Tensor } from "../../tensor/tensor.ts";
import { displayed } from "../measuring/display.ts";
import type { Cost } from "../measuring/loss.ts";
import { isLeaf } from "../measuring/watching.ts";
import { histogramOf, type Moments, momentsOf, quantile, sketch, wasserstein } from "../numbers/distribution.ts";

/** What {@link ActivationDrift} may be told. */
export interface ActivationDriftOptions {
  /**
   * The dotted names of the modules to watch. Default: all that have no modules within them. Without a model, names of your
   * own for what `observe` is given.
   */
  readonly layers?: readonly string[];
  /** Whether a module's output is watched, or what goes into it. Default `"output"`. */
  readonly what?: "output" | "input";
  /** Units, columns of the activations, that are also looked at one by one. Default: none. */
  readonly units?: readonly number[];
  /** The edges of the histograms' bins, ascending. Default: 41 from −4 to 4. Values beyond count in the outermost bins. */
  readonly edges?: readonly number[];
}

/** What a distribution of activations was like in one step, and how far it has moved. All numbers are finite. */
export interface DriftPoint {
  /** The number of the step, from 0. */
  readonly step: number;
  /** How many values are NaN or infinite; they are left out of all that follows. */
  readonly nonFinite: number;
  /** The mean of all values, in units of the activation, as are the percentiles. */
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
   * far values have to be moved on average, `∫₀¹|F⁻¹ − G⁻¹|`. Exact for up to 1024 values a step; of more it is taken
   * between 1024 means of equal shares. 0 in the first step.
   */
  readonly distanceStep: number;
  /** The same distance from the first step's distribution. */
  readonly distanceFromStart: number;
}

/** A watched layer, or one of its units. */
export interface DriftSeries {
  /** The dotted name of the module, or the name of your own. */
  readonly layer: string;
  /** The class of the module, such as `"Tanh"`; null of a name of your own. */
  readonly type: string | null;
  /** The unit, or null for all of the layer. */
  readonly unit: number | null;
  /** A point for each step, but for those without a finite value. */
  readonly points: readonly DriftPoint[];
}

/** What {@link ActivationDrift.report} returns. */
export interface DriftReport {
  /** What it is. */
  readonly kind: "driftReport";
  /** The layers in the order asked for, each followed by its units. */
  readonly series: readonly DriftSeries[];
  /** How many steps there were. */
  readonly steps: number;
  /** How it was measured. */
  readonly options: {
    /** The layers watched. */
    readonly layers: readonly string[];
    /** Whether outputs or inputs were watched. */
    readonly what: "output" | "input";
    /** The units looked at one by one. */
    readonly units: readonly number[];
    /** The edges of the bins. */
    readonly edges: readonly number[];
  };
  /** The passes made: none, it looks at those that are made anyway. */
  readonly cost: Cost;
}

const where = "ActivationDrift";

const rules = {
  layers: {
    is: {
      expected: "a list of names, each once,",
      accepts: (value) => names.accepts(value) && new Set(value as string[]).size === (value as string[]).length,
    },
  },
  what: { words: ["output", "input"], default: "output" },
  units: {
    is: {
      expected: "a list of whole numbers of 0 or more",
      accepts: (value) => Array.isArray(value) && value.every(fromZero.accepts),
    },
    default: [],
  },
  edges: {
    is: {
      expected: "two finite numbers or more, ascending,",
      accepts: (value) =>
        finiteList.accepts(value) &&
        (value as number[]).length > 1 &&
        (value as number[]).every((edge, i, all) => i === 0 || edge > all[i - 1]),
    },
  },
} satisfies OptionRules<ActivationDriftOptions>;

/**
 * Watches how the distribution of activations drifts while a model is trained: step to step, and from the start. Nothing
 * is kept of the activations but what the report says, and of the first and the last step at most 1024 numbers per series.
 *
 * Hooks are put on the layers, and taken off by `detach()`; training is otherwise as it would be. What counts for a step is
 * the last forward pass before `step()`: evaluate the model after it. A module that is called twice in a pass is seen the
 * second time. Values that no module returns, such as `x.tanh()`, are given to `observe`.
 *
 * Shapes: `[n, …units]`, a unit being a column of what is left when all but the first dimension are made one.
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
  private readonly options: DriftReport["options"];
  private readonly watched: Watched[];
  private readonly handles: HookHandle[];
  private steps = 0;

  /**
   * @param model - it gets a forward hook on each layer, until `detach()`; or null, if all is given to `observe`.
   * @throws TensorError for layers that there are not, units that are no whole numbers, or edges that do not ascend.
   */
  constructor(model: Module | null, options: ActivationDriftOptions = {}) {
    if (model !== null && !isModule(model)) {
      throw new TensorError(where, { expected: "a module, or null", got: describe(model) });
    }
    const {
      what,
      units,
      edges = Array.from({ length: 41 }, (_, i) => (i - 20) / 5),
      ...rest
    } = optionsOf(where, options, rules);
    const named = new Map(model?.namedModules());
    const { layers = leaves(named) } = rest;
    if (layers.length === 0) {
      throw new TensorError(where, { expected: "layers, without a model to take them from", got: describe(layers) });
    }
    const modules = model === null ? [] : layers.map((layer) => moduleAt(named, layer));
    this.options = { layers: [...layers], what, units: [...units], edges: [...edges] };
    this.watched = layers.map((layer, i) => ({
      layer,
      type: modules[i]?.constructor.name ?? null,
      series: [null, ...units].map((unit) => ({ unit, points: [] })),
      last: null,
    }));
    this.handles = modules.map((module, i) =>
      module.registerForwardHook((_, [input], output) => {
        this.watched[i].last = this.look(this.watched[i], what === "output" ? output : input);
      }),
    );
  }

  /**
   * Takes values for the activations of a layer in the next step, in place of a forward pass.
   *
   * @param layer - one of the names watched.
   * @param x - its activations, `[n, …units]`.
   * @throws TensorError for a layer that is not watched, or activations of another shape than before.
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   * import { ActivationDrift } from "evenkeel/analysis";
   *
   * const drift = new ActivationDrift(null, { layers: ["hidden"] });
   * for (const shift of [0, 0.5]) {
   *   drift.observe("hidden", tensor([[1], [2], [3]]).add(shift));
   *   drift.step();
   * }
   * console.log(drift.report().series[0].points[1].distanceStep); // => 0.5
   * ```
   */
  observe(layer: string, x: Tensor): void {
    const watched = this.watched.find((other) => other.layer === layer);
    if (watched === undefined) {
      throw new TensorError(`${where}.observe`, {
        expected: `a layer among ${this.options.layers.map((name) => `"${name}"`).join(", ")}`,
        got: describe(layer),
      });
    }
    const rows = this.look(watched, x);
    if (isTensorError(rows)) throw rows;
    watched.last = rows;
  }

  /**
   * Takes the activations of the last forward pass as those of the next step.
   *
   * @throws TensorError if a layer has not been called since the last step, or what was seen is no `[n, …units]`, has
   * another number of units than before, or not all those that were asked for. Then nothing has been taken.
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
    const seen = this.watched.map(({ layer, last }): Rows => {
      if (isTensorError(last)) throw last;
      if (last !== null) return last;
      throw new TensorError(`${where}.step`, {
        expected: "a forward pass since the last step",
        got: `none of "${layer}"`,
        hint: "Call step() once after each training step; detach() ends the watch.",
      });
    });
    this.watched.forEach((watched, i) => {
      watched.last = null;
      watched.width = seen[i].width;
      for (const series of watched.series) this.extend(series, seen[i]);
    });
    this.steps++;
  }

  /** Activations as rows of units; or why they cannot be, for `step` to say: training itself is not to be stopped. */
  private look({ layer, width: before }: Watched, x: unknown): Rows | TensorError {
    const refuse = (expected: string, got: string, hint = "") => new TensorError(where, { expected, got, hint });
    if (!isTensor(x) || x.ndim < 2 || x.numel() === 0) {
      return refuse(`activations [n, units] of "${layer}"`, describe(x), "Name the layers to watch.");
    }
    const width = x.numel() / x.shape[0];
    const beyond = this.options.units.find((unit) => unit >= width);
    if (beyond !== undefined) return refuse(`units below ${width} in "${layer}"`, `${beyond}`);
    if (before !== undefined && before !== width) return refuse(`${before} units in "${layer}", as before`, `${width}`);
    return { values: new Float64Array(x.data), width };
  }

  private extend(series: Series, { values, width }: Rows): void {
    const { unit } = series;
    const units = unit === null ? Array.from({ length: width }, (_, j) => j) : [unit];
    const moments = units.map((j) => momentsOf(column(values, width, j)));
    const all = unit === null ? values : column(values, width, unit);
    const sorted = all.filter(Number.isFinite).sort();
    const whole = momentsOf(sorted);
    if (whole === null) return;
    const kept = sketch(sorted);
    const { start, last } = series;
    const seen = { moments, kept };
    series.start ??= seen;
    series.last = seen;
    series.points.push({
      step: this.steps,
      nonFinite: all.length - sorted.length,
      ...whole,
      percentiles: [quantile(sorted, 0.15), quantile(sorted, 0.5), quantile(sorted, 0.85)],
      histogram: histogramOf(sorted, this.options.edges),
      meanStep: average(moments, last?.moments, (now, then) => Math.abs(now.mean - then.mean)),
      varianceStep: average(moments, last?.moments, (now, then) => Math.abs(now.variance - then.variance)),
      meanFromStart: average(moments, start?.moments, (now, then) => Math.abs(now.mean - then.mean)),
      varianceFromStart: average(moments, start?.moments, (now, then) => Math.abs(now.variance - then.variance)),
      distanceStep: wasserstein(kept, last?.kept ?? kept),
      distanceFromStart: wasserstein(kept, start?.kept ?? kept),
    });
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
   * // => [ { layer: '0', type: 'Tanh', unit: null, points: [] } ]
   * ```
   */
  report(): DriftReport {
    const series = this.watched.flatMap(({ layer, type, series }) =>
      series.map(({ unit, points }) => ({ layer, type, unit, points: structuredClone(points) })),
    );
    const report: DriftReport = {
      kind: "driftReport",
      series,
      steps: this.steps,
      options: structuredClone(this.options),
      cost: { forward: 0, backward: 0 },
    };
    return displayed(report, "percentileBands");
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

/** What is kept of a step: the moments of each unit, and the distribution. */
interface Seen {
  readonly moments: readonly (Moments | null)[];
  readonly kept: Float64Array;
}

interface Series {
  readonly unit: number | null;
  readonly points: DriftPoint[];
  start?: Seen;
  last?: Seen;
}

interface Watched {
  readonly layer: string;
  readonly type: string | null;
  readonly series: Series[];
  last: Rows | TensorError | null;
  width?: number;
}

function column(values: Float64Array, width: number, j: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, i) => values[i * width + j]);
}

/** The average of a change over the units that have moments in both steps; 0 without a step before. */
function average(
  now: Seen["moments"],
  then: Seen["moments"] | undefined,
  change: (now: Moments, then: Moments) => number,
): number {
  const changes = now.flatMap((unit, j) => {
    const before = then?.[j] ?? null;
    return unit === null || before === null ? [] : [change(unit, before)];
  });
  return changes.length === 0 ? 0 : changes.reduce((a, b) => a + b) / changes.length;
}

function leaves(named: ReadonlyMap<string, Module>): string[] {
  return [...named].filter(([, module]) => isLeaf(module)).map(([name]) => name);
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
