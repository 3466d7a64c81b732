import { type Node, record, run } from "../autograd/tape.ts";
import { isTensor, tensorBrand } from "../base/brand.ts";
import { type Data, type Dtype, type Shape, sizeOf } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import type { NDArray } from "../kernels/array.ts";
import type { Op } from "../ops/op.ts";
import * as compare from "./compare.ts";
import * as elementwise from "./elementwise.ts";
import * as gradients from "./gradients.ts";
import * as indexing from "./indexing.ts";
import * as inPlace from "./inPlace.ts";
import * as products from "./matmul.ts";
import type { RandomOptions, VersionedRandomOptions } from "./random.ts";
import * as random from "./random.ts";
import * as reading from "./reading.ts";
import type { KeepdimOptions, VarianceOptions } from "./reduce.ts";
import * as reduce from "./reduce.ts";
import * as shaping from "./shape.ts";

export type { KeepdimOptions, RandomOptions, VarianceOptions, VersionedRandomOptions };

/** What an operation accepts as its second operand. */
export type Operand = Tensor | number | boolean;

/** Plain nested arrays, as deep as the tensor has dimensions. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Arrays of whole numbers, nested as often as there are dimensions. */
export type WholeNumbers = readonly (number | WholeNumbers)[];

/** What names places, classes or rows: an int32 tensor, or arrays of whole numbers. */
export type Indices = Tensor | WholeNumbers;

/** Called with a gradient on its way; may return another to take its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
export type GradientHook = (g: Tensor) => Tensor | void;

/** What registering a hook returns. */
export interface HookHandle {
  /** Takes the hook away again. */
  remove(): void;
}

/** Values, and where they stood. */
export interface ValuesAndIndices {
  /** The values found. */
  readonly values: Tensor;
  /** Their positions along the dimension, int32. */
  readonly indices: Tensor;
}

/**
 * An array of numbers of any shape, that remembers how it was made, so that gradients can be taken.
 *
 * Elements lie row-major in one typed array. `reshape`, `view`, `flatten`, `squeeze`, `unsqueeze` and `detach` share
 * the memory of their source; every other operation makes its own. Tensors are garbage-collected like any value.
 *
 * Two operands broadcast as in NumPy and PyTorch, and meet in PyTorch's promoted dtype; a number with no fraction
 * counts as a whole number. Dimensions count from 0, negative ones from the end: −1 is the last. Reductions take one,
 * an array of several, or none (or an empty array) for all. Make tensors with `tensor`, `zeros`, `randn` and their kind.
 *
 * @see PyTorch `torch.Tensor`, with four dtypes, no devices and no strides; int32 where PyTorch answers in int64.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 *
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.square().sum().backward();
 * console.log(x.grad);
 * // => tensor([[2., 4.],
 * //         [6., 8.]])
 * ```
 */
export class Tensor {
  /** @internal What stays when a bundler renames the class. */
  static readonly name: string = "Tensor";
  /** @internal The elements. Replaced only by `Module.to`. */
  array: NDArray;
  /** @internal How it was made, if that was recorded. */
  node: Node | null = null;
  /** @internal */
  hooks: Set<GradientHook> | null = null;
  /** @internal */
  retainsGrad = false;
  /** @internal */
  gradient: Tensor | null = null;
  /** @internal */
  wantsGrad = false;

  /** @internal */
  constructor(array: NDArray, node: Node | null = null) {
    if (array?.isHidden === undefined) refuseRaw(array);
    this.array = array;
    this.node = node;
  }

  /** @internal On the prototype: each tensor has fewer fields. */
  get [tensorBrand](): true {
    return true;
  }

  /**
   * The sizes of the dimensions, outermost first; `[]` for a single number.
   * @see PyTorch `Tensor.shape`; here a plain array.
   * @category Values
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3]).shape); // => [ 2, 3 ]
   * ```
   */
  get shape(): readonly number[] {
    return this.array.shape;
  }

  /**
   * The type of the elements: `"float32"`, `"float64"`, `"int32"` or `"bool"`.
   * @see PyTorch `Tensor.dtype`; here a string.
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).dtype, tensor([1, 2]).gt(1).dtype); // => float32 bool
   * ```
   */
  get dtype(): Dtype {
    return this.array.dtype;
  }

  /**
   * The number of dimensions, `shape.length`.
   * @see PyTorch `Tensor.ndim`.
   * @category Values
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3]).ndim); // => 2
   * ```
   */
  get ndim(): number {
    return this.array.shape.length;
  }

  /**
   * The elements themselves, row-major; a bool is a byte, 0 or 1. Writing here goes unnoticed by the tape: use
   * {@link Tensor.copy_} or {@link Tensor.fill_}.
   * @see PyTorch `Tensor.numpy`. `Tensor.data` there is a tensor: here {@link Tensor.detach}.
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 4]]).data); // => Float32Array(4) [ 1, 2, 3, 4 ]
   * ```
   */
  get data(): Data {
    return this.array.shown("data");
  }

  /**
   * Whether gradients flow to it: it was asked for with `requiresGrad`, or made from something that was. May be set
   * on a leaf.
   *
   * @throws {@link TensorError} when set to true on int32 or bool, or to false on what was made by an operation.
   * @see PyTorch `Tensor.requires_grad`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const w = tensor([1, 2], { requiresGrad: true });
   * console.log(w.requiresGrad, w.mul(2).requiresGrad); // => true true
   * ```
   */
  get requiresGrad(): boolean {
    return this.node !== null || this.wantsGrad;
  }

  set requiresGrad(value: boolean) {
    gradients.setRequiresGrad(this, value);
  }

  /**
   * The gradient that `backward` has added up here, or null. Assign null to clear it.
   *
   * @throws {@link TensorError} when set to anything but null or a tensor of the same shape and dtype.
   * @see PyTorch `Tensor.grad`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const w = tensor([1, 2], { requiresGrad: true });
   * w.square().sum().backward();
   * console.log(w.grad); // => tensor([2., 4.])
   * w.grad = null;
   * ```
   */
  get grad(): Tensor | null {
    return gradients.gradOf(this);
  }

  set grad(value: Tensor | null) {
    gradients.setGrad(this, value);
  }

  /**
   * Whether it was made by no recorded operation. `backward` adds up gradients in leaves.
   * @see PyTorch `Tensor.is_leaf`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const w = tensor([1, 2], { requiresGrad: true });
   * console.log(w.isLeaf, w.mul(2).isLeaf); // => true false
   * ```
   */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /**
   * The number of elements, the product of the sizes.
   * @see PyTorch `torch.numel`.
   * @category Values
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3]).numel()); // => 6
   * ```
   */
  numel(): number {
    return this.array.data.length || sizeOf(this.array.shape); // the memory may be gone
  }

  /**
   * The one element, as a number, or as a boolean where the dtype is bool: `x.item<boolean>()` has that type.
   *
   * @throws {@link TensorError} if there are more elements than one, or none.
   * @see PyTorch `Tensor.item`.
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).sum().item()); // => 3
   * console.log(tensor([1, 2]).gt(0).all().item<boolean>()); // => true
   * ```
   */
  item<T extends number | boolean = number>(): T {
    return reading.item(this);
  }

  /**
   * The elements as nested arrays, booleans where the dtype is bool; a single number for a tensor of no dimensions.
   * `x.toArray<number[][]>()` has that type.
   * @see PyTorch `Tensor.tolist`.
   * @category Values
   *
   * @example
   * ```ts
   * import { arange } from "evenkeel";
   *
   * console.log(arange(4).reshape(2, 2).toArray()); // => [ [ 0, 1 ], [ 2, 3 ] ]
   * ```
   */
  toArray<T = NestedArray>(): T {
    return reading.toArray(this);
  }

  /**
   * What `JSON.stringify` writes: the elements as {@link Tensor.toArray} has them, NaN and infinities as null.
   *
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(JSON.stringify({ x: tensor([[1], [2]]) })); // => {"x":[[1],[2]]}
   * ```
   */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /**
   * The text that `console.log` and notebooks show: four digits, and of more than 1000 elements only the edges.
   * @see PyTorch prints the same, but spells `requires_grad`, `grad_fn`, `True` and `torch.float64`.
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(String(tensor([1, 2.5]))); // => tensor([1.0000, 2.5000])
   * ```
   */
  toString(): string {
    return reading.textOf(this);
  }

  /** @internal What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal What notebooks show. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }

  /**
   * The parts along the first dimension, one after the other: `for (const row of x)`. A single number is not iterable, as in
   * PyTorch.
   * @see PyTorch iterates so too, over views; these are copies, through which gradients flow back.
   * @category Values
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * for (const row of tensor([[1, 2], [3, 4]])) console.log(row.sum().item());
   * // => 3
   * // 7
   * ```
   */
  get [Symbol.iterator](): () => IterableIterator<Tensor> {
    return (this.ndim === 0 ? undefined : reading.rowsOf) as never; // test frameworks iterate down to single numbers
  }

  // ── Gradients ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Adds the gradient of this tensor to the `.grad` of every leaf that it was made from and that wants one.
   *
   * The tape stays as long as this tensor does, so that it can be called again; it adds up.
   *
   * @param gradient - the gradient at this tensor, of its shape. Default: 1, for a tensor of one element.
   * @throws {@link TensorError} if there is no graph; if there are more elements than one and no `gradient`; if what
   * the tape needs has been changed in place.
   * @see PyTorch `Tensor.backward`, without `retain_graph`, since the tape stays, and without `inputs`: for those there
   * is `grad(y, inputs)`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const w = tensor([1, 2, 3], { requiresGrad: true });
   * w.mul(w).sum().backward();
   * console.log(w.grad); // => tensor([2., 4., 6.])
   * ```
   */
  backward(
    gradient?: Tensor | null,
    options?: {
      /** Whether the gradients can be differentiated in their turn. Default `false`. */
      readonly createGraph?: boolean;
    },
  ): void {
    gradients.backward(this, gradient, options);
  }

  /** @internal Adds to the gradient, as `backward` does; a method, since a leaf may be another copy's. */
  accumulate(g: Tensor, createGraph: boolean, owned: Set<Tensor>): void {
    gradients.accumulate(this, g, createGraph, owned);
  }

  /** @internal The gradient, for those who only read its numbers and keep nothing of it. */
  hiddenGrad(): Tensor | null {
    return this.gradient;
  }

  /** @internal Forgets the gradient; its memory is taken again if nobody has ever asked for it. */
  clearGrad(): void {
    gradients.clearGrad(this);
  }

  /**
   * The same values with no graph behind them, in the same memory.
   * @see PyTorch `Tensor.detach`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1], { requiresGrad: true }).mul(2).detach().requiresGrad); // => false
   * ```
   */
  detach(): Tensor {
    return new Tensor(this.array);
  }

  /**
   * The same values in memory of their own; gradients pass through.
   * @see PyTorch `torch.clone`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * const x = zeros([2]);
   * const y = x.clone();
   * x.fill_(7);
   * console.log(y); // => tensor([0., 0.])
   * ```
   */
  clone(): Tensor {
    return elementwise.clone(this);
  }

  /**
   * Has `backward` keep the gradient of this tensor too, though it is not a leaf.
   *
   * @throws {@link TensorError} if it needs no gradient.
   * @see PyTorch `Tensor.retain_grad`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const h = tensor([1, 2], { requiresGrad: true }).mul(3);
   * h.retainGrad();
   * h.sum().backward();
   * console.log(h.grad); // => tensor([1., 1.])
   * ```
   */
  retainGrad(): void {
    gradients.retainGrad(this);
  }

  /**
   * Calls `hook` with each gradient that arrives here, summed over all its ways; what it returns, if anything, goes on
   * in its place. Hooks run in the order of registration.
   *
   * @throws {@link TensorError} if this tensor needs no gradient, or, during the walk, if the hook returns something of
   * another shape or dtype.
   * @see PyTorch `Tensor.register_hook`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([1, 2], { requiresGrad: true });
   * const handle = x.registerHook((g) => g.clamp(-1, 1));
   * x.mul(10).sum().backward();
   * console.log(x.grad); // => tensor([1., 1.])
   * handle.remove();
   * ```
   */
  registerHook(hook: GradientHook): HookHandle {
    return gradients.registerHook(this, hook);
  }

  /**
   * Applies an operation of your own to this tensor and others: `x.apply(op, …others)` is `apply(op, x, …others)`.
   *
   * @throws {@link TensorError} if another is not a tensor.
   * @see PyTorch `torch.autograd.Function.apply`.
   * @category Gradients
   *
   * @example
   * ```ts
   * import { type Primitive, tensor } from "evenkeel";
   *
   * const double: Primitive = { name: "double", forward: (k, x) => k.add(x, x), vjp: [(g) => g.mul(2)] };
   * console.log(tensor([1, 2]).apply(double)); // => tensor([2., 4.])
   * ```
   */
  apply(op: Op, ...others: Tensor[]): Tensor {
    return apply(op, this, ...others);
  }

  /** @internal The same, for operations, which know tensors as a type only. */
  through(op: Op, ...others: Tensor[]): Tensor {
    return apply(op, this, ...others);
  }

  /** @internal A tensor around an array, with no graph. */
  wrap(array: NDArray): Tensor {
    return new Tensor(array);
  }

  // ── Arithmetic ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * `y = x + b`, broadcasting. Of two bools: whether either is true.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.add`, without `alpha`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1], [2]]).add(tensor([10, 20])));
   * // => tensor([[11., 21.],
   * //         [12., 22.]])
   * ```
   */
  add(b: Operand): Tensor {
    return elementwise.add(this, b);
  }

  /**
   * `y = x − b`, broadcasting.
   *
   * @throws {@link TensorError} for bools, or if the shapes do not broadcast.
   * @see PyTorch `torch.sub`, without `alpha`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([5, 7]).sub(tensor([1, 2]))); // => tensor([4., 5.])
   * ```
   */
  sub(b: Operand): Tensor {
    return elementwise.sub(this, b);
  }

  /**
   * `y = x·b`, elementwise, broadcasting. Of two bools: whether both are true.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.mul`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).mul(tensor([2, 0, -1]))); // => tensor([ 2.,  0., -3.])
   * ```
   */
  mul(b: Operand): Tensor {
    return elementwise.mul(this, b);
  }

  /**
   * `y = x/b`, elementwise, broadcasting; whole numbers give float32.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.div`, without `rounding_mode`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 3], { dtype: "int32" }).div(2)); // => tensor([0.5000, 1.5000])
   * ```
   */
  div(b: Operand): Tensor {
    return elementwise.div(this, b);
  }

  /**
   * `y = −x`.
   *
   * @throws {@link TensorError} for a bool tensor.
   * @see PyTorch `torch.neg`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, -2]).neg()); // => tensor([-1.,  2.])
   * ```
   */
  neg(): Tensor {
    return elementwise.neg(this);
  }

  /**
   * `y = xᵇ`, elementwise, broadcasting. For `b` of 0 the gradient is 0, also at `x = 0`.
   *
   * @throws {@link TensorError} for whole numbers to a negative number, or if the shapes do not broadcast.
   * @see PyTorch `torch.pow`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).pow(2)); // => tensor([1., 4., 9.])
   * ```
   */
  pow(b: Operand): Tensor {
    return elementwise.pow(this, b);
  }

  /**
   * `y = eˣ`; whole numbers give float32.
   * @see PyTorch `torch.exp`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([0, 1]).exp()); // => tensor([1.0000, 2.7183])
   * ```
   */
  exp(): Tensor {
    return elementwise.exp(this);
  }

  /**
   * `y = ln x`, −∞ at 0 and NaN below; whole numbers give float32.
   * @see PyTorch `torch.log`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 0]).log()); // => tensor([0.0000, 0.6931,   -inf])
   * ```
   */
  log(): Tensor {
    return elementwise.log(this);
  }

  /**
   * `y = ln(1 + x)`, precise near 0; whole numbers give float32.
   * @see PyTorch `torch.log1p`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor(1e-10).log1p().item() > 0, tensor(1e-10).add(1).log().item() > 0); // => true false
   * ```
   */
  log1p(): Tensor {
    return elementwise.log1p(this);
  }

  /**
   * `y = √x`, NaN below 0; whole numbers give float32. The gradient at 0 is infinite.
   * @see PyTorch `torch.sqrt`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([0, 4, 9]).sqrt()); // => tensor([0., 2., 3.])
   * ```
   */
  sqrt(): Tensor {
    return elementwise.sqrt(this);
  }

  /**
   * `y = 1/√x`, ∞ at 0 and NaN below; whole numbers give float32.
   * @see PyTorch `torch.rsqrt`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([4, 16]).rsqrt()); // => tensor([0.5000, 0.2500])
   * ```
   */
  rsqrt(): Tensor {
    return elementwise.rsqrt(this);
  }

  /**
   * `y = x²`.
   * @see PyTorch `torch.square`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-2, 3]).square()); // => tensor([4., 9.])
   * ```
   */
  square(): Tensor {
    return this.pow(2);
  }

  /**
   * `y = |x|`; the gradient at 0 is 0.
   *
   * @throws {@link TensorError} for a bool tensor.
   * @see PyTorch `torch.abs`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-2, 3]).abs()); // => tensor([2., 3.])
   * ```
   */
  abs(): Tensor {
    return elementwise.abs(this);
  }

  /**
   * `y = −1`, `0` or `1`, as `x` is below, at or above 0; the gradient is 0.
   * @see PyTorch `torch.sign`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-2, 0, 3]).sign()); // => tensor([-1.,  0.,  1.])
   * ```
   */
  sign(): Tensor {
    return elementwise.sign(this);
  }

  /**
   * `y = tanh x = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)`; whole numbers give float32.
   * @see PyTorch `torch.tanh`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 1]).tanh()); // => tensor([-0.7616,  0.0000,  0.7616])
   * ```
   */
  tanh(): Tensor {
    return elementwise.tanh(this);
  }

  /**
   * `y = 1/(1 + e⁻ˣ)`; whole numbers give float32.
   * @see PyTorch `torch.sigmoid`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 1]).sigmoid()); // => tensor([0.2689, 0.5000, 0.7311])
   * ```
   */
  sigmoid(): Tensor {
    return elementwise.sigmoid(this);
  }

  /**
   * `y = max(x, 0)`; the gradient at 0 is 0.
   * @see PyTorch `torch.relu`, which refuses bools.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 2]).relu()); // => tensor([0., 0., 2.])
   * ```
   */
  relu(): Tensor {
    return elementwise.relu(this);
  }

  /**
   * `y = x·Φ(x)`, `Φ` the normal distribution function; with `approximate: "tanh"`
   * `y = ½x(1 + tanh(√(2/π)(x + 0.044715x³)))`.
   *
   * @throws {@link TensorError} for an unknown approximation.
   * @see PyTorch `torch.nn.functional.gelu`, which refuses whole numbers; here they give float32.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 1]).gelu()); // => tensor([-0.1587,  0.0000,  0.8413])
   * console.log(tensor([-1, 0, 1]).gelu({ approximate: "tanh" })); // => tensor([-0.1588,  0.0000,  0.8412])
   * ```
   */
  gelu(options?: {
    /** `"none"` for the error function, `"tanh"` for the approximation. Default `"none"`. */
    readonly approximate?: "none" | "tanh";
  }): Tensor {
    return elementwise.gelu(this, options);
  }

  /**
   * `y = 2/√π·∫₀ˣ e^(−t²) dt`; whole numbers give float32.
   * @see PyTorch `torch.erf`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 1]).erf()); // => tensor([-0.8427,  0.0000,  0.8427])
   * ```
   */
  erf(): Tensor {
    return elementwise.erf(this);
  }

  /**
   * `y = ln(1 + e^(beta·x))/beta`, and `x` itself where `beta·x > threshold`.
   * @see PyTorch `torch.nn.functional.softplus`, which refuses whole numbers; here they give float32.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-1, 0, 30]).softplus()); // => tensor([ 0.3133,  0.6931, 30.0000])
   * ```
   */
  softplus(options?: {
    /** Sharpness. Default `1`. */
    readonly beta?: number;
    /** Where the straight line takes over. Default `20`. */
    readonly threshold?: number;
  }): Tensor {
    return elementwise.softplus(this, options);
  }

  /**
   * `y = sin x`, in radians; whole numbers give float32.
   * @see PyTorch `torch.sin`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([0, Math.PI / 2]).sin()); // => tensor([0., 1.])
   * ```
   */
  sin(): Tensor {
    return elementwise.sin(this);
  }

  /**
   * `y = cos x`, in radians; whole numbers give float32.
   * @see PyTorch `torch.cos`.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([0, Math.PI]).cos()); // => tensor([ 1., -1.])
   * ```
   */
  cos(): Tensor {
    return elementwise.cos(this);
  }

  /**
   * `y = min(max(x, min), max)`; the gradient is 1 within the bounds and on them. A bound of null or undefined is none;
   * one that int32 cannot hold (a fraction, an infinity, NaN) makes float32 of it.
   *
   * @throws {@link TensorError} for a bool tensor, if both bounds are missing, or one is not a number.
   * @see PyTorch `torch.clamp`, where the bounds may be tensors: here {@link Tensor.maximum} and
   * {@link Tensor.minimum}.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([-2, 0, 2]).clamp(-1, 1)); // => tensor([-1.,  0.,  1.])
   * ```
   */
  clamp(min: number | null | undefined, max?: number | null): Tensor {
    return compare.clamp(this, min, max);
  }

  /**
   * `y = max(x, b)`, elementwise, broadcasting; NaN where either is. Equals share the gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.maximum`, which takes tensors only.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 5]).maximum(tensor([3, 2]))); // => tensor([3., 5.])
   * ```
   */
  maximum(b: Operand): Tensor {
    return compare.maximum(this, b);
  }

  /**
   * `y = min(x, b)`, elementwise, broadcasting; NaN where either is. Equals share the gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.minimum`, which takes tensors only.
   * @category Arithmetic
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 5]).minimum(tensor([3, 2]))); // => tensor([1., 2.])
   * ```
   */
  minimum(b: Operand): Tensor {
    return compare.minimum(this, b);
  }

  // ── Comparison: bool tensors, without gradient ────────────────────────────────────────────────────────────────────

  /**
   * `y = (x = b)`, broadcasting; bool, without gradient. NaN equals nothing.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.eq`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).eq(2)); // => tensor([false,  true, false])
   * ```
   */
  eq(b: Operand): Tensor {
    return compare.eq(this, b);
  }

  /**
   * `y = (x ≠ b)`, broadcasting; bool, without gradient. NaN differs from everything.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.ne`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).ne(2)); // => tensor([ true, false,  true])
   * ```
   */
  ne(b: Operand): Tensor {
    return compare.ne(this, b);
  }

  /**
   * `y = (x < b)`, broadcasting; bool, without gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.lt`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).lt(2)); // => tensor([ true, false, false])
   * ```
   */
  lt(b: Operand): Tensor {
    return compare.lt(this, b);
  }

  /**
   * `y = (x ≤ b)`, broadcasting; bool, without gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.le`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).le(2)); // => tensor([ true,  true, false])
   * ```
   */
  le(b: Operand): Tensor {
    return compare.le(this, b);
  }

  /**
   * `y = (x > b)`, broadcasting; bool, without gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.gt`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).gt(2)); // => tensor([false, false,  true])
   * ```
   */
  gt(b: Operand): Tensor {
    return compare.gt(this, b);
  }

  /**
   * `y = (x ≥ b)`, broadcasting; bool, without gradient.
   *
   * @throws {@link TensorError} if the shapes do not broadcast.
   * @see PyTorch `torch.ge`.
   * @category Comparison
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).ge(2)); // => tensor([false,  true,  true])
   * ```
   */
  ge(b: Operand): Tensor {
    return compare.ge(this, b);
  }

  // ── Products ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The matrix product, `y[i][j] = Σₖ x[i][k]·b[k][j]`. Lists of numbers count as a row on the left and as a column on
   * the right; further dimensions are batches, and broadcast.
   *
   * Shapes: `[m, k]·[k, n]` → `[m, n]`; `[k]·[k]` → `[]`; `[…, m, k]·[…, k, n]` → `[…, m, n]`.
   *
   * @throws {@link TensorError} if the inner sizes differ, the batches do not broadcast, an operand is one number, or
   * both are bool.
   * @see PyTorch `torch.matmul`, which refuses operands of different dtypes; here they are promoted.
   * @category Products
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1]))); // => tensor([3., 7.])
   * ```
   */
  matmul(b: Tensor): Tensor {
    return products.multiply("matmul", this, b, false);
  }

  /** @internal `x·bᵀ` for a matrix `b`, without transposing it in memory. */
  matmulTransposed(where: string, b: Tensor): Tensor {
    return products.multiply(where, this, b, true);
  }

  /**
   * `y = Σ x·b`, of two lists of equal length.
   *
   * Shapes: `[n]·[n]` → `[]`.
   *
   * @throws {@link TensorError} if either has not one dimension, the lengths differ, or both are bool.
   * @see PyTorch `torch.dot`, which refuses operands of different dtypes; here they are promoted.
   * @category Products
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).dot(tensor([1, 0, 2])).item()); // => 7
   * ```
   */
  dot(b: Tensor): Tensor {
    return products.dot(this, b);
  }

  /**
   * `y[i][j] = x[i]·b[j]`, of two lists.
   *
   * Shapes: `[m]`, `[n]` → `[m, n]`.
   *
   * @throws {@link TensorError} if either has not one dimension.
   * @see PyTorch `torch.outer`.
   * @category Products
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).outer(tensor([1, 10, 100])));
   * // => tensor([[  1.,  10., 100.],
   * //         [  2.,  20., 200.]])
   * ```
   */
  outer(b: Tensor): Tensor {
    return products.outer(this, b);
  }

  // ── Reductions ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * `y = Σ x`, of all elements, or over one or several dimensions; 0 of none. Bools count as whole numbers.
   *
   * Shapes: `[]`, or the shape without the dimensions summed over.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.sum`, which sums int32 and bool in int64; here they give int32, and wrap.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { ones } from "evenkeel";
   *
   * console.log(ones([2, 3]).sum().item()); // => 6
   * console.log(ones([2, 3]).sum(0, { keepdim: true })); // => tensor([[2., 2., 2.]])
   * ```
   */
  sum(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.sum(this, dim, options);
  }

  /** @internal The sum that undoes broadcasting from `shape`. */
  sumToSize(shape: Shape): Tensor {
    return reduce.sumToSize(this, shape);
  }

  /**
   * `y = Σ x/count`, of all elements, or over one or several dimensions; NaN of none.
   *
   * Shapes: `[]`, or the shape without the dimensions averaged over.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension that does not exist.
   * @see PyTorch `torch.mean`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 6]]).mean(0)); // => tensor([2., 4.])
   * ```
   */
  mean(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.mean(this, dim, options);
  }

  /**
   * `y = Π x`, of all elements, or over one dimension; 1 of none. The gradient holds at zeros too.
   *
   * Shapes: `[]`, or the shape without `dim`.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.prod`, which multiplies int32 and bool in int64; here they give int32, and wrap.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([2, 3, 4]).prod().item()); // => 24
   * ```
   */
  prod(dim?: number, options?: KeepdimOptions): Tensor {
    return reduce.prod(this, dim, options);
  }

  /**
   * The largest element, or NaN if there is one; equals share the gradient.
   *
   * @throws {@link TensorError} for a tensor of no elements.
   * @see PyTorch `torch.max`; of two tensors it is {@link Tensor.maximum}.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 5], [7, 3]]).max().item()); // => 7
   * ```
   */
  max(): Tensor;
  /**
   * The largest element along a dimension, and where it first stands; the gradient goes there.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.max` with `dim`, whose indices are int64; here they are int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const { values, indices } = tensor([[1, 5], [7, 3]]).max(1);
   * console.log(values, indices); // => tensor([5., 7.]) tensor([1, 0])
   * ```
   */
  max(dim: number, options?: KeepdimOptions): ValuesAndIndices;
  max(dim?: number, options?: KeepdimOptions): Tensor | ValuesAndIndices {
    return reduce.max(this, dim, options);
  }

  /**
   * The smallest element, or NaN if there is one; equals share the gradient.
   *
   * @throws {@link TensorError} for a tensor of no elements.
   * @see PyTorch `torch.min`; of two tensors it is {@link Tensor.minimum}.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 5], [7, 3]]).min().item()); // => 1
   * ```
   */
  min(): Tensor;
  /**
   * The smallest element along a dimension, and where it first stands; the gradient goes there.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.min` with `dim`, whose indices are int64; here they are int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const { values, indices } = tensor([[1, 5], [7, 3]]).min(1);
   * console.log(values, indices); // => tensor([1., 3.]) tensor([0, 1])
   * ```
   */
  min(dim: number, options?: KeepdimOptions): ValuesAndIndices;
  min(dim?: number, options?: KeepdimOptions): Tensor | ValuesAndIndices {
    return reduce.min(this, dim, options);
  }

  /**
   * The largest of all elements, or over one or several dimensions; NaN if there is one. Equals share the gradient.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.amax`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 5], [7, 3]]).amax(0)); // => tensor([7., 5.])
   * ```
   */
  amax(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.amax(this, dim, options);
  }

  /**
   * The smallest of all elements, or over one or several dimensions; NaN if there is one. Equals share the gradient.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.amin`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 5], [7, 3]]).amin(0)); // => tensor([1., 3.])
   * ```
   */
  amin(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.amin(this, dim, options);
  }

  /**
   * Where the largest element first stands, in the flattened tensor or along one dimension; NaN counts as the largest.
   *
   * Shapes: `[]`, or the shape without `dim`.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.argmax`, which gives int64; here it is int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([[1, 5], [7, 3]]);
   * console.log(x.argmax().item(), x.argmax(1)); // => 2 tensor([1, 0])
   * ```
   */
  argmax(dim?: number, options?: KeepdimOptions): Tensor {
    return reduce.argmax(this, dim, options);
  }

  /**
   * Where the smallest element first stands, in the flattened tensor or along one dimension; NaN counts as the
   * smallest.
   *
   * Shapes: `[]`, or the shape without `dim`.
   *
   * @throws {@link TensorError} if the dimension is not there, or is of size 0.
   * @see PyTorch `torch.argmin`, which gives int64; here it is int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([[1, 5], [7, 3]]);
   * console.log(x.argmin().item(), x.argmin(1)); // => 0 tensor([0, 1])
   * ```
   */
  argmin(dim?: number, options?: KeepdimOptions): Tensor {
    return reduce.argmin(this, dim, options);
  }

  /**
   * Whether any element is not zero, of all or over one or several dimensions; bool, and false of none.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.any`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 0], [0, 0]]).any(1)); // => tensor([ true, false])
   * ```
   */
  any(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.any(this, dim, options);
  }

  /**
   * Whether every element is not zero, of all or over one or several dimensions; bool, and true of none.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.all`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 0], [2, 3]]).all(1)); // => tensor([false,  true])
   * ```
   */
  all(dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.all(this, dim, options);
  }

  /**
   * The variance of all elements, or over one or several dimensions: `y = Σ(x − mean)²/(count − correction)`.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension that does not exist.
   * @see PyTorch `torch.var`, unbiased by default as here; without `unbiased`, which is `correction` 1 or 0.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([1, 2, 3, 4]);
   * console.log(x.var().item(), x.var(0, { correction: 0 }).item()); // => 1.6666666269302368 1.25
   * ```
   */
  var(dim?: number | readonly number[], options?: VarianceOptions): Tensor {
    return reduce.variance(this, dim, options);
  }

  /**
   * The standard deviation, `y = √var`, as {@link Tensor.var}; the gradient is 0 where it is.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension that does not exist.
   * @see PyTorch `torch.std`, unbiased by default as here; without `unbiased`, which is `correction` 1 or 0.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 3], [4, 4]]).std(1, { correction: 0 })); // => tensor([1., 0.])
   * ```
   */
  std(dim?: number | readonly number[], options?: VarianceOptions): Tensor {
    return reduce.std(this, dim, options);
  }

  /**
   * The p-norm of all elements, or over one or several dimensions: `y = (Σ|x|ᵖ)^(1/p)`; the largest `|x|` for
   * `Infinity`, the smallest for `-Infinity`, the number of non-zeros for 0. The gradient is 0 where the norm is.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @param p - the order, any number. Default 2.
   * @throws {@link TensorError} for whole numbers and bools, a `p` that is not a number, or a dimension that does not exist.
   * @see PyTorch `torch.linalg.vector_norm`, and `torch.norm` without `"fro"` and `"nuc"`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([3, -4]).norm().item(), tensor([3, -4]).norm(1).item()); // => 5 7
   * ```
   */
  norm(p = 2, dim?: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.norm(this, p, dim, options);
  }

  /**
   * `y = ln Σ eˣ` over one or several dimensions, without overflow; whole numbers give float32.
   *
   * Shapes: the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.logsumexp`.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1000, 1000]).logsumexp(0).item()); // => 1000.6931762695312
   * ```
   */
  logsumexp(dim: number | readonly number[], options?: KeepdimOptions): Tensor {
    return reduce.logsumexp(this, dim, options);
  }

  /**
   * `y = eˣ/Σ eˣ` along a dimension, without overflow.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.softmax`, without `dtype`; it refuses whole numbers, which here give float32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 1, 2]).softmax(0)); // => tensor([0.2119, 0.2119, 0.5761])
   * ```
   */
  softmax(dim: number): Tensor {
    return reduce.softmax(this, dim);
  }

  /**
   * `y = x − ln Σ eˣ` along a dimension, without overflow.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.log_softmax`, without `dtype`; it refuses whole numbers, which here give float32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 1, 2]).logSoftmax(0)); // => tensor([-1.5514, -1.5514, -0.5514])
   * ```
   */
  logSoftmax(dim: number): Tensor {
    return reduce.logSoftmax(this, dim);
  }

  /**
   * The running sum along a dimension, `y[i] = Σ x[j]` over `j ≤ i`.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.cumsum`, without `dtype`; it sums int32 and bool in int64, which here give int32, and wrap.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2, 3]).cumsum(0)); // => tensor([1., 3., 6.])
   * ```
   */
  cumsum(dim: number): Tensor {
    return reduce.cumsum(this, dim);
  }

  /**
   * The elements in order along a dimension, and where they stood. Stable; NaN counts as the largest.
   *
   * @param dim - default −1, the last.
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.sort` with `stable=True`, whose indices are int64; here they are int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const { values, indices } = tensor([3, 1, 2]).sort();
   * console.log(values, indices); // => tensor([1., 2., 3.]) tensor([1, 2, 0])
   * ```
   */
  sort(
    dim = -1,
    options?: {
      /** Largest first. Default `false`. */
      readonly descending?: boolean;
    },
  ): ValuesAndIndices {
    return reduce.sort(this, dim, options);
  }

  /**
   * The `k` largest elements along a dimension, largest first, and where they stood.
   *
   * Shapes: `dim` becomes of size `k`.
   *
   * @param dim - default −1, the last.
   * @throws {@link TensorError} if there are fewer than `k`, or no such dimension.
   * @see PyTorch `torch.topk`, without `sorted`: always sorted, and of equals the earlier first. Its indices are int64;
   * here they are int32.
   * @category Reductions
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const { values, indices } = tensor([3, 1, 4, 2]).topk(2);
   * console.log(values, indices); // => tensor([4., 3.]) tensor([2, 0])
   * ```
   */
  topk(
    k: number,
    dim = -1,
    options?: {
      /** `false` for the smallest, smallest first. Default `true`. */
      readonly largest?: boolean;
    },
  ): ValuesAndIndices {
    return reduce.topk(this, k, dim, options);
  }

  // ── Shape ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The same elements, in the same memory, under another shape. One size may be −1, to be worked out.
   *
   * @param shape - one array, or the numbers themselves.
   * @throws {@link TensorError} if the number of elements differs.
   * @see PyTorch `torch.reshape`, which may copy; here nothing is copied.
   * @category Shape
   *
   * @example
   * ```ts
   * import { arange } from "evenkeel";
   *
   * console.log(arange(6).reshape(2, -1).shape); // => [ 2, 3 ]
   * ```
   */
  reshape(...shape: number[] | [readonly number[]]): Tensor {
    return shaping.reshape("reshape", this, shape);
  }

  /**
   * {@link Tensor.reshape} under PyTorch's other name: every tensor here is contiguous.
   *
   * @param shape - one array, or the numbers themselves.
   * @throws {@link TensorError} if the number of elements differs.
   * @see PyTorch `Tensor.view`, without a dtype in place of the shape.
   * @category Shape
   *
   * @example
   * ```ts
   * import { arange } from "evenkeel";
   *
   * console.log(arange(6).view(3, 2).shape); // => [ 3, 2 ]
   * ```
   */
  view(...shape: number[] | [readonly number[]]): Tensor {
    return shaping.reshape("view", this, shape);
  }

  /**
   * Dimensions of size one repeated to the sizes given, and new ones added in front; −1 keeps a size.
   *
   * @param shape - one array, or the numbers themselves.
   * @throws {@link TensorError} if a size other than one would have to change.
   * @see PyTorch `Tensor.expand`, whose result shares memory; here it is a copy.
   * @category Shape
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1], [2]]).expand(-1, 3));
   * // => tensor([[1., 1., 1.],
   * //         [2., 2., 2.]])
   * ```
   */
  expand(...shape: number[] | [readonly number[]]): Tensor {
    return shaping.expand(this, shape);
  }

  /**
   * The whole repeated so many times along each dimension; further counts add dimensions in front.
   *
   * Shapes: `[a, b]`, `times` of `[p, q]` → `[p·a, q·b]`.
   *
   * @param times - one array, or the numbers themselves.
   * @throws {@link TensorError} if there are fewer numbers than dimensions.
   * @see PyTorch `Tensor.repeat`.
   * @category Shape
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).repeat(2, 3));
   * // => tensor([[1., 2., 1., 2., 1., 2.],
   * //         [1., 2., 1., 2., 1., 2.]])
   * ```
   */
  repeat(...times: number[] | [readonly number[]]): Tensor {
    return shaping.repeat(this, times);
  }

  /**
   * The dimensions in another order: dimension `d` of the result is dimension `dims[d]` of `x`.
   *
   * @param dims - one array, or the numbers themselves.
   * @throws {@link TensorError} if not every dimension is named once.
   * @see PyTorch `torch.permute`, whose result shares memory; here it is a copy, unless the order is what it was.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3, 4]).permute(2, 0, 1).shape); // => [ 4, 2, 3 ]
   * ```
   */
  permute(...dims: number[] | [readonly number[]]): Tensor {
    return shaping.permute(this, dims);
  }

  /**
   * Dimensions `startDim` to `endDim` made one, in the same memory; of a single number, a list of one.
   *
   * @param startDim - default 0.
   * @param endDim - itself included. Default −1, the last.
   * @throws {@link TensorError} if `startDim` comes after `endDim`, or either is not there.
   * @see PyTorch `torch.flatten`, which may copy; here nothing is copied.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3, 4]).flatten(1).shape); // => [ 2, 12 ]
   * ```
   */
  flatten(startDim = 0, endDim = -1): Tensor {
    return shaping.flatten(this, startDim, endDim);
  }

  /**
   * Dimensions of size one left out, all of them, or the one named if it is; in the same memory.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.squeeze`, which takes several dimensions too.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([1, 3, 1]).squeeze().shape, zeros([1, 3, 1]).squeeze(0).shape); // => [ 3 ] [ 3, 1 ]
   * ```
   */
  squeeze(dim?: number): Tensor {
    return shaping.squeeze(this, dim);
  }

  /**
   * A dimension of size one put in at `dim`, in the same memory.
   *
   * @throws {@link TensorError} if `dim` is beyond the last but one.
   * @see PyTorch `torch.unsqueeze`.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([3]).unsqueeze(0).shape, zeros([3]).unsqueeze(-1).shape); // => [ 1, 3 ] [ 3, 1 ]
   * ```
   */
  unsqueeze(dim: number): Tensor {
    return shaping.unsqueeze(this, dim);
  }

  /**
   * Two dimensions exchanged.
   *
   * Shapes: `[…, m, …, n, …]` → `[…, n, …, m, …]`.
   *
   * @throws {@link TensorError} for a dimension that does not exist.
   * @see PyTorch `torch.transpose`, whose result shares memory; here it is a copy, unless `a` is `b`.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3, 4]).transpose(0, 2).shape); // => [ 4, 3, 2 ]
   * ```
   */
  transpose(a: number, b: number): Tensor {
    return shaping.transpose(this, a, b);
  }

  /**
   * A matrix transposed; a list or a single number stays as it is.
   *
   * Shapes: `[m, n]` → `[n, m]`.
   *
   * @throws {@link TensorError} if there are more than two dimensions.
   * @see PyTorch `torch.t`, whose result shares memory; here that of a matrix is a copy.
   * @category Shape
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 4]]).t());
   * // => tensor([[1., 3.],
   * //         [2., 4.]])
   * ```
   */
  t(): Tensor {
    return shaping.t(this);
  }

  /**
   * A matrix transposed, as {@link Tensor.t}.
   *
   * @throws {@link TensorError} if there are more than two dimensions.
   * @see PyTorch `Tensor.T`, which reverses any number of dimensions, and shares memory.
   * @category Shape
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([2, 3]).T.shape); // => [ 3, 2 ]
   * ```
   */
  get T(): Tensor {
    return this.t();
  }

  // ── Picking ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Rows by number, pairs by numbers, or elements by mask. Negative numbers count from the end.
   *
   * - `x.index(i)`, `i` int32 of any shape: rows of `x`, shape `[…i.shape, …x.shape.slice(1)]`.
   * - `x.index(i, j)`: `x[i[n], j[n]]` for each `n`, `i` and `j` broadcasting.
   * - `x.index(mask)`, `mask` bool of the shape of `x` or of its first dimensions: where it is true, in order.
   *
   * @throws {@link TensorError} for indices out of range, float indices, or a mask of another shape.
   * @see PyTorch `x[i]`, `x[i, j]` and `x[mask]`; for `x[2]` use {@link Tensor.select}, for `x[1:3]`
   * {@link Tensor.slice}.
   * @category Picking
   *
   * @example
   * ```ts
   * import { arange, tensor } from "evenkeel";
   *
   * const table = arange(6).reshape(3, 2);
   * console.log(table.index(tensor([2, 0], { dtype: "int32" })));
   * // => tensor([[4., 5.],
   * //         [0., 1.]])
   * console.log(table.index(table.gt(3))); // => tensor([4., 5.])
   * ```
   */
  index(i: Indices, j?: Indices): Tensor {
    return indexing.index(this, i, j);
  }

  /**
   * Step `i` along a dimension, which is left out; negative `i` counts from the end.
   *
   * Shapes: the shape without `dim`.
   *
   * @throws {@link TensorError} if `i` or `dim` is out of range.
   * @see PyTorch `torch.select`, whose result shares memory; here it is a copy.
   * @category Picking
   *
   * @example
   * ```ts
   * import { arange } from "evenkeel";
   *
   * console.log(arange(6).reshape(2, 3).select(0, -1)); // => tensor([3., 4., 5.])
   * ```
   */
  select(dim: number, i: number): Tensor {
    return indexing.select(this, dim, i);
  }

  /**
   * Steps `start` to `end` (left out) along a dimension, `step` apart. Negative bounds count from the end, and bounds
   * beyond the end are brought back to it.
   *
   * @param start - default 0, as is null.
   * @param end - default beyond the last, as is null.
   * @param step - default 1.
   * @throws {@link TensorError} for a step below 1, a bound that is not whole, or a dimension that does not exist.
   * @see PyTorch `x[:, start:end:step]`, whose result shares memory; here it is a copy.
   * @category Picking
   *
   * @example
   * ```ts
   * import { arange } from "evenkeel";
   *
   * console.log(arange(10).slice(0, 2, -2, 3)); // => tensor([2., 5.])
   * ```
   */
  slice(dim: number, start: number | null = 0, end: number | null = Number.POSITIVE_INFINITY, step = 1): Tensor {
    return indexing.slice(this, dim, start, end, step);
  }

  /**
   * `y[a][b] = x[a][i[a][b]]` for `dim` 1, and so for others: one element along `dim` for each entry of `i`.
   *
   * Shapes: that of `i`.
   *
   * @throws {@link TensorError} for indices out of range or not int32, or if `i` has another number of dimensions, or
   * is larger than `x` in another than `dim`.
   * @see PyTorch `torch.gather`, which takes int64 indices.
   * @category Picking
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * console.log(x.gather(1, tensor([[1], [0]], { dtype: "int32" })));
   * // => tensor([[2.],
   * //         [3.]])
   * ```
   */
  gather(dim: number, i: Indices): Tensor {
    return indexing.gather(this, dim, i);
  }

  /**
   * `y = value` where the mask is true, else `x`, the two broadcasting.
   *
   * @throws {@link TensorError} if the mask is not bool, `value` not a number, or the shapes do not broadcast.
   * @see PyTorch `Tensor.masked_fill`, which promotes nothing either: the result has the dtype of `x`.
   * @category Picking
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([1, -2, 3]);
   * console.log(x.maskedFill(x.lt(0), 0)); // => tensor([1., 0., 3.])
   * ```
   */
  maskedFill(mask: Tensor, value: number | boolean): Tensor {
    return indexing.maskedFill(this, mask, value);
  }

  /**
   * The elements backwards along these dimensions.
   *
   * @param dims - one array, or the numbers themselves.
   * @throws {@link TensorError} for a dimension that does not exist, or named twice.
   * @see PyTorch `torch.flip`.
   * @category Picking
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 4]]).flip(1));
   * // => tensor([[2., 1.],
   * //         [4., 3.]])
   * ```
   */
  flip(...dims: number[] | [readonly number[]]): Tensor {
    return shaping.flip(this, dims);
  }

  /**
   * The upper triangle of the last two dimensions, from `diagonal` columns right of the main diagonal; zero below.
   *
   * @param diagonal - negative to the left. Default 0.
   * @throws {@link TensorError} if there are fewer than two dimensions, or `diagonal` is not whole.
   * @see PyTorch `torch.triu`.
   * @category Picking
   *
   * @example
   * ```ts
   * import { ones } from "evenkeel";
   *
   * console.log(ones([3, 3]).triu(1));
   * // => tensor([[0., 1., 1.],
   * //         [0., 0., 1.],
   * //         [0., 0., 0.]])
   * ```
   */
  triu(diagonal = 0): Tensor {
    return shaping.triangle("triu", this, diagonal, true);
  }

  /**
   * The lower triangle of the last two dimensions, to `diagonal` columns right of the main diagonal; zero above.
   *
   * @param diagonal - negative to the left. Default 0.
   * @throws {@link TensorError} if there are fewer than two dimensions, or `diagonal` is not whole.
   * @see PyTorch `torch.tril`.
   * @category Picking
   *
   * @example
   * ```ts
   * import { ones } from "evenkeel";
   *
   * console.log(ones([3, 3]).tril());
   * // => tensor([[1., 0., 0.],
   * //         [1., 1., 0.],
   * //         [1., 1., 1.]])
   * ```
   */
  tril(diagonal = 0): Tensor {
    return shaping.triangle("tril", this, diagonal, false);
  }

  /**
   * The diagonal of a matrix, or a matrix with a list on its diagonal and zeros elsewhere.
   *
   * Shapes: `[m, n]` → a list; `[n]` → `[n + |diagonal|, n + |diagonal|]`.
   *
   * @param diagonal - columns to the right of the main one, negative to the left. Default 0.
   * @throws {@link TensorError} if there are not one or two dimensions, or `diagonal` is not whole.
   * @see PyTorch `torch.diag`.
   * @category Picking
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([[1, 2], [3, 4]]).diag()); // => tensor([1., 4.])
   * console.log(tensor([1, 2]).diag());
   * // => tensor([[1., 0.],
   * //         [0., 2.]])
   * ```
   */
  diag(diagonal = 0): Tensor {
    return shaping.diag(this, diagonal);
  }

  /**
   * The same values as another dtype; gradients pass through. To int32 towards zero, to bool whether not zero. Of its
   * own dtype it is itself.
   *
   * @throws {@link TensorError} for an unknown dtype, and where int32 is to hold what it cannot: NaN, or 2³¹.
   * @see PyTorch `Tensor.to`, with a dtype only: there are no devices. NaN as int32 is some number there.
   * @category Shape
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1.7, -1.7]).to("int32")); // => tensor([ 1, -1])
   * ```
   */
  to(dtype: Dtype): Tensor {
    return elementwise.to(this, dtype);
  }

  // ── In place: under noGrad, or on what needs no gradient ──────────────────────────────────────────────────────────

  /**
   * `x ← x + b`, broadcasting `b`; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x` or `b`, outside `noGrad`, or the sum does not fit `x`.
   * @see PyTorch `Tensor.add_`, without `alpha`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * const x = tensor([1, 2]);
   * x.add_(10);
   * console.log(x); // => tensor([11., 12.])
   * ```
   */
  add_(b: Operand): this {
    return inPlace.add_(this, b);
  }

  /**
   * `x ← x − b`, broadcasting `b`; returns `x`.
   *
   * @throws {@link TensorError} for bools, if a gradient is wanted of `x` or `b`, outside `noGrad`, or the difference
   * does not fit `x`.
   * @see PyTorch `Tensor.sub_`, without `alpha`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { noGrad, tensor } from "evenkeel";
   *
   * const w = tensor([1, 2], { requiresGrad: true });
   * w.square().sum().backward();
   * noGrad(() => w.sub_(w.grad?.mul(0.1) ?? 0));
   * console.log(w.detach()); // => tensor([0.8000, 1.6000])
   * ```
   */
  sub_(b: Operand): this {
    return inPlace.sub_(this, b);
  }

  /**
   * `x ← x·b`, elementwise, broadcasting `b`; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x` or `b`, outside `noGrad`, or the product does not fit
   * `x`.
   * @see PyTorch `Tensor.mul_`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).mul_(3)); // => tensor([3., 6.])
   * ```
   */
  mul_(b: Operand): this {
    return inPlace.mul_(this, b);
  }

  /**
   * `x ← x/b`, elementwise, broadcasting `b`; returns `x`.
   *
   * @throws {@link TensorError} for whole numbers, if a gradient is wanted of `x` or `b`, outside `noGrad`, or the
   * quotient does not fit `x`.
   * @see PyTorch `Tensor.div_`, without `rounding_mode`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).div_(4)); // => tensor([0.2500, 0.5000])
   * ```
   */
  div_(b: Operand): this {
    return inPlace.div_(this, b);
  }

  /**
   * `x ← b`, broadcasting, in the dtype of `x`; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x` or `b`, outside `noGrad`, the shape does not fit, or
   * int32 is to hold what it cannot: NaN, or 2³¹.
   * @see PyTorch `Tensor.copy_`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor, zeros } from "evenkeel";
   *
   * console.log(zeros([2, 2]).copy_(tensor([1, 2])));
   * // => tensor([[1., 2.],
   * //         [1., 2.]])
   * ```
   */
  copy_(b: Tensor): this {
    return inPlace.copy_(this, b);
  }

  /**
   * `x ← value` everywhere; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, `value` is no number, or int32
   * cannot hold it.
   * @see PyTorch `Tensor.fill_`, which can be recorded, takes a tensor of one element too, and drops fractions.
   * @category In place
   *
   * @example
   * ```ts
   * import { zeros } from "evenkeel";
   *
   * console.log(zeros([3]).fill_(7)); // => tensor([7., 7., 7.])
   * ```
   */
  fill_(value: number | boolean): this {
    return inPlace.fill_(this, value);
  }

  /**
   * `x ← 0` everywhere; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`.
   * @see PyTorch `Tensor.zero_`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor } from "evenkeel";
   *
   * console.log(tensor([1, 2]).zero_()); // => tensor([0., 0.])
   * ```
   */
  zero_(): this {
    return inPlace.zero_(this);
  }

  /**
   * `x ← x + weight·(end − x)`, broadcasting `end`; returns `x`.
   *
   * @throws {@link TensorError} if a gradient is wanted of `x` or `end`, outside `noGrad`, or the result does not fit
   * `x`.
   * @see PyTorch `Tensor.lerp_`, which can be recorded; here nothing in place is.
   * @category In place
   *
   * @example
   * ```ts
   * import { tensor, zeros } from "evenkeel";
   *
   * console.log(zeros([2]).lerp_(tensor([10, 20]), 0.1)); // => tensor([1., 2.])
   * ```
   */
  lerp_(end: Tensor, weight: Operand): this {
    return inPlace.lerp_(this, end, weight);
  }

  /**
   * Fills with numbers spread evenly over `[low, high)`, PyTorch's own from the same seed; returns `x`.
   *
   * @param low - default 0.
   * @param high - default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is not a float, or `low > high`.
   * @see PyTorch `Tensor.uniform_`.
   * @category In place
   *
   * @example
   * ```ts
   * import { manualSeed, zeros } from "evenkeel";
   *
   * manualSeed(42);
   * console.log(zeros([3]).uniform_(-1, 1)); // => tensor([ 0.7645,  0.8300, -0.2343])
   * ```
   */
  uniform_(low = 0, high = 1, options?: RandomOptions): this {
    return random.uniform_(this, low, high, options);
  }

  /**
   * Fills with normally distributed numbers, PyTorch's own from the same seed; returns `x`.
   *
   * @param mean - default 0.
   * @param std - the standard deviation, 0 or more. Default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is not a float, or `std < 0`.
   * @see PyTorch `Tensor.normal_` on x86-64.
   * @category In place
   *
   * @example
   * ```ts
   * import { manualSeed, zeros } from "evenkeel";
   *
   * manualSeed(42);
   * console.log(zeros([3]).normal_(10, 2)); // => tensor([10.6734, 10.2576, 10.4689])
   * ```
   */
  normal_(mean = 0, std = 1, options?: VersionedRandomOptions): this {
    return random.normal_(this, mean, std, options);
  }

  /**
   * Fills with exponentially distributed numbers of density `λe^(−λx)`, PyTorch's own from the same seed; returns `x`.
   *
   * @param lambda - the rate λ, above 0. Default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is not a float, or `lambda` is not
   * above 0.
   * @see PyTorch `Tensor.exponential_`.
   * @category In place
   *
   * @example
   * ```ts
   * import { manualSeed, zeros } from "evenkeel";
   *
   * manualSeed(42);
   * console.log(zeros([3]).exponential_()); // => tensor([0.0599, 0.0650, 0.1319])
   * ```
   */
  exponential_(lambda = 1, options?: VersionedRandomOptions): this {
    return random.exponential_(this, lambda, options);
  }

  /**
   * Fills with ones, each with probability `p`, and zeros, PyTorch's own from the same seed; returns `x`.
   *
   * @param p - a number from 0 to 1, or a float tensor of them, broadcasting. Default 0.5.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, or a probability is out of range.
   * @see PyTorch `Tensor.bernoulli_`.
   * @category In place
   *
   * @example
   * ```ts
   * import { manualSeed, zeros } from "evenkeel";
   *
   * manualSeed(42);
   * console.log(zeros([5]).bernoulli_(0.25)); // => tensor([1., 1., 1., 1., 0.])
   * ```
   */
  bernoulli_(p: number | Tensor = 0.5, options?: RandomOptions): this {
    return random.bernoulli_(this, p, options);
  }
}

/**
 * Applies an operation, the library's or your own, and records it if a gradient may be wanted.
 *
 * @param op - a {@link Primitive} or {@link Fused} value.
 * @param inputs - as many tensors as the operation has pullbacks.
 * @throws {@link TensorError} if an input is not a tensor.
 * @see PyTorch `torch.autograd.Function.apply`.
 *
 * @example
 * ```ts
 * import { apply, type Primitive, tensor } from "evenkeel";
 *
 * const square: Primitive = {
 *   name: "mySquare",
 *   forward: (k, x) => k.mul(x, x),
 *   vjp: [(g, _y, x) => g.mul(x.mul(2))],
 * };
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * apply(square, x).sum().backward();
 * console.log(x.grad); // => tensor([2., 4., 6.])
 * ```
 */
export function apply(op: Op, ...inputs: Tensor[]): Tensor {
  for (const x of inputs) {
    if (!isTensor(x)) throw new TensorError(op?.name || "apply", { expected: "tensors", got: describe(x) });
  }
  const [y, saved] = run(op, inputs);
  return new Tensor(y, record(op, inputs, y, saved));
}

/** Refuses what a tensor is not made of by `new`, though in JavaScript nothing tells. */
function refuseRaw(data: unknown): never {
  throw new TensorError("Tensor", {
    expected: "to be made by tensor()",
    got: describe(data),
    hint: "Write tensor([1, 2]).",
  });
}
