import type { NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as reference from "../../reference/index.ts";
import type { Machine } from "../../wasm/machine.ts";
import type { Beside } from "../beside.ts";

/** A kernel that is made of others, and of float32 exists in SIMD as one, with the same bits. */
export interface Composed<Settings> extends Beside<Settings> {
  /** What it is made of. */
  readonly composed: (k: Kernels, inputs: readonly NDArray[], settings: Settings) => NDArray;
}

/** Such a kernel, from what it is made of, and what a machine does for it. */
export function composed<Settings>(
  name: string,
  parts: Composed<Settings>["composed"],
  simd: (machine: Machine, inputs: readonly NDArray[], settings: Settings) => NDArray,
): Composed<Settings> {
  return {
    name,
    composed: parts,
    plain: (inputs, settings) => parts(reference, inputs, settings),
    simd: (machine) => (inputs, settings) => simd(machine, inputs, settings),
  };
}

/** Runs it as one, or, of other dtypes than float32, as what it is made of. */
export function runComposed<Settings extends object>(
  k: Kernels,
  kernel: Composed<Settings>,
  inputs: readonly NDArray[],
  settings: Settings,
): NDArray {
  return inputs[0].dtype === "float32" ? k.beside(kernel, inputs, settings) : kernel.composed(k, inputs, settings);
}
