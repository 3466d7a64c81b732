import { describe, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import type { Module } from "../../nn/module/module.ts";
import { isOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import { displayed } from "../measuring/display.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, preserving } from "../measuring/preserving.ts";
import { updated } from "../measuring/update.ts";
import { checkChoice } from "../measuring/watching.ts";
import { moments } from "../numbers/statistics.ts";
import { ratio, wantedParameters } from "./gradientReport.ts";

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
  const where = "updateRatios";
  checkOptions(where, options, ["lr", "optimizer", "parameters", "batchNorm"]);
  const { lr, optimizer, batchNorm = "batch" } = options ?? {};
  if ((lr === undefined) === (optimizer === undefined)) {
    throw new TensorError(where, {
      expected: "either lr or optimizer",
      got: lr === undefined ? "neither" : "both",
      hint: "Such as { lr: 0.1 }.",
    });
  }
  if (lr !== undefined && !(typeof lr === "number" && lr > 0 && lr < Number.POSITIVE_INFINITY)) {
    throw new TensorError(where, { expected: "a learning rate above 0 as lr", got: describe(lr) });
  }
  checkChoice(where, "batchNorm", batchNorm, ["batch", "running"]);
  const probe = new Probe(where, model, loss);
  const wanted = wantedParameters(where, model, options.parameters === undefined ? "matrices" : options.parameters);
  if (optimizer !== undefined) checkOptimizer(where, model, optimizer);
  return displayed(
    preserving(
      model,
      () => {
        probe.check();
        const before = wanted.map(([, p]) => p.data.slice());
        const { loss: value, gradient, isUsed } = probe.gradient();
        const after = optimizer && updated(where, probe.parameters, { gradient, isUsed }, { optimizer });
        const parameters = wanted.map(([name, p], i): UpdateRatio => {
          const k = probe.parameters.indexOf(p);
          const update = after
            ? after[k].data.map((x, j) => x - before[i][j])
            : gradient[k].data.map((x) => (lr as number) * x);
          const updateStd = update.every(Number.isFinite) ? moments(update).std : null;
          const dataStd = before[i].every(Number.isFinite) ? moments(before[i]).std : null;
          const size = ratio(updateStd, dataStd);
          const log10 = size === null || size === 0 ? null : Math.log10(size);
          const layer = name.slice(0, Math.max(0, name.lastIndexOf(".")));
          return { parameter: name, layer, shape: [...p.shape], updateStd, dataStd, ratio: size, log10 };
        });
        return {
          kind: "updateRatios" as const,
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
    ),
  );
}

function checkOptimizer(where: string, model: Module, optimizer: Optimizer): void {
  if (!isOptimizer(optimizer)) {
    throw new TensorError(where, { expected: "an optimiser", got: describe(optimizer) });
  }
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
