import type { ActivationReport, Recording } from "evenkeel/analysis";
import type { Diagnosis } from "./diagnostics.ts";

/** All that is found out about one network. */
export interface Result {
  readonly label: string;
  /** Over the validation examples, before training. */
  readonly before: Diagnosis;
  /** Over the training examples, at the end. */
  readonly training: Diagnosis;
  /** Over the validation examples, at the end. */
  readonly validation: Diagnosis;
  readonly stepsPerSecond: number;
  /** The loss of each step. */
  readonly recording: Recording;
  /** The tanh outputs for some validation examples, at the end. */
  readonly activations: ActivationReport;
  /** Names of its invention. */
  readonly names: readonly string[];
}
