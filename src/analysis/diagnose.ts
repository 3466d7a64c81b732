import { describe, TensorError } from "../errors.ts";
import type { ActivationReport } from "./activationReport.ts";
import type { BatchNormHealth } from "./batchNormHealth.ts";
import type { DeadUnits } from "./deadUnits.ts";
import type { GradientReport } from "./gradientReport.ts";
import type { InitialLossCheck } from "./initialLossCheck.ts";
import type { UpdateRatios } from "./updateRatios.ts";

/** What {@link diagnose} reads. */
export type DiagnosableReport =
  | ActivationReport
  | DeadUnits
  | GradientReport
  | UpdateRatios
  | InitialLossCheck
  | BatchNormHealth;

/** One thing that is, or may be, wrong. */
export interface Verdict {
  /** What it is, the same for all layers, such as `"dead-units"`. */
  readonly code: string;
  /** `"critical"`: it will not train so; `"warning"`: it may cost a lot; `"info"`: good to know. */
  readonly severity: "critical" | "warning" | "info";
  /** The dotted name of the module or parameter; null for the whole model. */
  readonly layer: string | null;
  /** What was found, with its number. */
  readonly message: string;
  /** What to try. */
  readonly suggestion: string;
}

/** From where on {@link diagnose} speaks up. All are rules of thumb. */
export const diagnosisThresholds = {
  /** Saturated fraction of a tanh or sigmoid: a warning. */
  saturated: 0.1,
  /** Saturated fraction of a tanh or sigmoid: critical. */
  verySaturated: 0.5,
  /** Fraction of zeros of a ReLU: a warning. */
  inactive: 0.9,
  /** Fraction of dead units: a warning; below, any is an info. */
  dead: 0.1,
  /** Fraction of dead units: critical. */
  veryDead: 0.5,
  /** Mean absolute gradient at a parameter, below which it vanishes: a warning. */
  vanishing: 1e-7,
  /** Ratio of the largest and smallest standard deviation of gradients at outputs: a warning. */
  gradientSpread: 100,
  /** `log₁₀` of the update ratio, above which an update is large: a warning. */
  largeUpdate: -2,
  /** `log₁₀` of the update ratio, above which an update is very large: critical. */
  veryLargeUpdate: -1,
  /** `log₁₀` of the update ratio, below which an update is small: a warning. */
  smallUpdate: -5,
  /** Distance of running and batch mean, in standard deviations of the batch: a warning. */
  meanShift: 0.5,
  /** Ratio of running and batch standard deviation, or its inverse: a warning. */
  stdRatio: 1.5,
  /** Size of the last batch, as a fraction of the largest, below which it is short: an info. */
  shortBatch: 0.5,
  /** How much higher the loss is with running statistics, as a fraction of that with the batch's: a warning. */
  lossGap: 0.1,
} as const;

/**
 * Verdicts in plain language on the reports of other analyses, critical ones first; none if there is nothing to say. They
 * are rules of thumb, by the numbers in {@link diagnosisThresholds}: where to look, not proof.
 *
 * @param reports - what `activationReport`, `deadUnits`, `gradientReport`, `updateRatios`, `initialLossCheck` and
 * `batchNormHealth` return, also read back from JSON.
 * @throws TensorError for anything else.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { activationReport, diagnose } from "evenkeel/analysis";
 *
 * const report = activationReport(new nn.Sequential(new nn.Tanh()), tensor([[5, -7], [9, 0.1]]));
 * const [{ code, severity, layer, message }] = diagnose(report);
 * console.log(code, severity, layer); // => saturated critical 0
 * console.log(message); // => 75% of the outputs of this Tanh are saturated.
 * ```
 */
export function diagnose(...reports: DiagnosableReport[]): Verdict[] {
  const verdicts = reports.flatMap((report) => {
    const kind: unknown = report?.kind;
    const read = readers[kind as keyof typeof readers] as ((report: DiagnosableReport) => Verdict[]) | undefined;
    if (typeof kind === "string" && Object.hasOwn(readers, kind) && read !== undefined) return read(report);
    throw new TensorError("diagnose", {
      expected: `reports of ${Object.keys(readers).join(", ")}`,
      got: typeof kind === "string" ? describe(kind) : describe(report),
    });
  });
  return severities.flatMap((severity) => verdicts.filter((verdict) => verdict.severity === severity));
}

const severities = ["critical", "warning", "info"] as const;
const at = diagnosisThresholds;

const readers = {
  activationReport: ({ layers }: ActivationReport) =>
    layers.flatMap((layer) => {
      const { layer: name, type, nonFinite, saturatedFraction, count, std } = layer;
      const verdicts: Verdict[] = [];
      const say = sayer(verdicts, name);
      if (nonFinite > 0) {
        say("non-finite", "critical", `${nonFinite} of ${count} outputs are NaN or infinite.`, nonFiniteHint);
      }
      const part = saturatedFraction ?? 0;
      if (type === "ReLU" && part > at.inactive) {
        const hint = "Lower the learning rate, or look at the bias before it; deadUnits tells whether units are lost.";
        say("inactive", "warning", `${percent(part)} of the outputs of this ReLU are zero.`, hint);
      }
      if (type !== "ReLU" && part > at.saturated) {
        const hint =
          "Start from smaller weights (gain/√fan-in), or put batch norm before it: no gradient passes there.";
        const severity = part > at.verySaturated ? "critical" : "warning";
        say("saturated", severity, `${percent(part)} of the outputs of this ${type} are saturated.`, hint);
      }
      if (std === 0) {
        const hint = "It passes nothing on: look at the weights before it, and whether they started at zero.";
        say("constant-activations", "critical", "All outputs are the same.", hint);
      }
      return verdicts;
    }),

  deadUnits: ({ layers, examples }: DeadUnits) =>
    layers.flatMap(({ layer, dead, deadFraction, units, died }) => {
      const verdicts: Verdict[] = [];
      const say = sayer(verdicts, layer);
      if (dead.length > 0) {
        const severity = deadFraction > at.veryDead ? "critical" : deadFraction > at.dead ? "warning" : "info";
        const hint =
          "They hardly learn any more. Lower the learning rate, start from smaller weights, or use batch norm.";
        say("dead-units", severity, `${dead.length} of ${units} units are dead on all ${examples} examples.`, hint);
      }
      if (died !== null && died.length > 0) {
        const hint = "Units that die while training point to steps that are too large.";
        say("units-died", "warning", `${died.length} units have died since the earlier report.`, hint);
      }
      return verdicts;
    }),

  gradientReport: ({ activations, parameters }: GradientReport) => {
    const verdicts: Verdict[] = [];
    for (const { parameter, nonFinite, count, meanAbsolute } of parameters) {
      const say = sayer(verdicts, parameter);
      const size = meanAbsolute ?? Number.POSITIVE_INFINITY;
      if (nonFinite > 0) {
        say("non-finite", "critical", `${nonFinite} of ${count} gradients are NaN or infinite.`, nonFiniteHint);
      } else if (size === 0) {
        say("no-gradient", "warning", "All gradients are zero.", "The loss does not depend on it here: is it in use?");
      } else if (size < at.vanishing) {
        const hint = "Look at saturation and initial weights of the layers behind it.";
        say("vanishing-gradient", "warning", `The mean absolute gradient is ${short(size)}.`, hint);
      }
    }
    const spreads = activations.flatMap(({ std }) => (std !== null && std > 0 ? [std] : []));
    const spread = Math.max(...spreads) / Math.min(...spreads);
    if (spread > at.gradientSpread) {
      const message = `Gradients at outputs differ by a factor of ${short(spread)} between layers.`;
      const hint = "They grow or shrink on their way back: use gains that fit the activation, or batch norm.";
      sayer(verdicts, null)("gradient-spread", "warning", message, hint);
    }
    return verdicts;
  },

  updateRatios: ({ parameters }: UpdateRatios) =>
    parameters.flatMap(({ parameter, log10, ratio }) => {
      const verdicts: Verdict[] = [];
      const say = sayer(verdicts, parameter);
      if (log10 === null || ratio === null) return verdicts;
      const message = `The update is ${short(ratio)} times the weights (log10 ${log10.toFixed(1)}; about −3 is usual).`;
      if (log10 > at.largeUpdate) {
        const severity = log10 > at.veryLargeUpdate ? "critical" : "warning";
        say("update-too-large", severity, message, "Lower the learning rate, or that of this layer.");
      } else if (log10 < at.smallUpdate) {
        say("update-too-small", "warning", message, "Raise the learning rate, or find out where the gradient is lost.");
      }
      return verdicts;
    }),

  initialLossCheck: ({ loss, expected, verdict, logitScale, suggestedFactor }: InitialLossCheck) => {
    const verdicts: Verdict[] = [];
    const scale = logitScale == null ? "" : ` Logits have a scale of ${short(logitScale)}.`; // not in older reports
    const message = `The loss is ${loss.toFixed(3)}; a model without opinions has ${expected.toFixed(3)}.${scale}`;
    const say = sayer(verdicts, null);
    if (verdict === "high") {
      const factor = suggestedFactor == null ? "" : `, by a factor of ${short(suggestedFactor)} or less`;
      const hint = `It is confidently wrong: make the last layer's weights smaller${factor}, and its bias zero.`;
      say("initial-loss-high", "warning", message, hint);
    }
    if (verdict === "low") {
      const hint = "If it has not been trained, it may see the labels; or the loss is not the mean in nats.";
      say("initial-loss-low", "warning", message, hint);
    }
    return verdicts;
  },

  batchNormHealth: ({ layers, batchLoss, lossGap, batches, options }: BatchNormHealth) => {
    const verdicts: Verdict[] = [];
    for (const layer of layers) {
      const say = sayer(verdicts, layer.layer);
      const [shift, ratio] = [layer.largestMeanShift ?? 0, layer.largestStdRatio ?? 1];
      if (layer.batchesTracked === 0) {
        const hint = "Train, or call recalibrateBatchNorm, before evaluating.";
        say("never-tracked", "warning", "Running statistics are those it was made with.", hint);
      } else if (shift > at.meanShift || ratio > at.stdRatio) {
        const message = `Running statistics are off by up to ${short(shift)} standard deviations and a factor ${short(ratio)}.`;
        say("stale-statistics", "warning", message, "Call recalibrateBatchNorm on training data before evaluating.");
      }
      if (layer.tinyBatches > 0) {
        const message = `${layer.tinyBatches} batches have fewer than ${options.tiny} values per feature, the least ${layer.smallestBatch}.`;
        const hint = "Statistics of few values are noisy: use larger batches, or layer norm; drop a small last batch.";
        say("tiny-batches", "warning", message, hint);
      }
      if (layer.lastBatch >= options.tiny && layer.lastBatch < at.shortBatch * layer.largestBatch) {
        const message = `The last batch has ${layer.lastBatch} values per feature, others up to ${layer.largestBatch}.`;
        const hint =
          "It counts as much as the others in running statistics, with more noise: { dropLast: true } drops it.";
        say("short-last-batch", "info", message, hint);
      }
      if (layer.constantFeatures > 0) {
        const message = `${layer.constantFeatures} features do not vary over ${batches} batches.`;
        say("constant-features", "warning", message, "Look for dead units, or inputs that are always the same.");
      }
      if (layer.uselessBias !== null) {
        const message = `The bias of the Linear "${layer.uselessBias}" is taken away again by the mean.`;
        say("useless-bias", "info", message, "Make that Linear with { bias: false }.");
      }
    }
    if (lossGap !== null && batchLoss !== null && lossGap > at.lossGap * Math.abs(batchLoss)) {
      const message = `The loss is ${short(lossGap)} higher with running statistics than with the batch's.`;
      sayer(verdicts, null)("loss-gap", "warning", message, "Call recalibrateBatchNorm, and look at batch sizes.");
    }
    return verdicts;
  },
};

const nonFiniteHint = "Lower the learning rate; detectAnomaly(loss) names the operation it comes from.";

function sayer(verdicts: Verdict[], layer: string | null) {
  return (code: string, severity: Verdict["severity"], message: string, suggestion: string): void => {
    verdicts.push({ code, severity, layer, message, suggestion });
  };
}

const percent = (part: number): string => `${Math.round(100 * part)}%`;

const short = (value: number): string => String(Number(value.toPrecision(2)));
