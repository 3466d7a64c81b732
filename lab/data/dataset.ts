import type { Tensor } from "evenkeel";

/** Examples to learn from, and others that no batch is drawn from. */
export interface Dataset {
  /** How many numbers an example has. */
  readonly inputs: number;
  /** How many classes there are. */
  readonly classes: number;
  /** `[n, inputs]`, float32, and `[n]`, int32. */
  readonly training: Examples;
  readonly heldOut: Examples;
}

export interface Examples {
  readonly x: Tensor;
  readonly labels: Tensor;
}
