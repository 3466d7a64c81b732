import type { NDArray } from "../kernels/array.ts";
import type { Kernels } from "../kernels/index.ts";
import { give, hide, shunArena, watch } from "../kernels/pool.ts";
import type { Tensor } from "../tensor.ts";
import { type Fused, isFused, type Op } from "./op.ts";

/** One operation of a chain: a fused one, or one of a single input that has a backward kernel. */
export interface Link {
  readonly op: Op;
  /** How many inputs it takes beside the output of the link before. */
  readonly count: number;
}

/** Operations one after the other, as one that says which they are. */
export interface Chain extends Fused<Kept> {
  readonly links: readonly Link[];
}

/** The operations that an operation is made of, if it is a chain. */
export function linksOf(op: Op): readonly Link[] | null {
  return "links" in op ? (op as Chain).links : null;
}

/** What a chain keeps for its gradient. */
interface Kept {
  /** The output of each link; `null` once they have been used, and their memory given back. */
  outputs: readonly NDArray[] | null;
  /** What each link saved. */
  saved: readonly unknown[];
  /** Whether recorded operations have them too, so that their memory is not to be given back. */
  isShared: boolean;
  /** Whether a gradient has been taken before. A third one would otherwise compute the outputs a third time. */
  isWorn: boolean;
}

/**
 * Operations one after the other as a single one: nobody sees what passes between them, so its memory is used again as
 * soon as the gradient is known. Should another gradient be taken, they are computed once more.
 *
 * Inputs: the first link's, then those that each link has beside the output before it.
 *
 * @param keeps - whether a gradient may be asked for.
 */
export const chain = (links: readonly Link[], keeps: boolean): Chain => ({
  links,
  name: links[links.length - 1].op.name,
  needs: "both",
  composite: (x, ...others) => {
    let [y, at] = [x, 0];
    for (const { op, count } of links) {
      const own = others.slice(at, at + count);
      y = isFused(op) ? op.composite(y, ...own) : y.through(op);
      at += count;
    }
    return y as Tensor;
  },
  forward: (k, ...inputs) => {
    const { outputs, saved } = pass(k, links, inputs, keeps);
    return [outputs[outputs.length - 1], { outputs, saved, isShared: false, isWorn: false }];
  },
  replay: (kept, x, ...others) => {
    const { outputs, saved } = kept;
    if (outputs === null) return null;
    kept.isShared = true;
    shunArena();
    let [y, at] = [x, 0];
    for (const [i, { op, count }] of links.entries()) {
      y = y.throughKnown(op, outputs[i], saved[i], ...others.slice(at, at + count));
      at += count;
    }
    return y;
  },
  backward: (k, g, kept, ...inputs) => back(k, links, g, kept, inputs, new Array(inputs.length).fill(true)),
  backwardWanted: (k, g, kept, inputs, wanted) => back(k, links, g, kept, inputs, wanted),
});

/** The links' outputs, of which only the last is whole unless they are kept. */
function pass(k: Kernels, links: readonly Link[], inputs: readonly NDArray[], keeps: boolean) {
  const outputs: NDArray[] = [];
  const saved: unknown[] = [];
  let x = inputs[0];
  let at = 1;
  for (const { op, count } of links) {
    const own = inputs.slice(at, at + count);
    const run = () => (isFused(op) ? op.forward(k, x, ...own) : ([op.forward(k, x), null] as const));
    const [y, rest] = outputs.length < links.length - 1 ? hide(run) : run();
    if (!keeps && outputs.length > 0) give(x);
    if (!keeps && isFused(op)) op.release?.(rest);
    outputs.push(y);
    saved.push(rest);
    x = y;
    at += count;
  }
  return { outputs, saved };
}

/** The same, of which nothing is given back with what else a walk makes. */
function passAgain(k: Kernels, links: readonly Link[], inputs: readonly NDArray[]) {
  return watch(false, () => pass(k, links, inputs, true))[0];
}

function back(
  k: Kernels,
  links: readonly Link[],
  gradient: NDArray,
  kept: Kept,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
): (NDArray | null)[] {
  const { outputs, saved } = kept.outputs === null ? passAgain(k, links, inputs) : { ...kept, outputs: kept.outputs };
  const gradients = new Array<NDArray | null>(inputs.length).fill(null);
  const last = links.length - 1;
  let g = gradient;
  let end = inputs.length;
  for (let i = last; i >= 0; i--) {
    const { op, count } = links[i];
    const start = end - count;
    const x = i === 0 ? inputs[0] : outputs[i - 1];
    const wantsBefore = wanted.indexOf(true) < start;
    const pulled = isFused(op)
      ? pull(k, op, g, saved[i], [x, ...inputs.slice(start, end)], [wantsBefore, ...wanted.slice(start, end)])
      : [op.backward?.(k, g, outputs[i], x) ?? null];
    for (let j = 0; j < count; j++) if (wanted[start + j]) gradients[start + j] = pulled[j + 1];
    if (i < last) give(g);
    if (!wantsBefore) break;
    g = pulled[0] as NDArray;
    end = start;
    if (i === 0) gradients[0] = g;
  }
  settle(links, kept, outputs, saved);
  return gradients;
}

function pull(
  k: Kernels,
  op: Fused,
  g: NDArray,
  saved: unknown,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
): readonly (NDArray | null)[] {
  return op.backwardWanted?.(k, g, saved, inputs, wanted) ?? op.backward(k, g, saved, ...inputs);
}

/** After the first gradient gives the memory between the links back, after the second keeps it. */
function settle(links: readonly Link[], kept: Kept, outputs: readonly NDArray[], saved: readonly unknown[]): void {
  if (kept.isShared) return;
  if (kept.isWorn) {
    kept.outputs = outputs;
    kept.saved = saved;
    return;
  }
  kept.isWorn = true;
  kept.outputs = null;
  for (let i = 0; i < outputs.length - 1; i++) give(outputs[i]);
  for (let i = 0; i < links.length; i++) {
    const { op } = links[i];
    if (isFused(op)) op.release?.(saved[i]);
  }
}
