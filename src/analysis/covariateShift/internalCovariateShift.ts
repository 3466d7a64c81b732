import { TensorError } from "../../base/errors.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { groupsKind, type Layer, type LayerOptions, type LayerSettings, orderedLayers } from "../measuring/layers.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { checkUpdate, type UpdateOptions, updated, updateRules } from "../measuring/update.ts";
import { angle, copies, cosine, distance, norm, put } from "../numbers/vectors.ts";

/** What {@link internalCovariateShift} may be told. */
export interface InternalCovariateShiftOptions extends UpdateOptions, LayerOptions, LongOptions {
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** How a shift was measured. */
export interface ShiftSettings extends LayerSettings {
  /** The learning rate, or null where an optimiser took the step. */
  readonly lr: number | null;
  /** The optimiser's class, or null. */
  readonly optimizer: string | null;
  /** Which statistics batch norm used. */
  readonly batchNorm: BatchNormMode;
}

/** The shift of one layer. */
export interface LayerShift {
  /** The dotted name of the module, or of the group. */
  readonly name: string;
  /** `‖G − G'‖₂`, in units of the gradient. */
  readonly l2: number;
  /** `‖G − G'‖₂/‖G‖₂`; 0 where both are 0, null where only `‖G‖` is. */
  readonly relative: number | null;
  /** The cosine of the angle between `G` and `G'`: 1 if only their lengths differ. */
  readonly cosine: number;
  /** That angle, in degrees. */
  readonly degrees: number;
  /** `‖G‖₂`, the norm of the layer's gradient before any layer has moved. */
  readonly gradNorm: number;
}

/** What {@link internalCovariateShift} returns. */
export interface InternalCovariateShift {
  /** What it is. */
  readonly kind: "internalCovariateShift";
  /** The layers in order. The first has no layer before it, and no shift. */
  readonly layers: readonly LayerShift[];
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** How it was measured. */
  readonly options: ShiftSettings;
  /** The passes made: one of each for every layer but the first, and those at the start. */
  readonly cost: Cost;
}

/** The passes that the shift of so many layers takes. */
const costOf = ({ layers }: { readonly layers: number }): Cost => ({
  forward: layers + 2,
  backward: layers,
});

/** What options of a shift, and of the interference of layers, may be. */
export const shiftRules = {
  ...updateRules,
  groups: { is: groupsKind },
  batchNormWith: { words: ["itself", "preceding"], default: "itself" },
  batchNorm: batchNormRule,
  ...longRules,
} satisfies OptionRules<InternalCovariateShiftOptions>;

export type ShiftChoice = Settings<InternalCovariateShiftOptions, typeof shiftRules>;

export const internalCovariateShiftAnalysis = {
  name: "internalCovariateShift",
  kind: "internalCovariateShift",
  of: ["model", "loss"],
  rules: shiftRules,
  plot: "covariateShiftBars",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * How much a layer's gradient changes because the layers before it move: `‖G − G'‖` and the angle between them, where `G`
 * is the gradient that the update uses, and `G'` the one that it would use if only the preceding layers had taken their
 * step.
 *
 * A large `l2` alone says little, for it grows with the learning rate and with the gradient: compare `relative` and
 * `cosine` between networks. Whether the `γ` and `β` of batch norm belong to the layer before it, the paper leaves open:
 * `batchNormWith` chooses.
 *
 * @param model - any module with parameters that want a gradient.
 * @param loss - its loss on one fixed batch.
 * @throws TensorError if there is neither `lr` nor `optimizer`, one module has all parameters and there are no `groups`, a group names what there is not, or the loss is not one
 * finite number, the same each time, or the step leads where the gradient is not finite.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, Definition 2.1.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 * import { internalCovariateShift } from "evenkeel/analysis";
 *
 * manualSeed(0);
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
 * const { layers } = internalCovariateShift(model, () => model.forward(ones([2, 3])).square().mean(), { lr: 0.1 });
 * console.log(layers.map(({ name, l2 }) => [name, l2 > 0])); // => [ [ '0', false ], [ '2', true ] ]
 * ```
 */
export function internalCovariateShift(
  model: Module,
  loss: Loss,
  options: InternalCovariateShiftOptions,
): InternalCovariateShift {
  return analyse(internalCovariateShiftAnalysis, options, model, loss);
}

/**
 * The same as {@link internalCovariateShift}, and lets others work between layers.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { internalCovariateShiftAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
 * const loss = () => model.forward(ones([4, 2])).square().mean();
 * const { cost } = await internalCovariateShiftAsync(model, loss, { lr: 0.1 });
 * console.log(cost); // => { forward: 4, backward: 2 }
 * ```
 */
export const internalCovariateShiftAsync = /* @__PURE__ */ inBackground(
  internalCovariateShiftAnalysis,
  internalCovariateShift,
);

function* work(where: string, options: ShiftChoice, model: Module, loss: Loss): Parts<Unnamed<InternalCovariateShift>> {
  const probe = new Probe(where, model, loss);
  const { layers, settings } = shiftOptions(where, model, options);
  const { parameters } = probe;
  const { forward, backward } = costOf({ layers: layers.length });
  const total = forward + backward;
  checkBudget(where, total, options);
  const within = preservingParts(model, { batchNorm: options.batchNorm });
  const partOf = (whole: readonly Tensor[], layer: Layer) => layer.parameters.map((p) => whole[parameters.indexOf(p)]);

  const { value, gradient, start, end } = within(() => {
    const value = probe.check();
    const slope = probe.gradient();
    for (const layer of layers) checkFinite(where, layer.name, partOf(slope.gradient, layer), true);
    const start = copies(parameters);
    return { value, gradient: slope.gradient, start, end: updated(where, parameters, slope, options) };
  });
  const shifts: LayerShift[] = [];
  for (const [i, layer] of layers.entries()) {
    const before = partOf(gradient, layer);
    if (i === 0) {
      shifts.push(shiftOf(layer.name, before, before));
      continue;
    }
    const preceding = new Set(layers.slice(0, i).flatMap((other) => other.parameters));
    const after = within(() => {
      put(
        parameters,
        parameters.map((p, k) => (preceding.has(p) ? end[k] : start[k])),
      );
      return partOf(probe.gradient().gradient, layer);
    });
    checkFinite(where, layer.name, after);
    shifts.push(shiftOf(layer.name, before, after));
    yield { done: probe.cost.forward + probe.cost.backward, total };
  }
  return { layers: shifts, loss: value, options: settings, cost: probe.cost };
}

/** The layers, the mode of batch norm, and all options as used; refuses those that make no sense. */
export function shiftOptions(
  where: string,
  model: Module,
  options: ShiftChoice,
): { readonly layers: readonly Layer[]; readonly settings: ShiftSettings } {
  checkUpdate(where, options);
  const { lr = null, optimizer, batchNorm } = options;
  const { layers, settings } = orderedLayers(where, model, options);
  if (layers.length === 1 && settings.groups === null) {
    const names = layers[0].parameters.map((p) => model.namedParameters().find(([, own]) => own === p)?.[0] ?? "");
    const [first = "", ...rest] = names;
    throw new TensorError(where, {
      expected: "two layers or more, one of which precedes the other",
      got: `one module, "${layers[0].name}", that has all parameters (${names.join(", ")})`,
      hint: `Say which belong together: { groups: ${JSON.stringify({ first: [first], second: rest })} }.`,
    });
  }
  return {
    layers,
    settings: { lr, optimizer: optimizer?.constructor.name ?? null, ...settings, batchNorm },
  };
}

/** Refuses a gradient that is not finite: of a layer, at the start or behind a step. */
export function checkFinite(where: string, layer: string, gradient: readonly Tensor[], isStart = false): void {
  if (Number.isFinite(norm(gradient))) return;
  throw new TensorError(where, {
    expected: "gradients that are finite",
    got: `one of layer "${layer}" that is not${isStart ? "" : ", after the step"}`,
    hint: isStart ? "detectAnomaly(loss) names the operation it comes from." : "Take a smaller learning rate.",
    code: "EVENKEEL_NOT_FINITE",
  });
}

/** The shift from a layer's gradient `g` to `h`. */
function shiftOf(name: string, g: readonly Tensor[], h: readonly Tensor[]): LayerShift {
  const [l2, gradNorm] = [distance(g, h), norm(g)];
  const relative = gradNorm > 0 ? l2 / gradNorm : l2 === 0 ? 0 : null;
  if (l2 === 0) return { name, l2, relative, cosine: 1, degrees: 0, gradNorm };
  return { name, l2, relative, cosine: cosine(g, h), degrees: (angle(g, h) * 180) / Math.PI, gradNorm };
}
