import { isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { names } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { groupsKind, type Layer, type LayerGroups, layersOf } from "../measuring/layers.ts";
import { type LiveRange, liveRangeOf, type SaturationThresholds, saturationRules } from "../measuring/saturation.ts";
import { leavesOf } from "../measuring/watching.ts";
import { type Numbers, numbersOf } from "../numbers/floats.ts";
import { squaresAround, sumOf } from "../numbers/longVector.ts";
import { copies, distance, norm, squaredAngles } from "../numbers/vectors.ts";
import type { AfterStep, StepContext, StepProbe, StepRow } from "./stepProbe.ts";

/** Options of the probes that look at layers. */
export interface LayerProbeOptions {
  /** Layers of one's own making. Default: the modules that own parameters. */
  readonly groups?: LayerGroups;
}

/** Options of {@link stepProbes}`.activations`. */
export interface ActivationProbeOptions {
  /** The modules, by dotted names. Default: all that contain no others. */
  readonly modules?: readonly string[];
  /** From which `|y|` on a tanh counts as saturated. Default `0.97`. */
  readonly tanh?: number;
  /** Up to which `y`, and from which `1 − y` down, a sigmoid counts as saturated. Default `0.03`. */
  readonly sigmoid?: number;
}

const layerRules = { groups: { is: groupsKind } } satisfies OptionRules<LayerProbeOptions>;

const activationRules = {
  modules: { is: names },
  tanh: saturationRules.tanh,
  sigmoid: saturationRules.sigmoid,
} satisfies OptionRules<ActivationProbeOptions>;

const reading = (probe: (context: StepContext) => readonly StepRow[] | AfterStep): StepProbe =>
  Object.assign(probe, { readsOnly: true });

/** The layers of a model before a step. */
interface Walked {
  readonly model: Module;
  readonly step: number;
  readonly layers: readonly Layer[];
}

const walked = new WeakMap<StepContext["watch"], Walked>();

/** The layers that a probe is of. All probes of a step are given one `watch`, and none of them changes the model: so it is walked once. */
function layersAt(
  where: string,
  { model, step, watch }: StepContext,
  groups: LayerGroups | undefined,
): readonly Layer[] {
  if (groups !== undefined) return layersOf(where, model, groups);
  const known = walked.get(watch);
  if (known?.model === model && known.step === step) return known.layers;
  const layers = layersOf(where, model);
  walked.set(watch, { model, step, layers });
  return layers;
}

/**
 * The probes that come with the library, each a function that makes one:
 *
 * - `loss()`: `loss`, which the step has started from;
 * - `parameterNorms({ groups })`: `parameter norm`, `‖θ‖₂` of each layer before the update;
 * - `gradientNorms({ groups })`: `gradient norm`, `‖∇L(θ)‖₂` of each layer, as the optimiser got it; of parameters that the
 *   optimiser has, for those of others nobody clears, and they add up over steps. A layer of others alone has none;
 * - `updateRatios({ groups })`: `update ratio`, `‖θ' − θ‖₂/‖θ‖₂` of each layer, for any optimiser; about 10⁻³ is usual. A
 *   layer of zeros has none, and is null;
 * - `angularUpdates({ groups })`: `angular update`, by how many radians the rows of each layer's matrices have turned, the
 *   root mean square over rows: before batch norm a row's length does not matter, and this is all that a step does. Under weight decay `λ` it
 *   comes to `√(2·lr·λ)` for plain SGD. A layer without a matrix is left out;
 * - `activations({ modules, tanh, sigmoid })`: `activation mean`, `activation std` (unbiased, null for a single value) and,
 *   of `nn.Tanh`, `nn.Sigmoid` and `nn.ReLU`, `saturated`, a fraction: where `|y| > 0.97`, where `y` or `1 − y < 0.03`, where
 *   `y = 0`. An activation that is not a module, such as `x.tanh()`, is not seen; neither is a loss outside the model.
 *
 * All of them read only, and cost no pass.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { Recorder, stepProbes } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), {
 *   probes: { loss: stepProbes.loss(), updates: { probe: stepProbes.updateRatios(), every: 10 } },
 * });
 * const x = randn([8, 3]);
 * for (let step = 0; step < 20; step++) recorder.step(() => model.forward(x).square().mean());
 * const ratios = recorder.recording().rows.filter(({ metric }) => metric === "update ratio");
 * console.log(ratios.map(({ step, layer }) => [step, layer])); // => [ [ 0, '0' ], [ 0, '2' ], [ 10, '0' ], [ 10, '2' ] ]
 * ```
 */
export const stepProbes = {
  /** The loss that each step has started from. */
  loss: (): StepProbe => reading(() => (result) => [{ metric: "loss", value: result.loss }]),

  /** The size of each layer's parameters. */
  parameterNorms(options: LayerProbeOptions = {}): StepProbe {
    optionsOf("stepProbes.parameterNorms", options, layerRules);
    return reading((context) =>
      layersAt("stepProbes.parameterNorms", context, options.groups).map(({ name, parameters }) => ({
        layer: name,
        metric: "parameter norm",
        value: norm(parameters),
      })),
    );
  },

  /** The size of each layer's gradient. */
  gradientNorms(options: LayerProbeOptions = {}): StepProbe {
    optionsOf("stepProbes.gradientNorms", options, layerRules);
    return reading((context) => {
      const stepped = new Set(context.optimizer.paramGroups.flatMap(({ params }) => params));
      const layers = layersAt("stepProbes.gradientNorms", context, options.groups)
        .map(({ name, parameters }) => ({ name, parameters: parameters.filter((p) => stepped.has(p)) }))
        .filter(({ parameters }) => parameters.length > 0);
      return () =>
        layers.map(({ name, parameters }) => ({
          layer: name,
          metric: "gradient norm",
          value: norm(parameters.flatMap((p) => p.hiddenGrad() ?? [])),
        }));
    });
  },

  /** How far each layer moves, in proportion to its size. */
  updateRatios(options: LayerProbeOptions = {}): StepProbe {
    optionsOf("stepProbes.updateRatios", options, layerRules);
    return reading((context) => {
      const layers = layersAt("stepProbes.updateRatios", context, options.groups).map((layer) => ({
        ...layer,
        before: copies(layer.parameters),
      }));
      return () =>
        layers.map(({ name, parameters, before }) => ({
          layer: name,
          metric: "update ratio",
          value: distance(parameters, before) / norm(before),
        }));
    });
  },

  /** By which angle each layer's rows turn. */
  angularUpdates(options: LayerProbeOptions = {}): StepProbe {
    optionsOf("stepProbes.angularUpdates", options, layerRules);
    return reading((context) => {
      const layers = layersAt("stepProbes.angularUpdates", context, options.groups).flatMap(({ name, parameters }) => {
        const matrices = parameters.filter((p) => p.ndim > 1 && p.numel() > 0);
        return matrices.length === 0 ? [] : [{ name, matrices, before: copies(matrices) }];
      });
      return () =>
        layers.map(({ name, matrices, before }) => {
          const count = before.reduce((sum, { shape }) => sum + shape[0], 0);
          const squares = before.reduce((sum, were, i) => {
            const size = were.numel() / were.shape[0];
            return sum + squaredAngles(numbersOf(were), numbersOf(matrices[i]), size);
          }, 0);
          return { layer: name, metric: "angular update", value: Math.sqrt(squares / count) };
        });
    });
  },

  /** Mean, standard deviation and saturation of each module's output. */
  activations(options: ActivationProbeOptions = {}): StepProbe {
    const where = "stepProbes.activations";
    const { modules, tanh, sigmoid } = optionsOf(where, options, activationRules);
    const thresholds = { tanh, sigmoid, relu: saturationRules.relu.default };
    return reading(({ model, watch }) => {
      if (modules !== undefined) checkNames(where, model, modules);
      const outputs = watch();
      return () =>
        [...outputs].flatMap(([name, { module, output }]) => {
          if (modules !== undefined && !modules.includes(name)) return [];
          return statisticsOf(module, output, thresholds).map((row) => ({ ...row, layer: name }));
        });
    });
  },
};

function statisticsOf(module: Module, y: Tensor, thresholds: SaturationThresholds): StepRow[] {
  if (!isFloat(y.dtype)) return [];
  const values = numbersOf(y);
  const mean = sumOf(values) / values.length;
  const squares = squaresAround(values, mean);
  const live = liveRangeOf(module, thresholds);
  const saturated = live === undefined ? 0 : countBeyond(values, live);
  return [
    { metric: "activation mean", value: mean },
    { metric: "activation std", value: Math.sqrt(squares / (values.length - 1)) },
    ...(live === undefined ? [] : [{ metric: "saturated", value: saturated / values.length }]),
  ];
}

function countBeyond(values: Numbers, { low, high }: LiveRange): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] < low || values[i] > high) count++;
  return count;
}

function checkNames(where: string, model: Module, names: readonly string[]): void {
  const known = leavesOf(model).map(([name]) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TensorError(where, {
    expected: `as modules the name of a module without others in it, such as ${known.slice(0, 3).map((name) => `"${name}"`)}`,
    got: describe(unknown),
    hint: "model.namedModules() lists them.",
  });
}
