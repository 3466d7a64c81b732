import { isTensor } from "../brand.ts";
import { describe, show, TensorError } from "../errors.ts";
import { isFloat, type NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { type Fused, isFused, type Op, type Primitive } from "../ops/op.ts";
import { sameShape } from "../shapes.ts";
import { shared } from "../shared.ts";
import type { Tensor } from "../tensor.ts";

/** How one tensor was made from others. The tape is nothing but these, held by the tensors that they made. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  /** What a fused operation kept for its backward kernel. */
  readonly saved: unknown;
  /** Its place in the order of recording; the inputs' places are always earlier. */
  readonly order: number;
  /** The versions that the memory of the inputs, and of the output, had when it was recorded. */
  readonly versions: readonly number[];
  readonly outputVersion: number;
}

/** Runs an operation on arrays; whether to record it is {@link record}'s matter. */
export function run(op: Op, inputs: readonly Tensor[]): [y: NDArray, saved: unknown] {
  const arrays = inputs.map((x) => x.array);
  const [y, saved] = isFused(op)
    ? op.forward(kernels(), ...arrays)
    : [(op as Primitive).forward(kernels(), ...arrays), null];
  if (shared().detectAnomaly) refuseAnomaly(op, inputs, y, "output");
  return [y, saved];
}

/** The node of an operation that has just made `y`, or `null` if nothing is to be recorded. */
export function record(op: Op, inputs: readonly Tensor[], y: NDArray, saved: unknown): Node | null {
  const state = shared();
  if (!state.gradEnabled || !isFloat(y.dtype) || !inputs.some((x) => x.requiresGrad)) return null;
  const versions = inputs.map((x) => x.array.version);
  return { op, inputs, saved, order: ++state.recorded, versions, outputVersion: y.version };
}

/** The walk's result: the gradients at the tensors asked for, and at the leaves and others that keep theirs. */
type Gradients = Map<Tensor, Tensor>;

/**
 * The gradient of `y` at `targets`, or, where `targets` is null, at every leaf and every tensor that retains its
 * gradient. Walks the tape newest first, with a loop.
 */
export function differentiate(
  y: Tensor,
  gradient: Tensor,
  targets: ReadonlySet<Tensor> | null,
  createGraph: boolean,
  where: string,
): Gradients {
  const tape = tapeBehind(y, targets);
  for (const tensor of tape) refuseChanged(tensor, where);
  const walk = () => walkTape(tape, y, gradient, targets);
  const state = shared();
  const before = state.gradEnabled;
  state.gradEnabled = createGraph;
  try {
    return walk();
  } finally {
    state.gradEnabled = before;
  }
}

/** Every recorded tensor on a way from `y` to a target, newest first. */
function tapeBehind(y: Tensor, targets: ReadonlySet<Tensor> | null): Tensor[] {
  const found = new Set<Tensor>();
  const open = [y];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (tensor.node === null || found.has(tensor)) continue;
    found.add(tensor);
    for (const input of tensor.node.inputs) if (input.requiresGrad) open.push(input);
  }
  const tape = [...found].sort((a, b) => (a.node as Node).order - (b.node as Node).order);
  if (targets === null) return tape.reverse();
  const leading = new Set<Tensor>(targets);
  const pruned = tape.filter((tensor) => {
    const leads = (tensor.node as Node).inputs.some((input) => leading.has(input));
    if (leads) leading.add(tensor);
    return leads;
  });
  return pruned.reverse();
}

function walkTape(
  tape: readonly Tensor[],
  y: Tensor,
  gradient: Tensor,
  targets: ReadonlySet<Tensor> | null,
): Gradients {
  const onTape = new Set(tape);
  const leads = (x: Tensor) => x.requiresGrad && (targets === null || targets.has(x) || onTape.has(x));
  const pending: Gradients = new Map([[y, gradient]]);
  const results: Gradients = new Map();
  const arrive = (tensor: Tensor) => {
    const g = pending.get(tensor);
    if (g === undefined) return undefined;
    pending.delete(tensor);
    const hooked = runHooks(tensor, g);
    const wanted = targets === null ? tensor.node === null || tensor.retainsGrad : targets.has(tensor);
    if (wanted) results.set(tensor, hooked);
    return hooked;
  };
  for (const tensor of tape) {
    const g = arrive(tensor);
    if (g === undefined) continue;
    const node = tensor.node as Node;
    const gradients = pullBack(node, g, tensor, leads);
    gradients.forEach((gi, i) => {
      if (gi === null) return;
      const input = node.inputs[i];
      const sofar = pending.get(input);
      pending.set(input, sofar === undefined ? gi : sofar.add(gi));
    });
  }
  for (const leaf of [...pending.keys()]) arrive(leaf);
  return results;
}

/** The gradient at each input of a node; `null` where none is wanted or none exists. */
function pullBack(node: Node, g: Tensor, y: Tensor, leads: (x: Tensor) => boolean): (Tensor | null)[] {
  const { op, inputs } = node;
  const wanted = inputs.map(leads);
  const state = shared();
  const { detectAnomaly } = state;
  state.detectAnomaly = false; // the operation that is named is the one pulled back, not those in its pullback
  let gradients: (Tensor | null)[];
  try {
    gradients = gradientsOf(node, g, y, wanted);
  } finally {
    state.detectAnomaly = detectAnomaly;
  }
  gradients.forEach((gi, i) => {
    if (gi !== null) checkPulledBack(op, inputs, gi, i);
  });
  return gradients;
}

function gradientsOf(node: Node, g: Tensor, y: Tensor, wanted: readonly boolean[]): (Tensor | null)[] {
  const { op, inputs } = node;
  if (!isFused(op) && op.backward !== undefined && !shared().gradEnabled) {
    return [g.wrap(op.backward(kernels(), g.array, y.array, inputs[0].array))];
  }
  if (!isFused(op)) return inputs.map((_, i) => (wanted[i] ? (op.vjp[i]?.(g, y, ...inputs) ?? null) : null));
  if (shared().gradEnabled) return replay(op, inputs, wanted, g);
  const arrays = op.backward(kernels(), g.array, node.saved, ...inputs.map((x) => x.array));
  return inputs.map((_, i) => (wanted[i] && arrays[i] ? g.wrap(arrays[i] as NDArray) : null));
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
  const targets = new Set(fresh.filter((_, i) => wanted[i]));
  const gradients = y.requiresGrad ? differentiate(y, g, targets, true, op.name) : new Map<Tensor, Tensor>();
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
    current = returned;
  }
  return current;
}

function refuseChanged({ node, array }: Tensor, where: string): void {
  const { op, inputs, versions, outputVersion } = node as Node;
  const needs = isFused(op) ? "inputs" : (op.needs ?? "both");
  const changedInput =
    needs === "inputs" || needs === "both" ? inputs.findIndex((x, i) => x.array.version !== versions[i]) : -1;
  const changedOutput = (needs === "output" || needs === "both") && array.version !== outputVersion;
  if (changedInput < 0 && !changedOutput) return;
  const culprit = changedInput < 0 ? "its output" : `its input ${changedInput}, ${describe(inputs[changedInput])},`;
  throw new TensorError(where, {
    expected: `the values that ${op.name} worked with, unchanged since`,
    got: `${culprit} changed in place`,
    hint: "Change a copy instead (x.clone()), or change it after the backward pass.",
  });
}

function refuseAnomaly(op: Op, inputs: readonly Tensor[], y: NDArray, what: string): void {
  const found = isFloat(y.dtype) ? kernels().findNonFinite(y) : null;
  if (found === null) return;
  const shapes = inputs.map((x) => show(x.shape)).join(", ");
  throw new TensorError("detectAnomaly", {
    expected: "finite values",
    got: `${found.value} in the ${what} of ${op.name}(${shapes}) -> ${show(y.shape)}, at element ${found.at}`,
  });
}
