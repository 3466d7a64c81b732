import type { NDArray } from "../../array.ts";
import { chunk, type Machine } from "../../wasm/machine.ts";
import { type Kernel, tape } from "../../wasm/tape.ts";

/**
 * Has a kernel of the machine make each element of `y` of those of its inputs, which are as long, a piece at a time. It gets the
 * addresses of the inputs, that of the result, how many elements there are, and the settings.
 */
export function inPieces(
  machine: Machine,
  kernel: Kernel,
  inputs: readonly NDArray[],
  y: NDArray,
  ...settings: readonly number[]
): NDArray {
  const n = y.data.length;
  const call = tape === null ? kernel : tape.through(kernel);
  const isOver = inputs[0].dtype === y.dtype; // then a result may take the place of a copy
  for (let start = 0; start < n; start += chunk) {
    const result = n <= chunk ? y.data : y.data.subarray(start, start + chunk);
    machine.beginRepeatable();
    const from = inputs.map(({ data }) => machine.at(n <= chunk ? data : data.subarray(start, start + chunk)));
    const to = isOver ? machine.roomOver(from[0], result) : machine.roomFor(result);
    call(...from, to, result.length, ...settings);
    machine.get(to, result);
  }
  return y;
}
