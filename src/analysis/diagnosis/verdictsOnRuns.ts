import { greatest, least as leastOf } from "../numbers/extremes.ts";
import type { Comparison } from "../recording/comparison.ts";
import type { RecordedRow, Recording } from "../recording/recording.ts";
import { diagnosisThresholds as at, percent, sayer, sayUpdate, short, type Verdict } from "./verdict.ts";

/** What is said of training runs, by their `kind`. */
export const verdictsOnRuns = {
  recording: (recording: Recording) => [...onLoss(recording), ...onLayers(recording)],

  comparison: ({ options, runs }: Comparison) => {
    const verdicts = runs.flatMap(({ variant, seed, recording }) => {
      const seen = seed === options.seed[0] ? verdictsOnRuns.recording(recording) : onLoss(recording);
      return seen.map((verdict) => ({ ...verdict, message: `${variant}, seed ${seed}: ${verdict.message}` }));
    });
    const lowest = onVariants(options.variants, runs);
    return lowest === null ? verdicts : [...verdicts, lowest];
  },
};

function onLoss({ divergedAt, rows }: Recording): Verdict[] {
  const verdicts: Verdict[] = [];
  const say = sayer(verdicts, null);
  if (divergedAt !== null) {
    const hint = "Lower the learning rate, start from smaller weights, or clip gradients.";
    say("diverged", "critical", `The loss was NaN or infinite in step ${divergedAt}.`, hint);
    return verdicts;
  }
  const losses = lossesIn(rows);
  const [first, last] = [losses[0], endOf(losses)];
  if (losses.length >= 20 && last >= first) {
    const message = `The loss has not fallen: ${first.toPrecision(3)} at first, ${last.toPrecision(3)} in the last tenth of the steps.`;
    const hint = "Look at saturation and at the size of updates; try other learning rates with learningRateRange.";
    say("not-learning", "warning", message, hint);
  }
  return verdicts;
}

function onLayers({ rows }: Recording): Verdict[] {
  const verdicts: Verdict[] = [];
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  for (const layer of layers) {
    const of = (metric: string) => finite(rows.filter((row) => row.layer === layer && row.metric === metric));
    const say = sayer(verdicts, layer);
    const saturated = of("saturated");
    if (saturated.length > 0 && saturated[saturated.length - 1] > at.saturatedInRun) {
      const part = percent(saturated[saturated.length - 1]);
      const hint = "Start from smaller weights, or put batch norm before it: no gradient passes there.";
      say("saturated", "warning", `${part} of its outputs are saturated at the end.`, hint);
    }
    const gradients = of("gradient norm");
    if (gradients.length > 0 && gradients[gradients.length - 1] < at.vanishing) {
      const message = `Its gradient has a norm of ${short(gradients[gradients.length - 1])} at the end.`;
      say("vanishing-gradient", "warning", message, "Look at saturation of the layers behind it.");
    }
    const updates = of("update ratio").filter((ratio) => ratio > 0);
    if (updates.length > 0) sayUpdate(verdicts, layer, Math.log10(middle(updates.slice(updates.length >> 1))));
  }
  return verdicts;
}

/** Which variant ends lowest, and whether by more than seeds differ; null without two that have ended. */
function onVariants(variants: readonly string[], runs: Comparison["runs"]): Verdict | null {
  const ended = variants.flatMap((variant) => {
    const own = runs.filter((run) => run.variant === variant);
    const losses = own.map(({ recording }) => endOf(lossesIn(recording.rows)));
    if (own.some(({ divergedAt }) => divergedAt !== null) || losses.some(Number.isNaN)) return [];
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    return [{ variant, mean, least: leastOf(losses), most: greatest(losses), seeds: losses.length }];
  });
  if (ended.length < 2) return null;
  const [best, ...others] = ended.sort((a, b) => a.mean - b.mean);
  const isApart = best.seeds > 1 && others.every(({ least }) => best.most < least);
  const numbers = ended.map(
    ({ variant, mean, least, most }) =>
      `${variant} ${mean.toPrecision(3)} (${least.toPrecision(3)} to ${most.toPrecision(3)})`,
  );
  const message = `${best.variant} ends with the lowest loss: ${numbers.join(", ")}, over the last tenth of the steps.`;
  const hint = isApart
    ? "Its worst seed is better than the best of the others."
    : "Seeds overlap, or there is only one: take more of them before you believe it.";
  return { code: "lowest-loss", severity: "info", layer: null, message, suggestion: hint };
}

const finite = (rows: readonly RecordedRow[]): number[] =>
  rows.flatMap(({ value }) => (value !== null && Number.isFinite(value) ? [value] : []));

const lossesIn = (rows: readonly RecordedRow[]): number[] =>
  finite(rows.filter(({ metric, layer }) => metric === "loss" && layer === ""));

/** The mean of the last tenth; NaN of none. */
function endOf(values: readonly number[]): number {
  const last = values.slice(-Math.max(1, Math.floor(values.length / 10)));
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
