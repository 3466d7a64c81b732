import { isTensor } from "./brand.ts";
import { describe, show, TensorError } from "./errors.ts";
import { isFloat, type NDArray } from "./kernels/array.ts";
import { kernels } from "./kernels/index.ts";
import { type Fused, isFused, type Op, type Primitive } from "./ops/op.ts";
import { checkOptions } from "./options.ts";
import { shared } from "./shared.ts";
import type { Tensor } from "./tensor.ts";

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

/**
 * Runs `fn` without recording anything: what it makes needs no gradient. Returns what `fn` returns.
 *
 * @param fn - a synchronous function; one that goes on after an `await` would go on recording, and is refused.
 * @throws {@link TensorError} if `fn` returns a promise.
 * @see PyTorch `torch.no_grad`, which is a context manager.
 *
 * @example
 * ```ts
 * import { noGrad, tensor } from "evenkeel";
 *
 * const w = tensor([1, 2], { requiresGrad: true });
 * console.log(noGrad(() => w.mul(2)).requiresGrad); // => false
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return withState("noGrad", "gradEnabled", false, fn);
}

/**
 * Runs `fn` with recording on, inside a {@link noGrad}. Returns what `fn` returns.
 *
 * @param fn - a synchronous function.
 * @throws {@link TensorError} if `fn` returns a promise.
 * @see PyTorch `torch.enable_grad`, which is a context manager.
 *
 * @example
 * ```ts
 * import { enableGrad, isGradEnabled, noGrad } from "evenkeel";
 *
 * console.log(noGrad(() => enableGrad(() => isGradEnabled()))); // => true
 * ```
 */
export function enableGrad<T>(fn: () => T): T {
  return withState("enableGrad", "gradEnabled", true, fn);
}

/**
 * Whether operations are being recorded.
 * @see PyTorch `torch.is_grad_enabled`.
 *
 * @example
 * ```ts
 * import { isGradEnabled } from "evenkeel";
 *
 * console.log(isGradEnabled()); // => true
 * ```
 */
export function isGradEnabled(): boolean {
  return shared().gradEnabled;
}

/**
 * Runs `fn`, and throws at the first operation in it whose output, or a gradient of which, holds a NaN or an infinity.
 * The error names the operation and its shapes. Slower than without; for looking, not for training.
 *
 * @param fn - a synchronous function, such as one training step with its `backward()`.
 * @throws {@link TensorError} at the first NaN or infinity, or if `fn` returns a promise.
 * @see PyTorch `torch.autograd.detect_anomaly`, which looks at gradients only, and for NaN only.
 *
 * @example
 * ```ts
 * import { detectAnomaly, tensor, TensorError } from "evenkeel";
 *
 * try {
 *   detectAnomaly(() => tensor([1, 0]).log());
 * } catch (error) {
 *   if (error instanceof TensorError) console.log(error.message);
 *   // => detectAnomaly: expected finite values, got -Infinity in the output of log([2]) -> [2], at element 1.
 * }
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  return withState("detectAnomaly", "detectAnomaly", true, fn);
}

function withState<T>(where: string, name: "gradEnabled" | "detectAnomaly", value: boolean, fn: () => T): T {
  if (typeof fn !== "function") {
    throw new TensorError(where, { expected: "a function", got: describe(fn), hint: `Write ${where}(() => …).` });
  }
  const state = shared();
  const before = state[name];
  state[name] = value;
  let result: T;
  try {
    result = fn();
  } finally {
    state[name] = before;
  }
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    throw new TensorError(where, {
      expected: "a synchronous function",
      got: "one that returns a promise",
      hint: `What follows an await would run outside; put ${where} around the parts between.`,
    });
  }
  return result;
}

/** What {@link grad} may be told beside its output and inputs. */
export interface GradOptions {
  /** The gradient at the output, of its shape. Default: 1, for an output of one element. */
  readonly gradOutput?: Tensor;
  /** Whether the gradients can be differentiated in their turn. Default `false`. */
  readonly createGraph?: boolean;
  /** Whether an input that the output does not depend on gets `null` instead of an error. Default `false`. */
  readonly allowUnused?: boolean;
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

function walkTape(tape: readonly Tensor[], y: Tensor, gradient: Tensor, targets: ReadonlySet<Tensor> | null): Gradients {
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
  const targets = new Set(fresh.filter((_, i) => wanted[i]));
  const gradients = y.requiresGrad ? differentiate(y, g, targets, true, op.name) : new Map<Tensor, Tensor>();
  return fresh.map((x) => gradients.get(x) ?? null);
}

function checkPulledBack(op: Op, inputs: readonly Tensor[], g: Tensor, i: number): void {
  const x = inputs[i];
  if (g.shape.length !== x.shape.length || g.shape.some((size, d) => size !== x.shape[d]) || g.dtype !== x.dtype) {
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
    if (returned.shape.join() !== tensor.shape.join() || returned.dtype !== tensor.dtype) {
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
  if (!isFloat(y.dtype) || kernels().allFinite(y)) return;
  const at = y.data.findIndex((value) => !Number.isFinite(value));
  const shapes = inputs.map((x) => show(x.shape)).join(", ");
  throw new TensorError("detectAnomaly", {
    expected: "finite values",
    got: `${y.data[at]} in the ${what} of ${op.name}(${shapes}) -> ${show(y.shape)}, at element ${at}`,
  });
}

/**
 * The gradients `d output / d input` at each of `inputs`, weighted by `gradOutput`; nothing is stored in `.grad`.
 *
 * Only what leads to an input is walked. The tape stays, so that it can be asked again.
 *
 * @param output - a tensor of one element, or of any shape together with `gradOutput`.
 * @param inputs - tensors, leaves or not, that the output was made from.
 * @returns one gradient per input, in its shape; with `allowUnused`, `null` for an input that does not matter.
 * @throws {@link TensorError} if the output has no graph or more than one element and no `gradOutput`; if an input
 * needs no gradient, or the output does not depend on it; if what the tape needs has been changed in place.
 * @see PyTorch `torch.autograd.grad`; there is no `retain_graph`, since the tape lives as long as its output does.
 *
 * @example
 * ```ts
 * import { grad, tensor } from "evenkeel";
 *
 * const x = tensor(3, { requiresGrad: true });
 * const [slope] = grad(x.pow(3), [x], { createGraph: true });
 * const [curvature] = grad(slope, [x]);
 * console.log(slope.item(), curvature.item()); // => 27 18
 * ```
 */
export function grad(
  output: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[];
export function grad(output: Tensor, inputs: Tensor | readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(output: Tensor, inputs: Tensor | readonly Tensor[], options: GradOptions = {}): (Tensor | null)[] {
  checkOptions("grad", options, ["gradOutput", "createGraph", "allowUnused"]);
  const { gradOutput, createGraph = false, allowUnused = false } = options;
  const targets = Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];
  checkTensors("grad", [output, ...targets]);
  const gradient = startingGradient("grad", output, gradOutput);
  targets.forEach((x, i) => {
    if (x.requiresGrad) return;
    throw new TensorError("grad", {
      expected: "inputs that want a gradient",
      got: `input ${i}, ${describe(x)}, with requiresGrad false`,
      hint: "Create it with { requiresGrad: true }, before the output is made from it.",
    });
  });
  const gradients = differentiate(output, gradient, new Set(targets), createGraph, "grad");
  return targets.map((x, i) => {
    const g = gradients.get(x);
    if (g !== undefined || allowUnused) return g ?? null;
    throw new TensorError("grad", {
      expected: "inputs that the output depends on",
      got: `input ${i}, ${describe(x)}, which it does not depend on`,
      hint: "With { allowUnused: true } its gradient is null.",
    });
  });
}

/** The gradient at the output from which a walk starts; refuses outputs that have none. */
export function startingGradient(where: string, y: Tensor, gradient: Tensor | undefined | null): Tensor {
  if (!y.requiresGrad) {
    throw new TensorError(where, {
      expected: "an output with a graph",
      got: `${describe(y)} that needs no gradient`,
      hint: "Make it from tensors with requiresGrad, outside noGrad.",
    });
  }
  if (gradient === undefined || gradient === null) {
    if (y.numel() === 1) return y.wrap(kernels().fill(y.dtype, y.shape, 1));
    throw new TensorError(where, {
      expected: "an output of one element, or a gradient of its shape",
      got: describe(y),
      hint: "Reduce it first, as in y.sum().backward(), or give the gradient at it.",
    });
  }
  checkTensors(where, [gradient]);
  if (gradient.shape.join() !== y.shape.join() || gradient.dtype !== y.dtype) {
    throw new TensorError(where, { expected: `a gradient like the output, ${describe(y)}`, got: describe(gradient) });
  }
  return gradient;
}

function checkTensors(where: string, values: readonly unknown[]): void {
  for (const value of values) {
    if (!isTensor(value)) throw new TensorError(where, { expected: "tensors", got: describe(value) });
  }
}
