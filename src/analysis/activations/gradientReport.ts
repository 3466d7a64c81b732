import { describe, TensorError } from "../../base/errors.ts";
import { fromOne, names } from "../../base/optionKinds.ts";
import type { OptionKind, OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import { chosen, isLeaf, watching } from "../measuring/watching.ts";
import { type Numbers, numbersOf } from "../numbers/floats.ts";
import {
  finiteOf,
  joinedNumbers,
  moments,
  percentilesRule,
  type Statistics,
  statisticsOf,
} from "../numbers/statistics.ts";

/** Options of {@link gradientReport}. */
export interface GradientReportOptions {
  /** The modules whose outputs to look at, by dotted names. Default: all that contain no others. */
  readonly modules?: readonly string[];
  /** The parameters to look at: all; those of two dimensions or more; or by dotted names. Default `"all"`. */
  readonly parameters?: "all" | "matrices" | readonly string[];
  /** Which percentiles, from 0 to 100. Default `[1, 5, 25, 50, 75, 95, 99]`. */
  readonly percentiles?: readonly number[];
  /** How many bins a histogram has. Default `50`. */
  readonly bins?: number;
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** A gradient of the loss. */
export interface GradientStatistics extends Statistics {
  /** The mean of the absolute values; null of no finite ones. */
  readonly meanAbsolute: number | null;
  /** The Euclidean norm of the finite values. */
  readonly norm: number;
}

/** The gradient of the loss at the output of one module. */
export interface ActivationGradient extends GradientStatistics {
  /** The dotted name of the module. */
  readonly layer: string;
  /** Its class, such as `"Tanh"`. */
  readonly type: string;
  /** How often it ran; the gradients of all runs are taken together. */
  readonly calls: number;
}

/** The gradient of the loss at one parameter. */
export interface ParameterGradient extends GradientStatistics {
  /** The dotted name of the parameter. */
  readonly parameter: string;
  /** The dotted name of the module that owns it. */
  readonly layer: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** The unbiased standard deviation of its values; null of fewer than two. */
  readonly dataStd: number | null;
  /** `std(gradient)/std(data)`; null where either is missing, or the data are all the same. */
  readonly gradToData: number | null;
}

/** What {@link gradientReport} returns. */
export interface GradientReport {
  /** What it is. */
  readonly kind: "gradientReport";
  /** The options used. */
  readonly options: {
    /** The modules that were looked at. */
    readonly modules: readonly string[];
    /** The parameters that were looked at. */
    readonly parameters: readonly string[];
    /** Which percentiles, 0 to 100. */
    readonly percentiles: readonly number[];
    /** How many bins a histogram has. */
    readonly bins: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** Three evaluations of the loss, two of which check that it is the same each time, and one gradient. */
  readonly cost: Cost;
  /** The loss. */
  readonly loss: number;
  /** At the outputs of modules through which the loss depends on a parameter. */
  readonly activations: readonly ActivationGradient[];
  /** At the parameters; zeros at one the loss does not depend on. */
  readonly parameters: readonly ParameterGradient[];
}

/** Which parameters are looked at. */
export const parametersKind: OptionKind = {
  expected: '"all", "matrices" or a list of names',
  accepts: (value) => value === "all" || value === "matrices" || names.accepts(value),
};

const rules = {
  modules: { is: names },
  parameters: { is: parametersKind, default: "all" },
  percentiles: percentilesRule,
  bins: { is: fromOne, default: 50 },
  batchNorm: batchNormRule,
} satisfies OptionRules<GradientReportOptions>;

type Choice = Settings<GradientReportOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const gradientReportAnalysis = {
  name: "gradientReport",
  kind: "gradientReport",
  of: ["model", "loss"],
  rules,
  plot: "gradientHistograms",
  work,
} as const satisfies Analysis;

/**
 * What the gradients of a loss are like, at the outputs of modules and at parameters: their spread from the last layer to
 * the first says whether they vanish or explode, and `gradToData` how large they are beside what they will change.
 *
 * Gradients at outputs are of the loss as it is: those of a mean over `n` examples are `1/n` of those of a sum.
 *
 * @param loss - the loss of the model on one fixed batch.
 * @throws TensorError for unknown options and names, and a loss that is not scalar, finite, the same each time, and a
 * function of the model.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", section 4.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { gradientReport } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
 * const x = randn([8, 3]);
 * const { activations, parameters } = gradientReport(model, () => model.forward(x).mean());
 * console.log(activations.map(({ layer, std }) => [layer, std])[2]); // => [ '2', 0 ]
 * console.log(parameters.map(({ parameter }) => parameter).join(" ")); // => 0.weight 0.bias 2.weight 2.bias
 * ```
 */
export function gradientReport(model: Module, loss: Loss, options: GradientReportOptions = {}): GradientReport {
  return analyse(gradientReportAnalysis, options, model, loss);
}

function work(where: string, options: Choice, model: Module, loss: Loss): Unnamed<GradientReport> {
  const { percentiles, bins, batchNorm } = options;
  const probe = new Probe(where, model, loss);
  const modules = chosen(where, model, options.modules, isLeaf, "all");
  const wanted = wantedParameters(where, model, options.parameters);
  return preserving(
    model,
    () => {
      probe.check();
      const outputs: [name: string, type: string, output: Tensor][] = [];
      const see = (name: string, module: Module, _: unknown, y: Tensor) => {
        if (y.requiresGrad) outputs.push([name, module.constructor.name, y]);
      };
      const all = probe.parameters;
      const found = watching(modules, see, () => probe.gradientAt(() => outputs.map(([, , y]) => y)));
      const detail = { percentiles, bins };
      return {
        options: {
          modules: modules.map(([name]) => name),
          parameters: wanted.map(([name]) => name),
          percentiles: [...percentiles],
          bins,
          batchNorm,
        },
        cost: probe.cost,
        loss: found.loss,
        activations: modules.flatMap(([name]): ActivationGradient[] => {
          const own = outputs.flatMap(([other], i) => (other === name ? [i] : []));
          if (own.length === 0) return [];
          const values = joinedNumbers(own.map((i) => numbersOf(found.atOthers[i])));
          return [{ layer: name, type: outputs[own[0]][1], calls: own.length, ...gradientStatistics(values, detail) }];
        }),
        parameters: wanted.map(([name, p]): ParameterGradient => {
          const own = gradientStatistics(numbersOf(found.gradient[all.indexOf(p)]), detail);
          const dataStd = moments(finiteOf(numbersOf(p))).std;
          const layer = name.slice(0, Math.max(0, name.lastIndexOf(".")));
          const gradToData = ratio(own.std, dataStd);
          return { parameter: name, layer, shape: [...p.shape], dataStd, gradToData, ...own };
        }),
      };
    },
    { batchNorm },
  );
}

function gradientStatistics(
  values: Numbers,
  detail: { readonly percentiles: readonly number[]; readonly bins: number },
): GradientStatistics {
  const { found, finite } = statisticsOf(values, detail);
  let absolutes = 0;
  let squares = 0;
  for (let i = 0; i < finite.length; i++) {
    const g = finite[i];
    absolutes += Math.abs(g);
    squares += g * g;
  }
  return {
    ...found,
    meanAbsolute: finite.length === 0 ? null : absolutes / finite.length,
    norm: Math.sqrt(squares),
  };
}

/** `a/b`, or null where there is no such number. */
export function ratio(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return Number.isFinite(a / b) ? a / b : null;
}

/** The parameters that want a gradient and that are chosen, with their names. */
export function wantedParameters(
  where: string,
  model: Module,
  wanted: "all" | "matrices" | readonly string[],
): readonly (readonly [name: string, parameter: Parameter])[] {
  const all = model.namedParameters().filter(([, p]) => p.requiresGrad);
  if (wanted === "all") return all;
  if (wanted === "matrices") {
    const matrices = all.filter(([, p]) => p.ndim >= 2);
    if (matrices.length > 0) return matrices;
    throw new TensorError(where, {
      expected: "parameters of two dimensions or more",
      got: "none",
      hint: 'Write { parameters: "all" }.',
    });
  }
  return wanted.map((name) => {
    const found = all.find(([own]) => own === name);
    if (found !== undefined) return found;
    throw new TensorError(where, {
      expected: "the name of a parameter that wants a gradient",
      got: describe(name),
      hint: "model.namedParameters() lists them.",
    });
  });
}
