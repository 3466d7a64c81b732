import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { shared, whole } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { Owned, shunArena, takenBy } from "../kernels/memory/pool.ts";
import { type Fused, isFused, isOwn, type Op, type Part, type Primitive } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseChanged } from "./changed.ts";
import { lacks, readBy, release, restore, showAll } from "./hidden.ts";
import { type Node, refuseAnomaly } from "./tape.ts";

/** The walk's result: the gradients at the tensors asked for, and at the leaves and others that keep theirs. */
export type Gradients = Map<Tensor, Tensor>;

/**
 * The gradient of `y` at `targets`, or, where `targets` is null, at every leaf and every tensor that retains its
 * gradient. Walks the tape newest first, with a loop.
 *
 * @param owned - is filled with the gradients whose memory is nobody else's. It may lie in the arena, where nobody but
 *   the engine is to see it.
 */
export function differentiate(
  y: Tensor,
  gradient: Tensor,
  targets: ReadonlySet<Tensor> | null,
  createGraph: boolean,
  where: string,
  owned: Owned<Tensor> = new Owned(),
): Gradients {
  return differentiateAlong(tapeBehind(y, targets), y, gradient, targets, createGraph, where, owned);
}

function differentiateAlong(
  tape: readonly Tensor[],
  y: Tensor,
  gradient: Tensor,
  targets: ReadonlySet<Tensor> | null,
  createGraph: boolean,
  where: string,
  owned: Owned<Tensor>,
): Gradients {
  let places: ReadonlySet<Tensor> | null = null; // made only if something has changed
  const leads = (x: Tensor): boolean => {
    if (targets === null || targets.has(x)) return true;
    places ??= new Set(tape);
    return places.has(x);
  };
  const sound = new Set<Tensor>();
  for (const tensor of tape) refuseChanged(tensor, sound, leads, createGraph, where);
  // What a walk makes on its way nobody sees but hooks, and operations that are not this copy's own: without them it is
  // taken again.
  const isPrivate = !createGraph && y.hooks === null && !tape.some(isWatched);
  const state = shared();
  const before = state.gradEnabled;
  state.gradEnabled = createGraph;
  try {
    const [results, taken] = takenBy(isPrivate, () => walkTape(tape, y, gradient, targets));
    for (const g of taken.giveBut(results.values())) owned.add(g);
    return results;
  } finally {
    state.gradEnabled = before;
  }
}

/** Whether a hook, or an operation of a user or of another copy of the library, gets to see a gradient here. */
function isWatched({ node }: Tensor): boolean {
  const { op, inputs } = node as Node;
  return !isOwn(op) || inputs.some((x) => x.hooks !== null);
}

/** Every recorded tensor on a way from `y` to a target, newest first. */
function tapeBehind(y: Tensor, targets: ReadonlySet<Tensor> | null): Tensor[] {
  const tape = newestFirst(collected(y, null));
  if (targets === null) return tape;
  const leading = new Set<Tensor>(targets);
  const leads: boolean[] = [];
  for (let i = tape.length - 1; i >= 0; i--) {
    leads[i] = (tape[i].node as Node).inputs.some((input) => leading.has(input));
    if (leads[i]) leading.add(tape[i]);
  }
  return tape.filter((_, i) => leads[i]);
}

/** Every recorded tensor behind `y`, without what lies behind `ends`. */
function collected(y: Tensor, ends: ReadonlySet<Tensor> | null): Tensor[] {
  const search = ++shared().searches;
  const found: Tensor[] = [];
  const open = [y];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const { node } = tensor;
    if (node === null || node.search === search || ends?.has(tensor)) continue;
    node.search = search;
    found.push(tensor);
    for (const input of node.inputs) if (input.node !== null) open.push(input);
  }
  return found;
}

function newestFirst(tensors: Tensor[]): Tensor[] {
  return tensors.sort((a, b) => (b.node as Node).order - (a.node as Node).order);
}

function walkTape(
  tape: readonly Tensor[],
  y: Tensor,
  gradient: Tensor,
  targets: ReadonlySet<Tensor> | null,
): Gradients {
  for (let i = 0; i < tape.length; i++) (tape[i].node as Node).place = i;
  // A hook may walk over the same nodes meanwhile, and give them other places.
  const placeOf = (x: Tensor): number => {
    if (x.node === null) return -1;
    return tape[x.node.place] === x ? x.node.place : tape.indexOf(x);
  };
  const leads = (x: Tensor) => x.requiresGrad && (targets === null || targets.has(x) || placeOf(x) >= 0);
  const pending = new Array<Tensor | undefined>(tape.length);
  // At first of leaves, and of what is asked for with nothing behind it that is: the sums so far, before their hooks.
  const results: Gradients = new Map();
  // Of which tensors the sum so far is in memory that nobody else has: into such a sum the gradient of a part is added in place. A
  // sum of many parts, each in zeros of the whole, would take as long as their number times the whole.
  const sole = new Set<Tensor>();
  const sumAt = (x: Tensor) => (placeOf(x) >= 0 ? pending[placeOf(x)] : results.get(x));
  const add = (x: Tensor, g: Tensor, isSole: boolean) => {
    const place = placeOf(x);
    const sofar = sumAt(x);
    const sum = sofar === undefined ? g : sofar.add(g);
    if (isSole || sofar !== undefined) sole.add(x);
    if (place >= 0) pending[place] = sum;
    else results.set(x, sum);
  };
  add(y, gradient, false);
  let unveiled = 0;
  for (let i = 0; i < tape.length; i++) {
    const tensor = tape[i];
    const arrived = pending[i];
    if (arrived === undefined) continue;
    pending[i] = undefined;
    const g = runHooks(tensor, arrived);
    if (targets === null ? tensor.retainsGrad : targets.has(tensor)) results.set(tensor, g);
    const node = tensor.node as Node;
    const wanted = node.inputs.map(leads);
    const isRecorded = shared().gradEnabled;
    if (lacks(tensor)) for (const x of readBy(tensor, wanted, isRecorded)) restore(x);
    if (isRecorded) {
      const count = showAll([tensor, ...node.inputs]);
      unveiled += count;
      if (count > 0) shunArena(unveiled);
    }
    const part = isRecorded || !isOwn(node.op) ? undefined : (node.op as Primitive).part;
    const [x] = node.inputs;
    if (part !== undefined && sole.has(x) && !shared().detectAnomaly) {
      whole("the gradient of a part", [(sumAt(x) as Tensor).array, g.array, part], addPart);
      release(tensor);
      continue;
    }
    const gradients = pullBack(node, g, tensor, wanted);
    if (!isRecorded) release(tensor);
    for (let j = 0; j < gradients.length; j++) {
      const gj = gradients[j];
      if (gj !== null) add(node.inputs[j], gj, part !== undefined);
    }
  }
  for (const [end, g] of results) if (end.hooks !== null && placeOf(end) < 0) results.set(end, runHooks(end, g));
  return results;
}

/** Adds the gradient of a part to that of the whole, in place. */
function addPart(sum: NDArray, g: NDArray, { dim, start, step }: Part): void {
  kernels().addPart(sum, g, dim, start, step);
}

/** The gradient at each input of a node; `null` where none is wanted or none exists. */
function pullBack(node: Node, g: Tensor, y: Tensor, wanted: readonly boolean[]): readonly (Tensor | null)[] {
  const { op, inputs } = node;
  const gradients = unchecked(() =>
    isFused(op) ? pullFused(op, node, g, wanted) : pullPrimitive(op, node, g, y, wanted),
  );
  for (let i = 0; i < gradients.length; i++) {
    const gi = gradients[i];
    if (gi !== null) checkPulledBack(op, inputs, gi, i);
  }
  return gradients;
}

/** Looks for no anomalies within: the operation that is named is the one pulled back, not those in its pullback. */
function unchecked<T>(pull: () => T): T {
  const state = shared();
  if (!state.detectAnomaly) return pull();
  state.detectAnomaly = false;
  try {
    return pull();
  } finally {
    state.detectAnomaly = true;
  }
}

function pullPrimitive(
  op: Primitive,
  { inputs }: Node,
  g: Tensor,
  y: Tensor,
  wanted: readonly boolean[],
): (Tensor | null)[] {
  if (op.backward !== undefined && !shared().gradEnabled) {
    return [g.wrap(op.backward(kernels(), g.array, y.array, inputs[0].array))];
  }
  return inputs.map((_, i) => (wanted[i] ? (op.vjp[i]?.(g, y, ...inputs) ?? null) : null));
}

function pullFused(
  op: Fused,
  { inputs, saved }: Node,
  g: Tensor,
  wanted: readonly boolean[],
): readonly (Tensor | null)[] {
  if (shared().gradEnabled) return op.pull?.(g, inputs, wanted) ?? replay(op, inputs, wanted, g);
  const arrays = inputs.map((x) => x.array);
  const pulled =
    op.backwardWanted === undefined
      ? op.backward(kernels(), g.array, saved, ...arrays)
      : op.backwardWanted(kernels(), g.array, saved, arrays, wanted);
  return inputs.map((_, i) => {
    const array = pulled[i];
    return wanted[i] && array ? g.wrap(array) : null;
  });
}

/** The gradient of a fused operation's composite, recorded, for when that gradient is itself to be differentiated. */
function replay(op: Fused, inputs: readonly Tensor[], wanted: readonly boolean[], g: Tensor): (Tensor | null)[] {
  // Fresh nodes, so that the gradient stops at the inputs. One may have been made from another, as a mean is from x:
  // what lies behind them is the caller's to walk, and would otherwise count twice.
  const fresh = inputs.map((x) => x.reshape(x.shape));
  const y = op.composite(...fresh);
  if (!sameShape(y.shape, g.shape) || y.dtype !== g.dtype) {
    throw new TensorError(op.name, { expected: `its composite to return ${describe(g)}`, got: describe(y) });
  }
  if (!y.requiresGrad) return fresh.map(() => null);
  // Behind the fresh nodes lies the whole history of the inputs: each replay would search it in vain.
  const tape = newestFirst(collected(y, new Set(fresh)));
  const targets = new Set(fresh.filter((_, i) => wanted[i]));
  const gradients = differentiateAlong(tape, y, g, targets, true, op.name, new Owned());
  return fresh.map((x) => gradients.get(x) ?? null);
}

function checkPulledBack(op: Op, inputs: readonly Tensor[], g: Tensor, i: number): void {
  const x = inputs[i];
  if (!isTensor(g) || !sameShape(g.shape, x.shape) || g.dtype !== x.dtype) {
    throw new TensorError(op.name, {
      expected: `its pullback ${i} to return ${describe(x)}`,
      got: describe(g),
      hint: "A pullback returns the gradient at its input, in the input's shape and dtype.",
    });
  }
  if (shared().detectAnomaly) refuseAnomaly(op, inputs, g.array, `gradient at input ${i}`);
}

function runHooks(tensor: Tensor, g: Tensor): Tensor {
  if (tensor.hooks === null) return g;
  shared().listener?.runs?.("a hook of a tensor");
  let current = g;
  for (const hook of [...tensor.hooks]) {
    const returned = hook(current);
    if (returned === undefined || returned === null) continue;
    if (!isTensor(returned) || !sameShape(returned.shape, tensor.shape) || returned.dtype !== tensor.dtype) {
      throw new TensorError("registerHook", {
        expected: `the hook to return nothing, or ${describe(tensor)}`,
        got: describe(returned),
      });
    }
    refuseDetached("registerHook", returned.array);
    current = returned;
  }
  return current;
}
