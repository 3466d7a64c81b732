import { grad } from "../../autograd/grad.ts";
import type { Module } from "../../nn/module/module.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { alongOf } from "../curvature/curvatureGraph.ts";
import { passesOfProduct } from "../curvature/hessianOptions.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type Parts } from "../measuring/running.ts";
import { updated } from "../measuring/update.ts";
import { copies, distance, moved, moveTo, norm } from "../numbers/vectors.ts";
import {
  checkFinite,
  type InternalCovariateShiftOptions,
  type ShiftChoice,
  type ShiftSettings,
  shiftOptions,
  shiftRules,
} from "./internalCovariateShift.ts";

/** What {@link layerInterference} returns. */
export interface LayerInterference {
  /** What it is. */
  readonly kind: "layerInterference";
  /** The layers' names, of rows and columns. */
  readonly layers: readonly string[];
  /**
   * `exact[i][j]`: `‖G_i − G_i'‖₂`, by how much the gradient of layer `i` changes when only layer `j` takes its step. On
   * the diagonal, by how much a layer disturbs itself.
   */
  readonly exact: readonly (readonly number[])[];
  /** `linearised[i][j]`: `‖H_ij·Δ_j‖₂`, the same to first order in the step `Δ`, from the blocks of the Hessian. */
  readonly linearised: readonly (readonly number[])[];
  /**
   * `‖Σ_{j<i} H_ij·Δ_j‖₂` for each layer `i`: internal covariate shift to first order, the sum of the disturbances by the
   * layers before it as vectors, which may cancel.
   */
  readonly firstOrderShift: readonly number[];
  /** The loss at the parameters as they are. */
  readonly loss: number;
  /** How it was measured. */
  readonly options: ShiftSettings;
  /** The passes made; a product with the Hessian counts as four backward ones, about the time that it takes. */
  readonly cost: Cost;
}

/** The passes that the interference of so many layers takes. */
const costOf = ({ layers }: { readonly layers: number }): Cost => ({
  forward: layers + 4,
  backward: (1 + passesOfProduct) * layers + 2,
});

export const layerInterferenceAnalysis = {
  name: "layerInterference",
  kind: "layerInterference",
  of: ["model", "loss"],
  rules: shiftRules,
  plot: "interferenceHeatMap",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Who disturbs whom: the change of each layer's gradient when one layer at a time takes its step, exactly and to first
 * order. Definition 2.1 of internal covariate shift lets all layers before one move at once, and none after it; here each
 * pair is seen, also those that it leaves out.
 *
 * @throws TensorError as `internalCovariateShift` does.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Definition 2.1, taken apart.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 * import { layerInterference } from "evenkeel/analysis";
 *
 * manualSeed(0);
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
 * const loss = () => model.forward(ones([2, 3])).square().mean();
 * const { layers, exact, linearised } = layerInterference(model, loss, { lr: 1e-3 });
 * console.log(layers, Math.abs(exact[1][0] / linearised[1][0] - 1) < 0.01); // => [ '0', '2' ] true
 * ```
 */
export function layerInterference(
  model: Module,
  loss: Loss,
  options: InternalCovariateShiftOptions,
): LayerInterference {
  return analyse(layerInterferenceAnalysis, options, model, loss);
}

/**
 * The same as {@link layerInterference}, and lets others work between layers.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { layerInterferenceAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
 * const loss = () => model.forward(ones([4, 2])).square().mean();
 * const { cost } = await layerInterferenceAsync(model, loss, { lr: 0.1 });
 * console.log(cost); // => { forward: 6, backward: 12 }
 * ```
 */
export const layerInterferenceAsync = /* @__PURE__ */ inBackground(layerInterferenceAnalysis, layerInterference);

function* work(where: string, options: ShiftChoice, model: Module, loss: Loss): Parts<Unnamed<LayerInterference>> {
  const probe = new Probe(where, model, loss);
  const { layers, settings } = shiftOptions(where, model, options);
  const { parameters } = probe;
  const places = layers.map((layer) => layer.parameters.map((p) => parameters.indexOf(p)));
  const partOf = (whole: readonly Tensor[], i: number) => places[i].map((k) => whole[k]);
  const { forward, backward } = costOf({ layers: layers.length });
  const total = forward + backward;
  checkBudget(where, total, options);
  const within = preservingParts(model, { batchNorm: options.batchNorm });
  const checkAll = (gradient: readonly Tensor[], isStart: boolean) => {
    for (const [i, { name }] of layers.entries()) checkFinite(where, name, partOf(gradient, i), isStart);
  };

  const { value, gradient, start, step } = within(() => {
    const value = probe.check();
    const slope = probe.gradient();
    checkAll(slope.gradient, true);
    const start = copies(parameters);
    const step = moved(updated(where, parameters, slope, options), start, -1);
    return { value, gradient: slope.gradient, start, step };
  });
  const directions = layers.map((_, j) => step.map((d, k) => (places[j].includes(k) ? d : d.mul(0))));
  const changes = within(() => hessianProducts(probe, directions));
  let done = probe.cost.forward + probe.cost.backward + passesOfProduct * layers.length;
  yield { done, total };
  const gradients: Tensor[][] = [];
  for (const direction of directions) {
    const after = within(() => {
      moveTo(parameters, start, direction, 1);
      return probe.gradient().gradient;
    });
    checkAll(after, false);
    gradients.push(after);
    done += 2;
    yield { done, total };
  }
  return {
    layers: layers.map(({ name }) => name),
    exact: layers.map((_, i) => gradients.map((after) => distance(partOf(gradient, i), partOf(after, i)))),
    linearised: layers.map((_, i) => changes.map((change) => norm(partOf(change, i)))),
    firstOrderShift: layers.map((_, i) => {
      const before = changes.slice(0, i).map((change) => partOf(change, i));
      return before.length === 0 ? 0 : norm(before.reduce((sum, change) => moved(sum, change, 1)));
    }),
    loss: value,
    options: settings,
    cost: { forward: probe.cost.forward, backward: probe.cost.backward + passesOfProduct * layers.length },
  };
}

/** The products of the Hessian with directions, from one graph: rounded otherwise than a gradient without a graph. */
function hessianProducts(probe: Probe, directions: readonly (readonly Tensor[])[]): Tensor[][] {
  const { parameters } = probe;
  const { gradient } = probe.gradient({ createGraph: true });
  const used = [...gradient.keys()].filter((k) => gradient[k].requiresGrad);
  return directions.map((direction) => {
    if (used.length === 0) return parameters.map((p) => p.detach().mul(0));
    const along = apply(alongOf(used.map((k) => direction[k])), ...used.map((k) => gradient[k]));
    return grad(along, parameters, { allowUnused: true }).map((h, i) => h ?? parameters[i].detach().mul(0));
  });
}
