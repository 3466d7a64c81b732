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

/** From where on `diagnose` speaks up. All are rules of thumb. */
export const diagnosisThresholds = {
  /** Saturated fraction of a tanh or sigmoid: a warning. */
  saturated: 0.1,
  /** Saturated fraction of a tanh or sigmoid: critical. */
  verySaturated: 0.5,
  /** Fraction of zeros of a ReLU: a warning. */
  inactive: 0.9,
  /** Saturated fraction in a recording, which does not know whether it was a ReLU, at rest for half: a warning. */
  saturatedInRun: 0.6,
  /** Fraction of dead units: a warning; below, any is an info. */
  dead: 0.1,
  /** Fraction of dead units: critical. */
  veryDead: 0.5,
  /** Mean absolute gradient at a parameter, or in a recording the norm of a layer's, below which it vanishes: a warning. */
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

export const nonFiniteHint = "Lower the learning rate; detectAnomaly(loss) names the operation it comes from.";

/** Collects verdicts on one layer. */
export function sayer(verdicts: Verdict[], layer: string | null) {
  return (code: string, severity: Verdict["severity"], message: string, suggestion: string): void => {
    verdicts.push({ code, severity, layer, message, suggestion });
  };
}

export const percent = (part: number): string => `${Math.round(100 * part)}%`;

/** Two digits. */
export const short = (value: number): string => String(Number(value.toPrecision(2)));

/** What is said of an update's size, `log₁₀` of update by data; nothing of a usual one. */
export function sayUpdate(verdicts: Verdict[], layer: string, log10: number): void {
  const at = diagnosisThresholds;
  const say = sayer(verdicts, layer);
  const message = `The update is ${short(10 ** log10)} times the weights (log10 ${log10.toFixed(1)}; about −3 is usual).`;
  if (log10 > at.largeUpdate) {
    const severity = log10 > at.veryLargeUpdate ? "critical" : "warning";
    say("update-too-large", severity, message, "Lower the learning rate, or that of this layer.");
  } else if (log10 < at.smallUpdate) {
    say("update-too-small", "warning", message, "Raise the learning rate, or find out where the gradient is lost.");
  }
}
