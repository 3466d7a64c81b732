import { isDetached } from "../kernels/memory/detached.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Node } from "./tape.ts";

/** Whether the memory of the inputs and of the output is as it was when `y` was recorded. */
export function isUntouched(y: Tensor): boolean {
  const { inputs } = y.node as Node;
  for (let i = 0; i < inputs.length; i++) if (isChanged(y, i)) return false;
  return !isChanged(y, "output");
}

/** Whether an input of `y`, or its output, has been changed in place since `y` was recorded, or its memory is elsewhere. */
export function isChanged({ array, node }: Tensor, read: number | "output"): boolean {
  const { inputs, versions, outputVersion } = node as Node;
  if (read === "output") return array.version !== outputVersion || isDetached(array);
  const x = inputs[read]; // may be left out, as a bias
  return x !== undefined && (x.array.version !== versions[read] || isDetached(x.array));
}
