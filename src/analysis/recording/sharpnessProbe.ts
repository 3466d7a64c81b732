import { fromOne, threshold, wholeNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { hessianEigenvaluesAnalysis } from "../curvature/hessianEigenvalues.ts";
import { type HessianOptions, hessianRules } from "../curvature/hessianOptions.ts";
import { analyse } from "../measuring/analysis.ts";
import type { StepProbe } from "./stepProbe.ts";

/** Options of {@link sharpnessProbe}. */
export interface SharpnessProbeOptions extends Omit<HessianOptions, "reduction"> {
  /** The largest residual taken for converged, as a share of the largest eigenvalue met. Default `0.01`. */
  readonly tolerance?: number;
  /** The most products with the Hessian at a step. Default `30`. */
  readonly maxIterations?: number;
  /** The seed of the first direction, the same at each step. Default `0`. */
  readonly seed?: number;
}

const where = "sharpnessProbe";

const rules = {
  tolerance: { is: threshold, default: 0.01 },
  maxIterations: { is: fromOne, default: 30 },
  seed: { is: wholeNumber, default: 0 },
  layers: hessianRules.layers,
  curvature: hessianRules.curvature,
  batchNorm: hessianRules.batchNorm,
  method: hessianRules.method,
  step: hessianRules.step,
} satisfies OptionRules<SharpnessProbeOptions>;

/**
 * A probe of a `Recorder` or of `compare` that records how sharp the loss of the step is: `sharpness`, the largest eigenvalue
 * `λ` of its Hessian, and `rate × sharpness`, `λ` by the largest learning rate of the optimiser, which gradient descent can
 * stand up to 2. Under full-batch gradient descent it often climbs to 2 and stays there: the edge of stability.
 *
 * It takes many products with the Hessian, each as long as a few gradients: let it run every so many steps. A
 * momentum of `β` stands `2 + 2β`; what Adam stands is not a matter of this number.
 *
 * @throws TensorError for unknown options; in training, where the loss is not the same twice, as with dropout.
 * @see Cohen, Kaur, Li, Kolter and Talwalkar 2021, "Gradient Descent on Neural Networks Typically Occurs at the Edge of
 * Stability", arXiv:2103.00065.
 *
 * @example
 * ```ts
 * import { nn, optim, tensor } from "evenkeel";
 * import { Recorder, sharpnessProbe } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1, { bias: false });
 * const x = tensor([[2, 0], [0, 1]]);
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), {
 *   probes: { sharpness: { probe: sharpnessProbe(), every: 10 } },
 * });
 * for (let step = 0; step < 20; step++) recorder.step(() => model.forward(x).square().mean());
 * const rows = recorder.recording().rows.filter(({ step }) => step === 10);
 * console.log(rows.map(({ metric, value }) => [metric, value?.toFixed(3)]));
 * // => [ [ 'sharpness', '4.000' ], [ 'rate × sharpness', '0.400' ] ]
 * ```
 */
export function sharpnessProbe(options: SharpnessProbeOptions = {}): StepProbe {
  const settings = optionsOf(where, options, rules);
  return ({ model, optimizer, loss }) => {
    const named = { ...hessianEigenvaluesAnalysis, name: where };
    const { values } = analyse(named, { ...settings, which: "largest" }, model, loss);
    const rate = optimizer.paramGroups.reduce((most, { lr }) => Math.max(most, lr), 0);
    return [
      { metric: "sharpness", value: values[0] },
      { metric: "rate × sharpness", value: rate * values[0] },
    ];
  };
}
