import type { NDArray } from "../kernels/array.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Marks the operations of this copy of the library. Every other one, a user's or another copy's, may keep whatever it is
 * given: it gets memory that is not used again.
 */
export const own: unique symbol = Symbol("evenkeel.own");

/** Whether an operation is of this copy of the library. */
export function isOwn(op: Op): boolean {
  return op?.[own] === true;
}

/** A pullback to one input: from the gradient `g` at the output `y` to the gradient at that input. */
export type Vjp = (g: Tensor, y: Tensor, ...inputs: Tensor[]) => Tensor;

/** What a pullback reads: inputs, by their place, and the output. */
export type Reads = readonly (number | "output")[];

/**
 * An operation: forward on arrays, and one pullback per input, written with tensors, so that gradients can be
 * differentiated again, to any order.
 *
 * @example
 * ```ts
 * import { apply, type Primitive, tensor } from "evenkeel";
 *
 * const cube: Primitive = {
 *   name: "cube",
 *   forward: (k, x) => k.mul(x, k.mul(x, x)),
 *   vjp: [(g, _y, x) => g.mul(x.square().mul(3))],
 * };
 * const x = tensor(2, { requiresGrad: true });
 * apply(cube, x).backward();
 * console.log(x.grad?.item()); // => 12
 * ```
 */
export interface Primitive {
  /** @internal */
  readonly [own]?: true;
  /** The name in printed graphs and in messages. */
  readonly name: string;
  /** The value, from arrays to a new array; never changes its inputs. */
  forward(k: Kernels, ...inputs: NDArray[]): NDArray;
  /** One pullback per input; `null` where the input has no gradient. */
  readonly vjp: readonly (Vjp | null)[];
  /**
   * Whose values the pullbacks read, or, for each input, what the pullback to it reads: `[[1], [0]]` for a product.
   * What no gradient that is wanted reads may be changed in place before `backward`; of the rest it is refused.
   * Default: both the inputs' and the output's.
   */
  readonly needs?: "inputs" | "output" | "nothing" | readonly Reads[];
  /**
   * The pullback of an operation of one input as a kernel, for when nothing is being recorded. Only speed may tell it
   * from `vjp`.
   */
  readonly backward?: (k: Kernels, g: NDArray, y: NDArray, x: NDArray) => NDArray;
  /**
   * @internal Where along a dimension the output lies in the only input, if it is a part of it: so that gradients of many parts are
   * added into one.
   */
  readonly part?: Part;
}

/** Steps along a dimension. */
export interface Part {
  readonly dim: number;
  readonly start: number;
  readonly step: number;
}

/**
 * An operation of this copy of the library that a bundler may leave out where nobody names it: of a call it can be told, not of
 * an object with a mark.
 */
export const ownPrimitive = (op: Primitive): Primitive => ({ [own]: true, ...op });

/**
 * A composite of other operations, with kernels that do the same faster. The composite is the definition; the kernels
 * have to agree with it. When a gradient is itself to be differentiated, the composite is replayed, unless there is a
 * `pull`.
 *
 * @example
 * ```ts
 * import { apply, type Fused, tensor } from "evenkeel";
 *
 * const sumOfSquares: Fused<null> = {
 *   name: "sumOfSquares",
 *   composite: (x) => x.square().sum(),
 *   forward: (k, x) => [k.sum(k.mul(x, x), 0, x.shape.length), null],
 *   backward: (k, g, _, x) => [k.mulScalar(x, 2 * g.data[0])],
 * };
 * const x = tensor([1, 2], { requiresGrad: true });
 * apply(sumOfSquares, x).backward();
 * console.log(x.grad); // => tensor([2., 4.])
 * ```
 */
export interface Fused<Saved = unknown> {
  /** @internal */
  readonly [own]?: true;
  /** The name in printed graphs and in messages. */
  readonly name: string;
  /** The definition: `forward` must equal it, and `backward` its gradient. */
  composite(...inputs: Tensor[]): Tensor;
  /** The value, and whatever `backward` wants to keep of it. */
  forward(k: Kernels, ...inputs: NDArray[]): readonly [y: NDArray, saved: Saved];
  /** The gradient at each input, from `g` at the output; `null` where an input has none. */
  backward(k: Kernels, g: NDArray, saved: Saved, ...inputs: NDArray[]): readonly (NDArray | null)[];
  /** The same, told which inputs want a gradient: others may be left out, as `null`. Taken in place of `backward`. */
  backwardWanted?(
    k: Kernels,
    g: NDArray,
    saved: Saved,
    inputs: readonly NDArray[],
    wanted: readonly boolean[],
  ): readonly (NDArray | null)[];
  /**
   * The gradient at each input as operations on tensors, for when it is itself to be differentiated: in place of the
   * composite's, which it has to equal. `null` leaves it to the composite.
   */
  pull?(g: Tensor, inputs: readonly Tensor[], wanted: readonly boolean[]): readonly (Tensor | null)[] | null;
  /** Gives the memory of what `forward` saved back, once nobody will ask for it. */
  release?(saved: Saved): void;
  /**
   * Whose values `backward` reads, which may then not be changed in place, or, for each input, what its gradient reads.
   * Default: the inputs'.
   */
  readonly needs?: "inputs" | "both" | readonly Reads[];
  /** @internal What the gradient at each input reads, where that depends on what is still there. In place of `needs`. */
  reads?(saved: Saved, isRecorded: boolean): readonly Reads[];
}

/** Either kind of operation. */
export type Op = Primitive | Fused;

/** Whether an operation is a {@link Fused} one. */
export function isFused(op: Op): op is Fused {
  return (op as Partial<Fused>).composite !== undefined; // faster than `in` where operations have many shapes
}

/**
 * What the gradient at an operation's input `i`, of `count`, reads.
 *
 * @param isRecorded - whether the gradient is to be differentiated in its turn.
 */
export function readsOf(op: Op, i: number, count: number, saved: unknown, isRecorded: boolean): Reads {
  if (isFused(op) && op.reads !== undefined) return op.reads(saved, isRecorded)[i];
  const { needs = isFused(op) ? "inputs" : "both" } = op;
  if (typeof needs !== "string") return needs[i];
  const inputs = needs === "inputs" || needs === "both" ? Array.from({ length: count }, (_, j) => j) : [];
  return needs === "output" || needs === "both" ? [...inputs, "output"] : inputs;
}
