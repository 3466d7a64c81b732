import type { ActivationReport } from "../activations/activationReport.ts";
import type { DeadUnits } from "../activations/deadUnits.ts";
import type { GradientReport } from "../activations/gradientReport.ts";
import type { InitialLossCheck } from "../activations/initialLossCheck.ts";
import type { UpdateRatios } from "../activations/updateRatios.ts";
import type { BatchNormHealth } from "../batchNorm/batchNormHealth.ts";
import { greatest, least as leastOf } from "../numbers/extremes.ts";
import { diagnosisThresholds as at, nonFiniteHint, percent, sayer, sayUpdate, short, type Verdict } from "./verdict.ts";

/** What is said of the reports of a model at one moment, by their `kind`. */
export const verdictsOnReports = {
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
    layers.flatMap(({ layer, dead, deadFraction, units, died, nonFinite }) => {
      const verdicts: Verdict[] = [];
      const say = sayer(verdicts, layer);
      if (nonFinite > 0) say("non-finite", "critical", `${nonFinite} outputs are NaN or infinite.`, nonFiniteHint);
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
    const spread = greatest(spreads) / leastOf(spreads);
    if (spread > at.gradientSpread) {
      const message = `Gradients at outputs differ by a factor of ${short(spread)} between layers.`;
      const hint = "They grow or shrink on their way back: use gains that fit the activation, or batch norm.";
      sayer(verdicts, null)("gradient-spread", "warning", message, hint);
    }
    return verdicts;
  },

  updateRatios: ({ parameters }: UpdateRatios) => {
    const verdicts: Verdict[] = [];
    for (const { parameter, log10 } of parameters) if (log10 !== null) sayUpdate(verdicts, parameter, log10);
    return verdicts;
  },

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
