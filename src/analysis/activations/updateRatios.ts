import { TensorError } from "../../base/errors.ts";
import { positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import { checkUpdate, updated, updateRules } from "../measuring/update.ts";
import { type Numbers, numbersOf } from "../numbers/floats.ts";
import { finiteOf, moments } from "../numbers/statistics.ts";
import { parametersKind, ratio, wantedParameters } from "./gradientReport.ts";

/** Options of {@link updateRatios}: a learning rate, or an optimiser. */
export interface UpdateRatiosOptions {
  /** The learning rate of plain gradient descent, whose update is `−lr·gradient`. */
  readonly lr?: number;
  /** An optimiser of the model's parameters, whose next update is tried and taken back, its state too. */
  readonly optimizer?: Optimizer;
  /** The parameters to look at: all; those of two dimensions or more; or by dotted names. Default `"matrices"`. */
  readonly parameters?: "all" | "matrices" | readonly string[];
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** How far one parameter would move. */
export interface UpdateRatio {
  /** The dotted name of the parameter. */
  readonly parameter: string;
  /** The dotted name of the module that owns it. */
  readonly layer: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** The unbiased standard deviation of the update; null of fewer than two values, or of values that are not finite. */
  readonly updateStd: number | null;
  /** The unbiased standard deviation of the values; null of fewer than two. */
  readonly dataStd: number | null;
  /** `std(update)/std(data)`; null where either is missing, or the data are all the same. */
  readonly ratio: number | null;
  /** `log₁₀ ratio`; null where there is no ratio, or it is 0. */
  readonly log10: number | null;
}

/** What {@link updateRatios} returns. */
export interface UpdateRatios {
  /** What it is. */
  readonly kind: "updateRatios";
  /** The options used; the optimiser by the name of its class. */
  readonly options: {
    /** The learning rate, or null. */
    readonly lr: number | null;
    /** The class of the optimiser, or null. */
    readonly optimizer: string | null;
    /** The parameters that were looked at. */
    readonly parameters: readonly string[];
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** Three evaluations of the loss, two of which check that it is the same each time, and one gradient. */
  readonly cost: Cost;
  /** Where `log10` is usually best: −3, an update of a thousandth. */
  readonly guide: number;
  /** The loss. */
  readonly loss: number;
  /** The parameters, in order of registration or as chosen. */
  readonly parameters: readonly UpdateRatio[];
}

const rules = {
  ...updateRules,
  lr: { is: positive },
  parameters: { is: parametersKind, default: "matrices" },
  batchNorm: batchNormRule,
} satisfies OptionRules<UpdateRatiosOptions>;

type Choice = Settings<UpdateRatiosOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const updateRatiosAnalysis = {
  name: "updateRatios",
  kind: "updateRatios",
  of: ["model", "loss"],
  rules,
  plot: "updateRatioDots",
  work,
} as const satisfies Analysis;

/**
 * How far the next update would move each parameter, in proportion to how large it is: `log₁₀ std(Δθ)/std(θ)`. About −3
 * is usual: far above it, the layer is thrown about; far below, it hardly learns.
 *
 * The guide is a rule of thumb for weights that were drawn at random. A parameter that began at one value, such as a bias
 * or batch norm's, has a tiny or no spread, and a ratio that says nothing: so only matrices are looked at by default.
 *
 * @param loss - the loss of the model on one fixed batch.
 * @param options - `{ lr }`, or `{ optimizer }`; and others.
 * @throws TensorError for unknown options and names, neither or both of a learning rate and an optimiser, an optimiser of
 * parameters that are not the model's, and a loss that is not scalar, finite, the same each time, and a function of the
 * model.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { updateRatios } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
 * const x = randn([8, 3]);
 * const loss = () => model.forward(x).square().mean();
 * const slow = updateRatios(model, loss, { lr: 0.001 }).parameters;
 * const fast = updateRatios(model, loss, { optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) }).parameters;
 * console.log(slow.map(({ ratio }, i) => Math.round(fast[i].ratio! / ratio!))); // => [ 100, 100 ]
 * ```
 */
export function updateRatios(model: Module, loss: Loss, options: UpdateRatiosOptions): UpdateRatios {
  return analyse(updateRatiosAnalysis, options, model, loss);
}

function work(where: string, options: Choice, model: Module, loss: Loss): Unnamed<UpdateRatios> {
  const { lr, optimizer, batchNorm } = options;
  checkUpdate(where, options);
  const probe = new Probe(where, model, loss);
  const wanted = wantedParameters(where, model, options.parameters);
  if (optimizer !== undefined) checkOptimizer(where, model, optimizer);
  return preserving(
    model,
    () => {
      probe.check();
      const before = wanted.map(([, p]) => numbersOf(p).slice());
      const { loss: value, gradient, isUsed } = probe.gradient();
      const after = optimizer && updated(where, probe.parameters, { gradient, isUsed }, { optimizer });
      const parameters = wanted.map(([name, p], i): UpdateRatio => {
        const k = probe.parameters.indexOf(p);
        const to = numbersOf(after ? after[k] : gradient[k]);
        const update = to.slice();
        if (after) for (let j = 0; j < to.length; j++) update[j] = to[j] - before[i][j];
        else for (let j = 0; j < to.length; j++) update[j] = (lr as number) * to[j];
        const [updateStd, dataStd] = [stdOf(update), stdOf(before[i])];
        const size = ratio(updateStd, dataStd);
        const log10 = size === null || size === 0 ? null : Math.log10(size);
        const layer = name.slice(0, Math.max(0, name.lastIndexOf(".")));
        return { parameter: name, layer, shape: [...p.shape], updateStd, dataStd, ratio: size, log10 };
      });
      return {
        options: {
          lr: lr ?? null,
          optimizer: optimizer === undefined ? null : optimizer.constructor.name,
          parameters: wanted.map(([name]) => name),
          batchNorm,
        },
        cost: probe.cost,
        guide: -3,
        loss: value,
        parameters,
      };
    },
    { batchNorm },
  );
}

/** The standard deviation of numbers; null where one is not finite. */
const stdOf = (x: Numbers): number | null => (finiteOf(x) === x ? moments(x).std : null);

function checkOptimizer(where: string, model: Module, optimizer: Optimizer): void {
  const own: readonly unknown[] = model.parameters();
  const params = optimizer.paramGroups.flatMap((group) => group.params);
  const others = params.filter((p) => !own.includes(p));
  if (others.length === 0) return;
  throw new TensorError(where, {
    expected: "an optimiser of this model's parameters alone, which can all be put back",
    got: `one with ${others.length} others`,
    hint: "Pass the module that holds all of them as the model.",
  });
}
