import { describe, TensorError } from "../base/errors.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { readsOf } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { lacks, missingFor, readBy } from "./hidden.ts";
import type { Node } from "./tape.ts";
import { isChanged, isUntouched } from "./versions.ts";

/**
 * Refuses a tape where values have changed since it was recorded that a gradient reads which is wanted.
 *
 * @param sound - what is known to be unchanged, and what is behind it; what is found to be is added.
 * @param leads - whether a gradient is wanted at an input.
 * @param isRecorded - whether the gradients are to be differentiated in their turn.
 */
export function refuseChanged(
  y: Tensor,
  sound: Set<Tensor>,
  leads: (x: Tensor) => boolean,
  isRecorded: boolean,
  where: string,
): void {
  const { op, inputs, saved } = y.node as Node;
  const isShort = lacks(y);
  if (!isShort && isUntouched(y)) return;
  const wanted = inputs.map((x) => x.requiresGrad && leads(x));
  for (let i = 0; i < inputs.length; i++) {
    if (!wanted[i]) continue;
    for (const read of readsOf(op, i, inputs.length, saved, isRecorded)) {
      if (isChanged(y, read)) refuse(y, read, where);
    }
  }
  if (!isShort || !wanted.includes(true)) return;
  for (const x of readBy(y, wanted, isRecorded)) {
    const change = changeBehind(x, sound);
    if (change !== null) refuse(...change, where);
  }
}

/** What has changed of what values that are not there were made of, if anything has: then they cannot be had again. */
function changeBehind(x: Tensor, sound: Set<Tensor>): readonly [made: Tensor, input: number] | null {
  for (const y of missingFor(x, sound)) {
    const { inputs } = y.node as Node;
    for (let i = 0; i < inputs.length; i++) if (isChanged(y, i)) return [y, i];
  }
  return null;
}

function refuse({ array, node }: Tensor, read: number | "output", where: string): never {
  const { op, inputs } = node as Node;
  refuseDetached(where, read === "output" ? array : inputs[read].array, "EVENKEEL_CHANGED");
  const culprit = read === "output" ? "its output" : `its input ${read}, ${describe(inputs[read])},`;
  throw new TensorError(where, {
    expected: `the values that ${op.name} worked with, unchanged since`,
    got: `${culprit} changed in place`,
    code: "EVENKEEL_CHANGED",
    hint: "Change a copy instead (x.clone()), or change it after the backward pass.",
  });
}
