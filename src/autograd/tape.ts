import { isFloat } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";
import { isWhole, type NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { isDetached, refuseDetached } from "../kernels/memory/detached.ts";
import { showing } from "../kernels/memory/pool.ts";
import { isFused, isOwn, type Op, type Primitive } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How one tensor was made from others. The tape is nothing but these, held by the tensors that they made. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  /** What a fused operation kept for its backward kernel. */
  saved: unknown;
  /** Who sees the output: everybody, or the engine alone, which may have given its memory back, or keeps it after that. */
  output: "seen" | "hidden" | "gone" | "kept";
  /** Its place in the order of recording; the inputs' places are always earlier. */
  readonly order: number;
  /** The versions that the memory of the inputs, and of the output, had when it was recorded. */
  readonly versions: readonly number[];
  readonly outputVersion: number;
  /** The last search that has found it. */
  search: number;
  /** Its place on the tape of the last walk. */
  place: number;
}

/** Runs an operation on arrays; whether to record it is {@link record}'s matter. */
export function run(op: Op, inputs: readonly Tensor[]): readonly [y: NDArray, saved: unknown] {
  for (let i = 0; i < inputs.length; i++) if (isDetached(inputs[i].array)) refuseDetached(op.name, inputs[i].array);
  const { listener, detectAnomaly } = shared();
  listener?.sees?.(inputs);
  const made = isOwn(op) ? forward(op, inputs) : runForeign(op, inputs);
  if (detectAnomaly) refuseAnomaly(op, inputs, made[0], "output");
  return made;
}

/** An operation of somebody's own, which is refused where it is none, and where it makes none of an array. */
function runForeign(op: Op, inputs: readonly Tensor[]): readonly [y: NDArray, saved: unknown] {
  if (typeof op?.forward !== "function") {
    throw new TensorError("apply", {
      expected: "an operation, with a name, a forward and its pullbacks",
      got: describe(op),
    });
  }
  shared().listener?.runs?.(`the operation ${op.name}, which is not the library's`);
  const made = showing(() => forward(op, shownTo(op, inputs)));
  const y: unknown = made?.[0];
  if (!isWhole(y)) {
    throw new TensorError(`${op.name}.forward`, {
      expected: "an NDArray, with as many elements as its shape says, of its dtype",
      got: describe(y),
    });
  }
  return made;
}

function forward(op: Op, inputs: readonly Tensor[]): readonly [y: NDArray, saved: unknown] {
  return isFused(op) ? op.forward(kernels(), ...inputs.map(arrayOf)) : [runPrimitive(op, inputs), null];
}

/** The inputs, whose numbers the operation may keep: they stay where they are from now on. */
function shownTo(op: Op, inputs: readonly Tensor[]): readonly Tensor[] {
  for (const { array } of inputs) array.shown(op.name);
  return inputs;
}

/** One and two inputs are passed as they are: spreading a list takes as long as the rest of a small operation. */
function runPrimitive(op: Primitive, inputs: readonly Tensor[]): NDArray {
  if (inputs.length === 1) return op.forward(kernels(), inputs[0].array);
  if (inputs.length === 2) return op.forward(kernels(), inputs[0].array, inputs[1].array);
  return op.forward(kernels(), ...inputs.map(arrayOf));
}

/** The node of an operation that has just made `y`, or `null` if nothing is to be recorded: then what it has saved is given back. */
export function record(op: Op, inputs: readonly Tensor[], y: NDArray, saved: unknown): Node | null {
  const state = shared();
  if (!state.gradEnabled || !isFloat(y.dtype) || !inputs.some(wantsGrad)) {
    if (isFused(op) && isOwn(op)) op.release?.(saved);
    return null;
  }
  const versions = inputs.map(versionOf);
  return {
    op,
    inputs,
    saved,
    output: "seen",
    order: ++state.recorded,
    versions,
    outputVersion: y.version,
    search: 0,
    place: 0,
  };
}

const arrayOf = (x: Tensor): NDArray => x.array;
const wantsGrad = (x: Tensor): boolean => x.requiresGrad;
const versionOf = (x: Tensor): number => x.array.version;

/** Refuses a NaN or an infinity in `y`, an output or a gradient of an operation. */
export function refuseAnomaly(op: Op, inputs: readonly Tensor[], y: NDArray, what: string): void {
  const found = isFloat(y.dtype) ? kernels().findNonFinite(y) : null;
  if (found === null) return;
  const shapes = inputs.map((x) => show(x.shape)).join(", ");
  throw new TensorError("detectAnomaly", {
    code: "EVENKEEL_ANOMALY",
    expected: "finite values",
    got: `${found.value} in the ${what} of ${op.name}(${shapes}) -> ${show(y.shape)}, at element ${found.at}`,
  });
}
