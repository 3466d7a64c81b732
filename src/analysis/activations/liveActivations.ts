import { isTensor } from "../../base/brand.ts";
import { fromOne, interval, names, record } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { ReLU } from "../../nn/activations/relu.ts";
import { Sigmoid } from "../../nn/activations/sigmoid.ts";
import { Tanh } from "../../nn/activations/tanh.ts";

import { isLayer } from "../../nn/module/layerClass.ts";
import type { Module } from "../../nn/module/module.ts";
import type { HookHandle } from "../../tensor/tensor.ts";
import {
  everywhere,
  type LiveRange,
  liveRangeOf,
  type SaturationThresholds,
  saturationThresholds,
} from "../measuring/saturation.ts";
import { chosen } from "../measuring/watching.ts";

/** What {@link LiveActivations} may be told. */
export interface LiveActivationsOptions {
  /** The modules to watch, by dotted names. Default: all `nn.Tanh`, `nn.Sigmoid` and `nn.ReLU`. */
  readonly layers?: readonly string[];
  /** How many bins a histogram has. Default `60`. */
  readonly bins?: number;
  /** From where to where the bins reach; what lies beyond is counted in the first and the last. Default `[-1, 1]`. */
  readonly range?: readonly [number, number];
  /** From where on an activation counts as saturated. Default `{ tanh: 0.97, sigmoid: 0.03, relu: 0 }`. */
  readonly thresholds?: Partial<SaturationThresholds>;
}

/** What a layer put out in the last forward pass. */
export interface LiveLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class, such as `"Tanh"`. */
  readonly type: string;
  /** How many finite outputs lie in each bin. */
  readonly histogram: readonly number[];
  /** How many finite outputs there are. */
  readonly count: number;
  /** How many are not finite. */
  readonly nonFinite: number;
  /** The mean of the finite ones; null of none. */
  readonly mean: number | null;
  /** Their standard deviation, over `n`; null of none. */
  readonly std: number | null;
  /** The fraction of them that are saturated, 0 to 1; null of none, and unless the layer is a tanh, sigmoid or ReLU. */
  readonly saturatedFraction: number | null;
}

const where = "LiveActivations";

const rules = {
  layers: { is: names },
  bins: { is: fromOne, default: 60 },
  range: { is: interval, default: [-1, 1] },
  thresholds: { is: record },
} satisfies OptionRules<LiveActivationsOptions>;

/**
 * Watches the activations of a model while it is trained, for a picture that is drawn again and again: what each layer put out in the last
 * forward pass is counted into a histogram at once, and nothing else is kept. It costs little of a step.
 *
 * Hooks are put on the layers, and taken off by `detach()`. A module that is called twice in a pass is seen the second time; outputs
 * that are no tensor are not seen. For numbers that are compared and kept there are `activationReport` and `ActivationDrift`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { LiveActivations } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Tanh());
 * const live = new LiveActivations(model, { bins: 4 });
 * model.forward(tensor([[-3, -0.1], [0.1, 0.2]]));
 * const [{ histogram, saturatedFraction }] = live.layers();
 * console.log(histogram, saturatedFraction); // => [ 1, 1, 2, 0 ] 0.25
 * live.detach();
 * ```
 */
export class LiveActivations {
  private readonly watched: readonly Watched[];
  private readonly handles: readonly HookHandle[];

  /**
   * @param model - it gets a forward hook on each layer, until `detach()`.
   * @throws TensorError for a model without such layers, layers that there are not, and bins or ranges that cannot be.
   */
  constructor(model: Module, options: LiveActivationsOptions = {}) {
    const { layers, bins, range, thresholds: given } = optionsOf(where, options, rules);
    const thresholds = saturationThresholds(where, given);
    const isMeant = (module: Module) => kinds.some((kind) => isLayer(module, kind));
    const found = chosen(where, model, layers, isMeant, "Tanh, Sigmoid and ReLU");
    const [from, to] = range;
    this.watched = found.map(([layer, module]) => ({
      layer,
      type: module.constructor.name,
      live: liveRangeOf(module, thresholds) ?? null,
      histogram: new Uint32Array(bins),
      from,
      scale: bins / (to - from),
      count: 0,
      nonFinite: 0,
      sum: 0,
      squares: 0,
      saturated: 0,
    }));
    this.handles = found.map(([, module], i) =>
      module.registerForwardHook((_, _inputs, output: unknown) => {
        if (isTensor(output)) look(this.watched[i], output.data);
      }),
    );
  }

  /**
   * What the layers put out when they last ran, as plain data; a layer that has not run yet has counted nothing.
   *
   * @example
   * ```ts
   * import { nn, ones } from "evenkeel";
   * import { LiveActivations } from "evenkeel/analysis";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
   * const live = new LiveActivations(model, { range: [0, 4] });
   * model.forward(ones([5, 2]));
   * console.log(live.layers().map(({ layer, type, count }) => [layer, type, count])); // => [ [ '1', 'ReLU', 15 ] ]
   * ```
   */
  layers(): LiveLayer[] {
    return this.watched.map(({ layer, type, live, histogram, count, nonFinite, sum, squares, saturated }) => ({
      layer,
      type,
      histogram: [...histogram],
      count,
      nonFinite,
      mean: count === 0 ? null : sum / count,
      std: count === 0 ? null : Math.sqrt(squares / count),
      saturatedFraction: count === 0 || live === null ? null : saturated / count,
    }));
  }

  /**
   * Takes the hooks off the model. What was seen last stays.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   * import { LiveActivations } from "evenkeel/analysis";
   *
   * new LiveActivations(new nn.Sequential(new nn.Tanh())).detach();
   * ```
   */
  detach(): void {
    for (const handle of this.handles) handle.remove();
  }
}

const kinds = [Tanh, Sigmoid, ReLU] as const;

interface Watched {
  readonly layer: string;
  readonly type: string;
  /** Where it is not saturated; null where it does not saturate. */
  readonly live: LiveRange | null;
  readonly histogram: Uint32Array;
  /** Where the first bin begins, and how many bins there are to a unit. */
  readonly from: number;
  readonly scale: number;
  count: number;
  nonFinite: number;
  sum: number;
  /** Of what is left of the mean. */
  squares: number;
  saturated: number;
}

/** Counts the outputs of a pass, in place of those of the one before. */
function look(at: Watched, values: ArrayLike<number>): void {
  const { histogram, from, scale } = at;
  const { low, high } = at.live ?? everywhere;
  const last = histogram.length - 1;
  histogram.fill(0);
  let [n, nonFinite, sum, saturated] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const y = values[i];
    if (y - y !== 0) {
      nonFinite++;
      continue;
    }
    n++;
    sum += y;
    const bin = Math.floor((y - from) * scale);
    histogram[bin < 0 ? 0 : bin > last ? last : bin]++;
    if (y < low || y > high) saturated++;
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const off = values[i] - mean;
    if (off - off === 0) squares += off * off;
  }
  Object.assign(at, { count: n, nonFinite, sum, squares, saturated });
}
