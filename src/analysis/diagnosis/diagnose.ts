import { describe, TensorError } from "../../base/errors.ts";
import type { ActivationReport } from "../activations/activationReport.ts";
import type { DeadUnits } from "../activations/deadUnits.ts";
import type { GradientReport } from "../activations/gradientReport.ts";
import type { InitialLossCheck } from "../activations/initialLossCheck.ts";
import type { UpdateRatios } from "../activations/updateRatios.ts";
import type { BatchNormHealth } from "../batchNorm/batchNormHealth.ts";
import { displayed } from "../measuring/display.ts";
import type { Comparison } from "../recording/comparison.ts";
import type { Recording } from "../recording/recording.ts";
import type { Verdict } from "./verdict.ts";
import { verdictsOnReports } from "./verdictsOnReports.ts";
import { verdictsOnRuns } from "./verdictsOnRuns.ts";

/** What {@link diagnose} reads. */
export type DiagnosableReport =
  | ActivationReport
  | BatchNormHealth
  | Comparison
  | DeadUnits
  | GradientReport
  | InitialLossCheck
  | Recording
  | UpdateRatios;

/**
 * Verdicts in plain language on the reports of other analyses and on training runs, critical ones first; none if there is
 * nothing to say. They are rules of thumb, by the numbers in {@link diagnosisThresholds}: where to look, not proof.
 *
 * @param reports - what `activationReport`, `deadUnits`, `gradientReport`, `updateRatios`, `initialLossCheck` and
 * `batchNormHealth` return, recordings and comparisons; also read back from JSON.
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
    if (typeof kind !== "string" || !Object.hasOwn(readers, kind)) {
      throw new TensorError("diagnose", {
        expected: `reports of ${Object.keys(readers).join(", ")}`,
        got: typeof kind === "string" ? describe(kind) : describe(report),
      });
    }
    try {
      return (readers[kind as keyof typeof readers] as (report: DiagnosableReport) => Verdict[])(report);
    } catch (error) {
      throw new TensorError("diagnose", {
        expected: `a whole report of ${kind}`,
        got: `one in which something is missing (${error instanceof Error ? error.message : String(error)})`,
      });
    }
  });
  return displayed(severities.flatMap((severity) => verdicts.filter((verdict) => verdict.severity === severity)));
}

const readers = { ...verdictsOnReports, ...verdictsOnRuns };
const severities = ["critical", "warning", "info"] as const;
