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
  /** Names of its invention. */
  readonly names: readonly string[];
}
