import { give } from "../kernels/array.ts";
import { hide, leaveArena, takenBy } from "../kernels/memory/pool.ts";
import { isFused, readsOf } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Node, run } from "./tape.ts";
import { isUntouched } from "./versions.ts";

// What passes between two layers of the library nobody sees but the engine. So its memory serves again as soon as the walk has
// passed, and the values are computed once more if another gradient asks for them.

/** What `make` returns, of which only the engine will ever see the memory, here and behind. */
export function hidden(make: () => Tensor): Tensor {
  const y = hide(make);
  if (y.node !== null) y.node.output = "hidden";
  return y;
}

/** What `next` returns, of what `make` does: one operation each, between which only the engine sees the memory. */
export function inTurn(make: () => Tensor, next: (x: Tensor) => Tensor): Tensor {
  const x = hidden(make);
  const y = next(x);
  if (x.node === null) dropBefore(x, y);
  return y;
}

/** Gives back what has no node, or has it leave the arena where a gradient asks for it later, since no walk passes it. */
export function dropBefore(x: Tensor, y: Tensor): void {
  if (y.node === null) give(x.array);
  else leaveArena(x.array);
}

/** Has tensors be such as others may see, for the operations of a recorded gradient; tells how many were not. */
export function showAll(tensors: readonly Tensor[]): number {
  let count = 0;
  for (const { node } of tensors) {
    if (node?.output !== "hidden") continue;
    node.output = "seen";
    count++;
  }
  return count;
}

/**
 * Gives back what only the engine sees of a tensor whose gradient has been passed on. After a second time it is kept, and so
 * is what could not be computed once more, since what it was made of has changed.
 */
export function release(x: Tensor): void {
  const { array, node } = x;
  if (node?.output !== "hidden") return;
  if (!isUntouched(x)) {
    node.output = "kept";
    return;
  }
  const { op, saved } = node;
  give(array);
  if (isFused(op) && op.release !== undefined) {
    op.release(saved);
    node.saved = null;
  }
  node.output = "gone";
}

/** Whether the values are not there. */
export function isGone({ node }: Tensor): boolean {
  return node?.output === "gone";
}

/** Whether something that a gradient at the inputs of `y` may read is not there. */
export function lacks({ node }: Tensor): boolean {
  const { output, inputs } = node as Node;
  if (output === "gone") return true;
  for (const x of inputs) if (x.node?.output === "gone") return true;
  return false;
}

/**
 * What the gradients at the wanted inputs of `y` read: its inputs' and its own values. A recorded gradient keeps all of them.
 */
export function readBy(y: Tensor, wanted: readonly boolean[], isRecorded: boolean): Tensor[] {
  const { op, inputs, saved, output } = y.node as Node;
  if (isRecorded) return [y, ...inputs];
  const read = new Set<Tensor>();
  for (let i = 0; i < inputs.length; i++) {
    if (!wanted[i]) continue;
    for (const place of readsOf(op, i, inputs.length, saved, false)) {
      const x = place === "output" ? y : inputs[place];
      if (x !== undefined) read.add(x); // an input may be left out, as a bias
    }
    if (output === "gone" && isFused(op) && op.release !== undefined) read.add(y); // for what it has saved
  }
  return [...read];
}

/**
 * What has to be computed once more for the values of `x` to be there, in order; nothing where they are.
 *
 * @param found - what need not be looked at again; what is found is added.
 */
export function missingFor(x: Tensor, found: Set<Tensor> = new Set()): Tensor[] {
  const missing: Tensor[] = [];
  const open = [x];
  for (let y = open.pop(); y !== undefined; y = open.pop()) {
    if (!isGone(y) || found.has(y)) continue;
    found.add(y);
    missing.push(y);
    for (const input of nodeOf(y).inputs) open.push(input);
  }
  return missing.sort((a, b) => nodeOf(a).order - nodeOf(b).order);
}

/** Computes values once more, and those that they are made of, where their memory has been given back. */
export function restore(x: Tensor): void {
  for (const y of missingFor(x)) {
    const node = nodeOf(y);
    [y.array, node.saved] = takenBy(false, () => run(node.op, node.inputs))[0];
    node.output = "kept";
  }
}

const nodeOf = (x: Tensor): Node => x.node as Node;
