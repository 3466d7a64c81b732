import type { NDArray } from "../array.ts";
import type { Machine } from "../wasm/machine.ts";

/** What a kernel makes of its inputs, told by settings. */
export type BesideRun<Settings> = (inputs: readonly NDArray[], settings: Settings) => NDArray;

/**
 * A kernel that no set has, so that who does not name it need not carry it: it is handed to whatever set is in use, by the
 * operation that needs it.
 */
export interface Beside<Settings> {
  /** What it is called, in messages and in ONNX's table. */
  readonly name: string;
  /** The plain loop. */
  readonly plain: BesideRun<Settings>;
  /** The same in SIMD, on a machine; it may leave what is small or odd to the plain loop. */
  readonly simd: (machine: Machine) => BesideRun<Settings>;
}

/** Runs a kernel that is not in the set. */
export function beside<Settings extends object>(
  kernel: Beside<Settings>,
  inputs: readonly NDArray[],
  settings: Settings,
): NDArray {
  return kernel.plain(inputs, settings);
}
