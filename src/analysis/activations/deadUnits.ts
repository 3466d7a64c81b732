import { isTensor } from "../../base/brand.ts";
import { isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { names, record } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { batchesOf } from "../measuring/batches.ts";
import { lightly } from "../measuring/lightly.ts";
import type { Cost } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import {
  type LiveRange,
  liveRangeOf,
  type SaturationThresholds,
  saturationThresholds,
} from "../measuring/saturation.ts";
import { unitDimRule, unitsOf } from "../measuring/units.ts";
import { chosen, type ForwardInputs, looking, type Named, run } from "../measuring/watching.ts";
import { numbersOf } from "../numbers/floats.ts";
import { markUnsaturated } from "./unsaturated.ts";

/** Options of {@link deadUnits}. */
export interface DeadUnitsOptions extends LongOptions {
  /** The modules to look at, by dotted names; each a tanh, sigmoid or ReLU. Default: all of those. */
  readonly modules?: readonly string[];
  /** From where on an activation counts as saturated. Default `{ tanh: 0.97, sigmoid: 0.03, relu: 0 }`. */
  readonly thresholds?: Partial<SaturationThresholds>;
  /**
   * Whether to return which unit was saturated for which example: not at all; as a string of `0` and `1` for each
   * example; or as an array of booleans for each. Default `"none"`.
   */
  readonly bitmap?: "none" | "strings" | "booleans";
  /** An earlier report of the same layers, to say which units have died or revived since. */
  readonly since?: DeadUnits;
  /** Which dimension of an output counts units; the first is of examples. Default `1`; `-1` where features are last. */
  readonly unitDim?: number;
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** The units of one layer. */
export interface DeadUnitsLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class, such as `"ReLU"`. */
  readonly type: string;
  /** How many units it has. */
  readonly units: number;
  /** How many of its outputs were NaN or infinite. A unit that gives NaN for an example is not active there. */
  readonly nonFinite: number;
  /** Those that were saturated for every example, at every place: indices, ascending. No gradient to speak of passes. */
  readonly dead: readonly number[];
  /** How many of its units are dead, as a fraction, 0 to 1. */
  readonly deadFraction: number;
  /** For each unit, for which fraction of the examples it was not saturated, at one place at least. 0 for a dead one. */
  readonly activeFraction: readonly number[];
  /** The units that were alive in the report `since` and are dead now; null without one. */
  readonly died: readonly number[] | null;
  /** The units that were dead in the report `since` and are alive now; null without one. */
  readonly revived: readonly number[] | null;
  /** For each example, in the order of the batches, which units were saturated at all places; null unless asked for. */
  readonly bitmap: readonly string[] | readonly (readonly boolean[])[] | null;
}

/** What {@link deadUnits} returns. */
export interface DeadUnits {
  /** What it is. */
  readonly kind: "deadUnits";
  /** The options used. */
  readonly options: {
    /** The modules that were looked at. */
    readonly modules: readonly string[];
    /** From where on an activation counted as saturated. */
    readonly thresholds: SaturationThresholds;
    /** Whether, and how, there is a bitmap. */
    readonly bitmap: "none" | "strings" | "booleans";
    /** Which dimension of an output counts units. */
    readonly unitDim: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** A forward pass for each batch. */
  readonly cost: Cost;
  /** How many examples were seen. */
  readonly examples: number;
  /** The layers that ran, in the order chosen. */
  readonly layers: readonly DeadUnitsLayer[];
}

/** The passes of {@link deadUnits}. */
function costOf({ batches }: { readonly batches: number }): Cost {
  return { forward: batches, backward: 0 };
}

const rules = {
  modules: { is: names },
  thresholds: { is: record },
  bitmap: { words: ["none", "strings", "booleans"], default: "none" },
  since: {
    is: {
      expected: "what deadUnits returned earlier",
      accepts: (value) => (value as DeadUnits | null)?.kind === "deadUnits",
    },
  },
  unitDim: unitDimRule,
  batchNorm: batchNormRule,
  ...longRules,
} satisfies OptionRules<DeadUnitsOptions>;

export const deadUnitsAnalysis = {
  name: "deadUnits",
  kind: "deadUnits",
  of: ["model", "batches"],
  rules,
  plot: "saturationBitmap",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Which units are saturated for every example there is, so that no gradient reaches what lies before them: a ReLU whose
 * input is never positive, a tanh stuck at ±1. One batch does not tell: pass the whole data set, in batches.
 *
 * With `since`, an earlier report, it says which units have died in between, and which have come back. What has died on
 * one data set may live on another: compare like with like.
 *
 * @param batches - any iterable of inputs, each a tensor or a list of all arguments of `forward`.
 * @throws TensorError for unknown options and names, no batches, modules that do not saturate, and a report `since` of
 * other layers.
 * @see Lu, Shin, Su & Karniadakis 2020, "Dying ReLU and Initialization", arXiv:1903.06733, section 2.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { deadUnits } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.ReLU());
 * const batches = [tensor([[-1, 2, 0]]), tensor([[-3, -1, 1], [-2, 0, 4]])];
 * const [layer] = deadUnits(model, batches, { bitmap: "strings" }).layers;
 * console.log(layer.dead, layer.bitmap); // => [ 0 ] [ '101', '110', '110' ]
 * ```
 */
export function deadUnits(model: Module, batches: Iterable<ForwardInputs>, options: DeadUnitsOptions = {}): DeadUnits {
  return analyse(deadUnitsAnalysis, options, model, batches);
}

/**
 * {@link deadUnits}, letting others work in between.
 *
 * @throws as `deadUnits`, by rejecting.
 * @function
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { deadUnitsAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
 * const { examples } = await deadUnitsAsync(model, [randn([8, 2]), randn([4, 2])]);
 * console.log(examples); // => 12
 * ```
 */
export const deadUnitsAsync = /* @__PURE__ */ inBackground(deadUnitsAnalysis, deadUnits);

/** What is known of a layer. */
interface Seen {
  readonly units: number;
  examples: number;
  /** For each example, for each unit, whether it was saturated: 1 or 0; in parts, one for each batch. */
  readonly saturated: Uint8Array[];
  /** How many outputs are NaN or infinite. */
  nonFinite: number;
}

function* work(
  where: string,
  options: Settings<DeadUnitsOptions, typeof rules>,
  model: Module,
  batches: Iterable<ForwardInputs>,
): Parts<Unnamed<DeadUnits>> {
  const { bitmap, unitDim, batchNorm, since } = options;
  const thresholds = saturationThresholds(where, options.thresholds);
  const modules = modulesOf(where, model, options.modules, thresholds);
  const all = batchesOf(where, batches);
  const cost = costOf({ batches: all.length });
  checkBudget(where, cost.forward, options);
  const layersSeen = new Map<string, Seen>();
  const within = preservingParts(model, { batchNorm });
  for (let b = 0; b < all.length; b++) {
    const pass = () => look(where, model, all[b], modules, thresholds, unitDim);
    const seen = lightly((mode) => within(() => mode(pass)));
    for (const [name, own] of seen) {
      const known = layersSeen.get(name);
      if (known === undefined || known.examples === 0) {
        layersSeen.set(name, own);
        continue;
      }
      if (own.examples > 0 && known.units !== own.units) {
        const expected = `${known.units} units in "${name}", as before`;
        throw new TensorError(where, { expected, got: `${own.units}` });
      }
      known.saturated.push(own.saturated[0]);
      known.examples += own.examples;
      known.nonFinite += own.nonFinite;
    }
    yield { done: b + 1, total: cost.forward };
  }
  const layers = modules.flatMap(([name, module]): DeadUnitsLayer[] => {
    const own = layersSeen.get(name);
    if (own === undefined) return [];
    return [{ layer: name, type: module.constructor.name, ...summary(where, name, own, bitmap, since) }];
  });
  return {
    options: { modules: modules.map(([name]) => name), thresholds, bitmap, unitDim, batchNorm },
    cost,
    examples: Math.max(0, ...[...layersSeen.values()].map(({ examples }) => examples)),
    layers,
  };
}

function look(
  where: string,
  model: Module,
  inputs: ForwardInputs,
  modules: readonly Named[],
  thresholds: SaturationThresholds,
  unitDim: number,
): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  looking(
    modules,
    (name, module, _, y) => {
      if (!isTensor(y) || !isFloat(y.dtype)) {
        throw new TensorError(where, { expected: `a float tensor from module "${name}"`, got: describe(y) });
      }
      const { examples, units, inner } = unitsOf(where, y.shape, unitDim);
      const known = seen.get(name) ?? {
        units,
        examples,
        saturated: [new Uint8Array(examples * units).fill(1)],
        nonFinite: 0,
      };
      const [saturated] = known.saturated;
      if (known.examples !== examples || known.units !== units) {
        throw new TensorError(where, {
          expected: `outputs of one shape from all runs of "${name}"`,
          got: describe(y),
          hint: "Use a module of its own in each place.",
        });
      }
      const live = liveRangeOf(module, thresholds) as LiveRange;
      known.nonFinite += markUnsaturated(saturated, numbersOf(y), { examples, units, inner }, live);
      seen.set(name, known);
    },
    () => run(where, model, inputs),
  );
  return seen;
}

function summary(
  where: string,
  name: string,
  seen: Seen,
  bitmap: "none" | "strings" | "booleans",
  since: DeadUnits | undefined,
) {
  const { units, examples, saturated, nonFinite } = seen;
  const lost = new Uint32Array(units);
  for (const part of saturated) {
    for (let i = 0; i < part.length; ) for (let u = 0; u < units; u++, i++) lost[u] += part[i];
  }
  const active = Array.from(lost, (count) => examples - count);
  const dead = active.flatMap((count, u) => (count === 0 ? [u] : []));
  const earlier = since === undefined ? undefined : earlierLayer(where, name, units, since).dead;
  const rows = () => rowsOf(seen);
  return {
    units,
    nonFinite,
    dead,
    deadFraction: units === 0 ? 0 : dead.length / units,
    activeFraction: active.map((count) => count / examples),
    died: earlier === undefined ? null : dead.filter((u) => !earlier.includes(u)),
    revived: earlier === undefined ? null : earlier.filter((u) => !dead.includes(u)),
    bitmap:
      bitmap === "none" ? null : bitmap === "strings" ? rows().map((row) => row.join("")) : rows().map(booleansOf),
  };
}

function rowsOf({ units, examples, saturated }: Seen): Uint8Array[] {
  const all = Uint8Array.from(saturated.flatMap((part) => [...part]));
  return Array.from({ length: examples }, (_, row) => all.subarray(row * units, (row + 1) * units));
}

const booleansOf = (row: Uint8Array): boolean[] => Array.from(row, (bit) => bit === 1);

function earlierLayer(where: string, name: string, units: number, since: DeadUnits): DeadUnitsLayer {
  const found = since.layers.find(({ layer }) => layer === name);
  if (found !== undefined && found.units === units) return found;
  throw new TensorError(where, {
    expected: `an earlier report with a layer "${name}" of ${units} units as since`,
    got: found === undefined ? "one without" : `one of ${found.units}`,
  });
}

/** The modules to look at, all of which can be saturated. */
function modulesOf(
  where: string,
  model: Module,
  wanted: readonly string[] | undefined,
  thresholds: SaturationThresholds,
): readonly Named[] {
  const saturates = (module: Module) => liveRangeOf(module, thresholds) !== undefined;
  const modules = chosen(where, model, wanted, saturates, "Tanh, Sigmoid and ReLU");
  const other = modules.find(([, module]) => !saturates(module));
  if (other === undefined) return modules;
  throw new TensorError(where, { expected: "modules that are Tanh, Sigmoid or ReLU", got: describe(other[1]) });
}
