import { give, type NDArray } from "../kernels/array.ts";
import { type Kernels, kernels } from "../kernels/index.ts";
import { hide, shunArena, watch } from "../kernels/memory/pool.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Fused, isFused, type Op, own, type Reads, readsOf } from "./op.ts";

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
  /** The output of the last, which is not memory of its own. */
  readonly last: NDArray;
  /** What each link saved. */
  saved: readonly unknown[];
  /** Whether this copy of the library has made all that. */
  readonly isOurs: boolean;
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
  [own]: true,
  links,
  name: links[links.length - 1].op.name,
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
    const last = outputs[outputs.length - 1];
    return [last, { outputs, last, saved, isOurs: k === kernels(), isShared: false, isWorn: false }];
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
  reads: (kept, isRecorded) => {
    const all = readsThrough(links, kept, isRecorded);
    const everything = all.map((_, i) => i);
    return all.map(({ reads, isInner }) => (isInner && kept.outputs === null ? everything : reads));
  },
});

/** What the gradient at an input reads. */
interface InnerReads {
  readonly reads: Reads;
  /** Whether that is also something between the links, which is computed once more if it is gone. */
  readonly isInner: boolean;
}

/** What the gradient at each input reads: that of its own link, and that of all links behind, which it comes through. */
function readsThrough(links: readonly Link[], kept: Kept, isRecorded: boolean): InnerReads[] {
  const all: InnerReads[] = [];
  const last = links.length - 1;
  let behind: InnerReads = { reads: [], isInner: false };
  for (let i = last, end = links.reduce((sum, { count }) => sum + count, 1); i >= 0; i--) {
    const { op, count } = links[i];
    const start = end - count;
    const isOutputThere = i === last && !(isRecorded && kept.outputs === null);
    /** The place among the chain's inputs; null for what lies between links. */
    const placed = (read: number | "output") => {
      if (read === "output") return isOutputThere ? read : null;
      return read > 0 ? start + read - 1 : i === 0 ? 0 : null;
    };
    const through = (j: number): InnerReads => {
      const own = readsOf(op, j, count + 1, kept.saved[i], isRecorded).map(placed);
      const isInner = behind.isInner || own.includes(null) || (isFused(op) && op.release !== undefined);
      return { reads: [...behind.reads, ...own.filter((read) => read !== null)], isInner };
    };
    for (let j = 1; j <= count; j++) all[start + j - 1] = through(j);
    behind = through(0);
    end = start;
  }
  all[0] = behind;
  return all;
}

/** The links' outputs, of which only the last is whole unless they are kept. */
function pass(k: Kernels, links: readonly Link[], inputs: readonly NDArray[], keeps: boolean) {
  const outputs: NDArray[] = [];
  const saved: unknown[] = [];
  const isOurs = k === kernels();
  let [x, at] = [inputs[0], 1];
  const run = (from: number, end: number) => {
    for (let i = from; i < end; i++) {
      const { op, count } = links[i];
      const [y, rest] = forward(k, op, x, inputs, at, count);
      if (!keeps && i > 0) give(x);
      if (!keeps && isOurs && isFused(op)) op.release?.(rest);
      outputs.push(y);
      saved.push(rest);
      x = y;
      at += count;
    }
  };
  const last = links.length - 1;
  hide(() => run(0, last));
  run(last, links.length);
  return { outputs, saved };
}

/** The same, of which nothing is given back with what else a walk makes. */
function passAgain(k: Kernels, links: readonly Link[], inputs: readonly NDArray[]) {
  return watch(false, () => pass(k, links, inputs, true))[0];
}

/** One link's output, from that of the link before and its own inputs, which stand `at` a place among all. */
function forward(k: Kernels, op: Op, x: NDArray, inputs: readonly NDArray[], at: number, count: number) {
  if (!isFused(op)) return [op.forward(k, x), null] as const;
  // One and two are passed as they are, for spreading a list takes longer.
  if (count === 1) return op.forward(k, x, inputs[at]);
  if (count === 2) return op.forward(k, x, inputs[at], inputs[at + 1]);
  return op.forward(k, x, ...inputs.slice(at, at + count));
}

/** What lies between the links: as it is, computed once more, or left out but for the output where nothing reads it. */
function insides(
  k: Kernels,
  links: readonly Link[],
  kept: Kept,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
) {
  const { outputs, saved } = kept;
  if (outputs !== null) return { outputs, saved, isWhole: true };
  if (readsThrough(links, kept, false).some(({ isInner }, i) => wanted[i] && isInner)) {
    return { ...passAgain(k, links, inputs), isWhole: true };
  }
  const only: NDArray[] = [];
  only[links.length - 1] = kept.last;
  return { outputs: only, saved, isWhole: false };
}

function back(
  k: Kernels,
  links: readonly Link[],
  gradient: NDArray,
  kept: Kept,
  inputs: readonly NDArray[],
  wanted: readonly boolean[],
): (NDArray | null)[] {
  const { outputs, saved, isWhole } = insides(k, links, kept, inputs, wanted);
  const gradients = new Array<NDArray | null>(inputs.length).fill(null);
  const firstWanted = wanted.indexOf(true);
  const last = links.length - 1;
  let g = gradient;
  let end = inputs.length;
  for (let i = last; i >= 0; i--) {
    const { op, count } = links[i];
    const start = end - count;
    const wantsBefore = firstWanted < start;
    const x = i === 0 ? inputs[0] : outputs[i - 1];
    let before: NDArray | null;
    if (isFused(op)) {
      const pulled = pull(k, op, g, saved[i], x, inputs, start, count, wantsBefore, wanted);
      for (let j = 0; j < count; j++) if (wanted[start + j]) gradients[start + j] = pulled[j + 1];
      before = pulled[0];
    } else {
      before = op.backward?.(k, g, outputs[i], x) ?? null;
    }
    if (i < last) give(g);
    if (!wantsBefore) break;
    g = before as NDArray;
    end = start;
    if (i === 0) gradients[0] = g;
  }
  if (isWhole) settle(links, kept, outputs, saved);
  return gradients;
}

/** One link's gradients: at the output of the link before, if it is wanted, and at its own inputs. */
function pull(
  k: Kernels,
  op: Fused,
  g: NDArray,
  saved: unknown,
  x: NDArray,
  inputs: readonly NDArray[],
  start: number,
  count: number,
  wantsBefore: boolean,
  wanted: readonly boolean[],
): readonly (NDArray | null)[] {
  if (op.backwardWanted === undefined) {
    if (count === 2) return op.backward(k, g, saved, x, inputs[start], inputs[start + 1]);
    return op.backward(k, g, saved, x, ...inputs.slice(start, start + count));
  }
  const [own, ownWanted] = [[x], [wantsBefore]];
  for (let j = start; j < start + count; j++) {
    own.push(inputs[j]);
    ownWanted.push(wanted[j]);
  }
  return op.backwardWanted(k, g, saved, own, ownWanted);
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
    if (kept.isOurs && isFused(op)) op.release?.(saved[i]);
  }
}
