import { grad } from "../../autograd/grad.ts";
import { enableGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { isFloat, type Shape } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { fromOne, names, record } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { GELU } from "../../nn/activations/gelu.ts";
import { ReLU } from "../../nn/activations/relu.ts";
import { Sigmoid } from "../../nn/activations/sigmoid.ts";
import { Tanh } from "../../nn/activations/tanh.ts";
import { isLayer } from "../../nn/module/layerClass.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { type GradMode, lightly } from "../measuring/lightly.ts";
import type { Cost } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import {
  everywhere,
  type LiveRange,
  liveRangeOf,
  type SaturationThresholds,
  saturationThresholds,
} from "../measuring/saturation.ts";
import { type UnitGrid, unitDimRule, unitsOf } from "../measuring/units.ts";
import { chosen, type ForwardInputs, looking, run } from "../measuring/watching.ts";
import { greatest } from "../numbers/extremes.ts";
import { type Numbers, numbersOf } from "../numbers/floats.ts";
import { joinedNumbers, percentilesRule, type Statistics, statistics } from "../numbers/statistics.ts";

/** Options of {@link activationReport}. */
export interface ActivationReportOptions {
  /** The modules to look at, by dotted names. Default: all `nn.Tanh`, `nn.Sigmoid`, `nn.ReLU` and `nn.GELU`. */
  readonly modules?: readonly string[];
  /** From where on an activation counts as saturated. Default `{ tanh: 0.97, sigmoid: 0.03, relu: 0 }`. */
  readonly thresholds?: Partial<SaturationThresholds>;
  /** Which percentiles, from 0 to 100. Default `[1, 5, 25, 50, 75, 95, 99]`. */
  readonly percentiles?: readonly number[];
  /** How many bins a histogram has. Default `50`. */
  readonly bins?: number;
  /** Which dimension of an output counts units; the first is of examples. Default `1`; `-1` where features are last. */
  readonly unitDim?: number;
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** What one module put out. */
export interface ActivationLayer extends Statistics {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class, such as `"Tanh"`. */
  readonly type: string;
  /** How often it ran; the numbers of all runs are taken together. */
  readonly calls: number;
  /** The fraction of finite outputs that are saturated, 0 to 1; null unless it is a tanh, sigmoid or ReLU. */
  readonly saturatedFraction: number | null;
  /**
   * The mean derivative of the activation at its inputs, by which it multiplies the gradient that passes; null unless it
   * is one of the four activations.
   */
  readonly localGradient: number | null;
  /** The same for each unit, over examples and places. */
  readonly units: readonly ActivationUnit[];
}

/** What one unit put out. */
export interface ActivationUnit {
  /** Mean of its finite outputs; null of none. */
  readonly mean: number | null;
  /** Their unbiased standard deviation; null of fewer than two. */
  readonly std: number | null;
  /** The fraction of them that are saturated, 0 to 1; null where the layer has none. */
  readonly saturatedFraction: number | null;
  /** The mean derivative of the activation; null where the layer has none. */
  readonly localGradient: number | null;
}

/** What {@link activationReport} returns. */
export interface ActivationReport {
  /** What it is. */
  readonly kind: "activationReport";
  /** The options used. */
  readonly options: {
    /** The modules that were looked at. */
    readonly modules: readonly string[];
    /** From where on an activation counted as saturated. */
    readonly thresholds: SaturationThresholds;
    /** Which percentiles, 0 to 100. */
    readonly percentiles: readonly number[];
    /** How many bins a histogram has. */
    readonly bins: number;
    /** Which dimension of an output counts units. */
    readonly unitDim: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** One forward pass. */
  readonly cost: Cost;
  /** The modules that ran, in the order chosen. */
  readonly layers: readonly ActivationLayer[];
}

/** What one run of a module put out, and what it was given, where its derivative is wanted. */
interface Output {
  readonly values: Numbers;
  readonly shape: Shape;
  /** The activation's derivative at each number of its input, if it is one. */
  readonly slope: Numbers | null;
}

const rules = {
  modules: { is: names },
  thresholds: { is: record },
  percentiles: percentilesRule,
  bins: { is: fromOne, default: 50 },
  unitDim: unitDimRule,
  batchNorm: batchNormRule,
} satisfies OptionRules<ActivationReportOptions>;

type Choice = Settings<ActivationReportOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const activationReportAnalysis = {
  name: "activationReport",
  kind: "activationReport",
  of: ["model", "inputs"],
  rules,
  plot: "activationHistograms",
  work,
} as const satisfies Analysis;

/**
 * What the activations of a model are like on a batch: mean, spread, percentiles, histogram, and how much is saturated,
 * for each layer and each unit.
 *
 * An activation that is not a module, such as `x.tanh()`, is not seen: name the module around it, which then has no
 * saturated fraction. A chosen module that does not run is left out.
 *
 * @param inputs - a tensor, or a list of all arguments of `forward`.
 * @throws TensorError for unknown options and names, a model without activations, or outputs that are no float tensors.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", section 3.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { activationReport } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Tanh());
 * const [layer] = activationReport(model, tensor([[0, 5], [0, 0.5]])).layers;
 * console.log(layer.saturatedFraction); // => 0.25
 * console.log(layer.units.map((unit) => unit.saturatedFraction)); // => [ 0, 0.5 ]
 * ```
 */
export function activationReport(
  model: Module,
  inputs: ForwardInputs,
  options: ActivationReportOptions = {},
): ActivationReport {
  return analyse(activationReportAnalysis, options, model, inputs);
}

function work(where: string, options: Choice, model: Module, inputs: ForwardInputs): Unnamed<ActivationReport> {
  const { percentiles, bins, unitDim, batchNorm } = options;
  const thresholds = saturationThresholds(where, options.thresholds);
  const modules = chosen(where, model, options.modules, isActivation, "Tanh, Sigmoid, ReLU and GELU");
  const report = (mode: GradMode) =>
    preserving(
      model,
      () => {
        const outputs = new Map<string, Output[]>();
        looking(
          modules,
          (name, module, [x], y) => {
            if (!isTensor(y) || !isFloat(y.dtype)) {
              throw new TensorError(where, { expected: `a float tensor from module "${name}"`, got: describe(y) });
            }
            const slope = isActivation(module) && isTensor(x) ? slopesAt(module, x) : null;
            const output = { values: numbersOf(y).slice(), shape: y.shape, slope };
            outputs.set(name, [...(outputs.get(name) ?? []), output]);
          },
          () => mode(() => run(where, model, inputs)),
        );
        const layers = modules.flatMap(([name, module]): ActivationLayer[] => {
          const seen = outputs.get(name);
          if (seen === undefined) return [];
          const { units, ...own } = activity(where, module, seen, thresholds, unitDim);
          return [
            {
              layer: name,
              type: module.constructor.name,
              calls: seen.length,
              ...statistics(joinedNumbers(seen.map(({ values }) => values)), { percentiles, bins }),
              ...own,
              units,
            },
          ];
        });
        const names = modules.map(([name]) => name);
        return {
          options: { modules: names, thresholds, percentiles: [...percentiles], bins, unitDim, batchNorm },
          cost: { forward: 1, backward: 0 },
          layers,
        };
      },
      { batchNorm },
    );
  return lightly(report);
}

function isActivation(module: Module): boolean {
  return [Tanh, Sigmoid, ReLU, GELU].some((type) => isLayer<Module>(module, type));
}

/** Sums over the finite numbers of each unit. */
class Sums {
  readonly counts: Float64Array;
  readonly values: Float64Array;
  readonly squares: Float64Array;
  readonly saturated: Float64Array;
  readonly slopes: Float64Array;
  readonly slopeCounts: Float64Array;

  /** Where outputs are not saturated. */
  private readonly live: LiveRange | undefined;

  constructor(size: number, live: LiveRange | undefined) {
    this.live = live;
    const zeros = () => new Float64Array(size);
    [this.counts, this.values, this.squares] = [zeros(), zeros(), zeros()];
    [this.saturated, this.slopes, this.slopeCounts] = [zeros(), zeros(), zeros()];
  }

  /** Unit by unit, so that sums stay in registers. */
  add({ values, slope }: Output, { units, inner }: UnitGrid): void {
    const { low, high } = this.live ?? everywhere;
    const stride = units * inner;
    for (let u = 0; u < units; u++) {
      let [count, sum, saturated] = [this.counts[u], this.values[u], this.saturated[u]];
      for (let from = u * inner; from < values.length; from += stride) {
        for (let i = from; i < from + inner; i++) {
          const value = values[i];
          if (value - value !== 0) continue; // NaN or infinite
          count++;
          sum += value;
          if (value < low || value > high) saturated++;
        }
      }
      this.counts[u] = count;
      this.values[u] = sum;
      this.saturated[u] = saturated;
      if (slope !== null) this.addSlopes(values, slope, u, inner, stride);
    }
  }

  private addSlopes(values: Numbers, slopes: Numbers, u: number, inner: number, stride: number): void {
    let [count, sum] = [this.slopeCounts[u], this.slopes[u]];
    for (let from = u * inner; from < values.length; from += stride) {
      for (let i = from; i < from + inner; i++) {
        const value = values[i];
        const slope = slopes[i];
        if (value - value !== 0 || slope - slope !== 0) continue;
        count++;
        sum += slope;
      }
    }
    this.slopeCounts[u] = count;
    this.slopes[u] = sum;
  }

  /** Squares of the distance from the mean, once all have been added. */
  addSquares({ values }: Output, { units, inner }: UnitGrid): void {
    const stride = units * inner;
    for (let u = 0; u < units; u++) {
      const mean = this.values[u] / this.counts[u];
      let squares = this.squares[u];
      for (let from = u * inner; from < values.length; from += stride) {
        for (let i = from; i < from + inner; i++) {
          const value = values[i];
          if (value - value === 0) squares += (value - mean) ** 2;
        }
      }
      this.squares[u] = squares;
    }
  }

  unit(u: number): ActivationUnit {
    const count = this.counts[u];
    return {
      mean: meanOf(this.values[u], count),
      std: count < 2 ? null : Math.sqrt(this.squares[u] / (count - 1)),
      saturatedFraction: this.live === undefined ? null : meanOf(this.saturated[u], count),
      localGradient: meanOf(this.slopes[u], this.slopeCounts[u]),
    };
  }
}

const meanOf = (sum: number, count: number): number | null => (count === 0 ? null : sum / count + 0);

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** What one layer and its units do. */
function activity(
  where: string,
  module: Module,
  seen: readonly Output[],
  at: SaturationThresholds,
  unitDim: number,
): Pick<ActivationLayer, "saturatedFraction" | "localGradient" | "units"> {
  const live = liveRangeOf(module, at);
  const grids = seen.map(({ shape }) => unitsOf(where, shape, unitDim));
  const sums = new Sums(greatest(grids.map(({ units }) => units)), live);
  seen.forEach((output, k) => sums.add(output, grids[k]));
  seen.forEach((output, k) => sums.addSquares(output, grids[k]));
  return {
    saturatedFraction: live === undefined ? null : meanOf(total(sums.saturated), total(sums.counts)),
    localGradient: meanOf(total(sums.slopes), total(sums.slopeCounts)),
    units: Array.from({ length: sums.counts.length }, (_, u) => sums.unit(u)),
  };
}

/** The derivative of an activation at each number of its input. */
function slopesAt(module: Module, x: Tensor): Numbers {
  const input = x.detach();
  input.requiresGrad = true;
  const { forward } = Object.getPrototypeOf(module) as Module; // past hooks, which have seen this once
  return enableGrad(() => grad(forward.call(module, input).sum(), [input])[0].data as Numbers);
}
