import { unclonable } from "../base/cloning.ts";
import { type Data, type Dtype, type Shape, sizeOf } from "../base/dtype.ts";
import { shared } from "../base/shared.ts";
import { refuseDetached } from "./memory/detached.ts";
import { fresh } from "./memory/fresh.ts";
import { giveData, isInArena, leaveArena, take } from "./memory/pool.ts";

/**
 * What kernels work on: a flat typed array, row-major, and a shape. Arrays that share memory (a reshape and its
 * source) share one version, which every operation in place moves on.
 *
 * @example
 * ```ts
 * import { apply, type Primitive, tensor } from "evenkeel";
 *
 * const floor: Primitive = {
 *   name: "floor",
 *   forward: (k, x) => {
 *     const y = k.copy(x); // an NDArray of its own: x is not to be changed
 *     for (let i = 0; i < y.data.length; i++) y.data[i] = Math.floor(x.data[i]);
 *     return y;
 *   },
 *   vjp: [null],
 * };
 * console.log(apply(floor, tensor([1.5, -1.5]))); // => tensor([ 1., -2.])
 * ```
 */
export class NDArray {
  /** @internal What stays when a bundler renames the class. */
  static readonly name: string = "NDArray";
  /** @internal */
  readonly unclonable = unclonable;
  /** The elements, the last dimension contiguous. */
  readonly data: Data;
  /** The sizes of the dimensions. */
  readonly shape: Shape;
  /** The type of the elements. */
  readonly dtype: Dtype;
  /** @internal Whether nobody but the engine sees the elements: then they may be moved, and their memory given back. */
  isHidden = false;
  /** @internal The array whose memory this one shares, where it shares another's. */
  readonly base: NDArray | null;
  private changes = 0;

  /** @param base - the array whose memory `data` is, where it is another's. */
  constructor(data: Data, shape: Shape, dtype: Dtype, base: NDArray | null = null) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
    this.base = base;
  }

  /**
   * How often the memory has been changed in place.
   *
   * @example
   * ```ts
   * import { NDArray } from "evenkeel";
   *
   * const x = new NDArray(new Float32Array(2), [2], "float32");
   * console.log(x.version); // => 0
   * ```
   */
  get version(): number {
    return this.base === null ? this.changes : this.base.changes;
  }

  /**
   * To be called by whatever changes the memory in place.
   *
   * @example
   * ```ts
   * import { NDArray } from "evenkeel";
   *
   * const x = new NDArray(new Float32Array(2), [2], "float32");
   * x.data[0] = 7;
   * x.bump();
   * console.log(x.version, x.view([1, 2]).version); // => 1 1
   * ```
   */
  bump(): void {
    if (this.base === null) this.changes++;
    else this.base.changes++;
  }

  /** @internal Takes the place of another array, which counts as a change of it. */
  succeed(other: NDArray): this {
    this.changes = other.version + 1;
    return this;
  }

  /**
   * The same memory under another shape of as many elements.
   *
   * @example
   * ```ts
   * import { apply, type Primitive, tensor } from "evenkeel";
   *
   * const flat: Primitive = {
   *   name: "flat",
   *   forward: (_k, x) => x.view([x.data.length]),
   *   vjp: [(g, _y, x) => g.reshape(x.shape)],
   * };
   * console.log(apply(flat, tensor([[1, 2], [3, 4]])).shape); // => [ 4 ]
   * ```
   */
  view(shape: Shape): NDArray {
    if (this.isHidden) this.show();
    return new NDArray(this.data, shape, this.dtype, this.base ?? this);
  }

  /** @internal What is the same for all that share memory. */
  get memory(): object {
    return this.base ?? this;
  }

  /** @internal The elements, for somebody who may keep them: from now on they stay where they are, outside any arena. */
  shown(how: string): Data {
    refuseDetached(how, this);
    shared().listener?.reads(this, how);
    this.show();
    return this.data;
  }

  /** @internal Lets anybody see it: from now on it stays where it is, outside any arena. */
  show(): void {
    if (this.isHidden) leaveArena(this);
    else if (isInArena(this)) this.move(fresh(this.dtype, this.data.length)); // its place is somebody else's to give back
    this.isHidden = false;
  }

  /** @internal Moves the elements into other memory. */
  move(to: Data): void {
    to.set(this.data);
    (this as { data: Data }).data = to;
  }
}

const kinds = { float32: "Float32Array", float64: "Float64Array", int32: "Int32Array", bool: "Uint8Array" } as const;

/** Whether a value, of whatever copy of the package, is an array with as many elements as its shape says, of its dtype. */
export function isWhole(x: unknown): x is NDArray {
  const { shape, data, dtype } = (x ?? {}) as Partial<NDArray>;
  return (
    Array.isArray(shape) &&
    data?.length === sizeOf(shape) &&
    dtype !== undefined &&
    data[Symbol.toStringTag] === kinds[dtype]
  );
}

/** An array of zeros. */
export function zeros(dtype: Dtype, shape: Shape): NDArray {
  return new NDArray(fresh(dtype, sizeOf(shape)), shape, dtype);
}

/** An array of zeros, of the shape and dtype of `x`. */
export function zerosLike(x: NDArray): NDArray {
  return new NDArray(fresh(x.dtype, x.data.length), x.shape, x.dtype);
}

/** An array whose elements are whatever they are, for a kernel that writes all of them. */
export function empty(dtype: Dtype, shape: Shape): NDArray {
  return new NDArray(take(dtype, sizeOf(shape)), shape, dtype);
}

/** The same, of the shape and dtype of `x`. */
export function emptyLike(x: NDArray): NDArray {
  return new NDArray(take(x.dtype, x.data.length), x.shape, x.dtype);
}

/**
 * Gives the memory of an array back, to be taken again. Nobody may look at it any more. Of another copy of the library,
 * whose class is another, it is left to be collected.
 */
export function give(x: NDArray): void {
  if (x instanceof NDArray) giveData(x.data);
}

/**
 * A shape seen from a run of neighbouring dimensions `[start, end)`: how many blocks come before it, how many elements
 * are along it, how many lie within one step of it.
 */
export function around(shape: Shape, start: number, end: number): [outer: number, length: number, inner: number] {
  return [sizeOf(shape.slice(0, start)), sizeOf(shape.slice(start, end)), sizeOf(shape.slice(end))];
}

/** A shape without its dimensions `[start, end)`. */
export function without(shape: Shape, start: number, end: number): Shape {
  return [...shape.slice(0, start), ...shape.slice(end)];
}

/** One element of an array, for a message about it. */
export function elementOf({ data }: NDArray, at: number): number {
  return data[at];
}
