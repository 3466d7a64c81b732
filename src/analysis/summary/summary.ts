import { isTensor } from "../../base/brand.ts";
import { record } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { tensorsIn } from "../../nn/module/keep.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { lightly } from "../measuring/lightly.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import { type SaturationThresholds, saturationThresholds } from "../measuring/saturation.ts";
import { checkModel, type ForwardInputs, isLeaf, run } from "../measuring/watching.ts";
import { type Called, type CalledModules, calledModules } from "./calledModules.ts";
import type { Summary, SummaryCounts, SummaryLayer } from "./summaryData.ts";
import { summaryShown } from "./toTable.ts";

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** From where on an activation counts as saturated. Default `{ tanh: 0.97, sigmoid: 0.03, relu: 0 }`. */
  readonly thresholds?: Partial<SaturationThresholds>;
  /** Which statistics batch norm uses; `"running"` takes a single example too. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

const rules = { thresholds: { is: record }, batchNorm: batchNormRule } satisfies OptionRules<SummaryOptions>;

type Choice = Settings<SummaryOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const summaryAnalysis = {
  name: "summary",
  kind: "summary",
  of: ["model", "inputs"],
  rules,
  shown: summaryShown,
  work,
} as const satisfies Analysis;

/**
 * The layers of a model in the order in which they are called: what they return, how many parameters they have and train, how
 * many multiply-adds they take, the memory of activations and parameters, and how much of them is saturated.
 *
 * A layer is a module without others in it, or one that has parameters, multiply-adds or an output of its own, such as attention
 * or a residual block. One that is called twice is one layer, of two calls; a parameter that two layers share belongs to the first
 * that is done.
 * Multiply-adds are those of all products of matrices and convolutions, also of functions such as `x.matmul(y)`; modules that
 * `forward` makes when it is first called are seen. The sums are exactly those of the layers.
 *
 * @param inputs - a tensor, or a list of all arguments of `forward`; numbers that say something if `saturated` shall.
 * @throws TensorError for unknown options, anything but a model, and what `forward` throws.
 * @see {@link toTable} for the same as text; in a notebook it is shown as a table. PyTorch's profiler counts two operations for
 * each multiply-add, and some for additions.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { summary, toTable } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(5408, 10));
 * const { layers, total } = summary(model, randn([4, 1, 28, 28]));
 * console.log(layers[0].outputShapes, layers[0].parameters, layers[0].multiplyAdds); // => [ [ 4, 8, 26, 26 ] ] 80 194688
 * console.log(total.parameters, total.parameterBytes); // => 54170 216680
 * console.log(toTable(summary(model, randn([4, 1, 28, 28]))).split("\n").length); // => 6
 * ```
 */
export function summary(model: Module, inputs: ForwardInputs, options: SummaryOptions = {}): Summary {
  return analyse(summaryAnalysis, options, model, inputs);
}

function work(where: string, options: Choice, model: Module, inputs: ForwardInputs): Unnamed<Summary> {
  const { batchNorm } = options;
  const thresholds = saturationThresholds(where, options.thresholds);
  checkModel(where, model);
  const given = isTensor(inputs) ? [inputs] : tensorsIn([inputs]);
  return lightly((mode) =>
    preserving(
      model,
      () => {
        const pass = (): CalledModules =>
          mode(() => {
            const known = [...given, ...model.parameters(), ...model.namedBuffers().map(([, buffer]) => buffer)];
            return calledModules(model, known, thresholds, () => run(where, model, inputs));
          });
        const count = model.namedModules().length;
        const first = pass();
        const isGrown = model.namedModules().length !== count;
        const layers = layersOf(model, isGrown ? pass() : first);
        return {
          options: { thresholds, batchNorm },
          cost: { forward: isGrown ? 2 : 1, backward: 0 },
          layers: layers.map((layer): SummaryLayer => {
            const { name, module, calls, outputShapes } = layer.called;
            const shapes = outputShapes.map((shape) => [...shape]);
            return { layer: name, type: module.constructor.name, calls, outputShapes: shapes, ...countsOf([layer]) };
          }),
          total: countsOf(layers),
          inputBytes: given.reduce((sum, { array }) => sum + array.data.byteLength, 0),
        };
      },
      { batchNorm },
    ),
  );
}

/** A layer, and the parameters that are counted as its own. */
interface Layer {
  readonly called: Called;
  readonly own: readonly Parameter[];
}

function layersOf(model: Module, { begun, ended }: CalledModules): Layer[] {
  const seen = new Set<Parameter>();
  const claimed = new Map<Module, Parameter[]>();
  const claim = (module: Module) => {
    if (claimed.has(module)) return;
    const own = ownParameters(module).filter((p) => !seen.has(p));
    for (const p of own) seen.add(p);
    claimed.set(module, own);
  };
  for (const { module } of [...ended, ...begun]) claim(module); // one that has thrown, and was caught, has not ended
  const others = model
    .namedModules()
    .filter(([, module]) => !begun.some((called) => called.module === module))
    .map(([name, module]): Called => {
      claim(module);
      return { name, module, calls: 0, outputShapes: [], multiplyAdds: 0, activationBytes: 0, units: null };
    });
  const layers = [...begun, ...others].map((called) => ({ called, own: claimed.get(called.module) ?? [] }));
  return layers.filter(({ called: { module, calls, multiplyAdds, activationBytes }, own }) => {
    return own.length > 0 || multiplyAdds > 0 || activationBytes > 0 || (calls > 0 && isLeaf(module));
  });
}

/** The parameters of a module, without those of modules within it. */
function ownParameters(module: Module): Parameter[] {
  const within = module.namedModules().slice(1);
  const others = new Set(within.flatMap(([, inner]) => inner.parameters()));
  return module.parameters().filter((p) => !others.has(p));
}

function countsOf(layers: readonly Layer[]): SummaryCounts {
  const sum = (count: (layer: Layer) => number) => layers.reduce((total, layer) => total + count(layer), 0);
  const ofParameters = (count: (p: Parameter) => number) =>
    sum(({ own }) => own.reduce((total, p) => total + count(p), 0));
  const finite = sum(({ called }) => called.units?.finite ?? 0);
  return {
    parameters: ofParameters((p) => p.numel()),
    trained: ofParameters((p) => (p.requiresGrad ? p.numel() : 0)),
    parameterBytes: ofParameters(({ array }) => array.data.byteLength),
    multiplyAdds: sum(({ called }) => called.multiplyAdds),
    activationBytes: sum(({ called }) => called.activationBytes),
    saturated: finite === 0 ? null : sum(({ called }) => called.units?.saturated ?? 0) / finite,
  };
}
