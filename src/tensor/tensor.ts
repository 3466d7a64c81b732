import { differentiate } from "../autograd/differentiate.ts";
import { startingGradient } from "../autograd/grad.ts";
import { type Node, record, run } from "../autograd/tape.ts";
import { isTensor, tensorBrand } from "../base/brand.ts";
import { type Data, type Dtype, isFloat, type Shape, sizeOf } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { checkFlagOption, checkOptions } from "../base/options.ts";
import { broadcast, checkRoom, dimOf, dimsOf, oneRepeats, sameShape, shapeOf } from "../base/shapes.ts";
import { shared } from "../base/shared.ts";
import { give, type NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { isInArena, Owned, watch } from "../kernels/memory/pool.ts";
import * as compare from "../ops/compare.ts";
import * as elementwise from "../ops/elementwise.ts";
import { gelu, geluByTanh } from "../ops/gelu.ts";
import * as indexing from "../ops/indexing.ts";
import { matmul } from "../ops/matmul.ts";
import type { Op } from "../ops/op.ts";
import * as reduce from "../ops/reduce.ts";
import * as shaping from "../ops/shape.ts";
import { fillBernoulli, fillBernoulliFrom } from "../random/bernoulli.ts";
import { fillExponential } from "../random/exponential.ts";
import { defaultGenerator, type Generator, isGenerator } from "../random/generator.ts";
import { fillNormal } from "../random/normal.ts";
import { fillUniform } from "../random/uniform.ts";
import { print } from "./print.ts";
import { floating, isInt32, resultDtype, widest, withScalar } from "./promotion.ts";

/** What an operation accepts as its second operand. */
export type Operand = Tensor | number | boolean;

/** Plain nested arrays, as deep as the tensor has dimensions. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Called with a gradient on its way; may return another to take its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
export type GradientHook = (g: Tensor) => Tensor | void;

/** What registering a hook returns. */
export interface HookHandle {
  /** Takes the hook away again. */
  remove(): void;
}

/** Whether a reduction leaves dimensions of size one where it has reduced. */
export interface KeepdimOptions {
  /** Default `false`. */
  readonly keepdim?: boolean;
}

/** Options of {@link Tensor.var} and {@link Tensor.std}. */
export interface VarianceOptions extends KeepdimOptions {
  /** What the count is lessened by before it divides: 1 is unbiased, 0 biased. Default `1`. */
  readonly correction?: number;
}

/** Values, and where they stood. */
export interface ValuesAndIndices {
  /** The values found. */
  readonly values: Tensor;
  /** Their positions along the dimension, int32. */
  readonly indices: Tensor;
}

/** Where random numbers come from. */
export interface RandomOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** Options of draws that versions of PyTorch make differently. */
export interface VersionedRandomOptions extends RandomOptions {
  /**
   * Whose numbers are drawn: those of current versions of PyTorch (default), or of 1.13 and before. Of normal numbers,
   * only float64 ones of tensors of fewer than 16 elements differ, of exponential ones only float64 ones, in the last bit.
   */
  readonly version?: "current" | "1.13";
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
  private gradient: Tensor | null = null;
  /** Whether the gradient has been made by `backward`, and never been asked for since. */
  private gradientIsHidden = false;
  private wantsGrad = false;

  /** @internal */
  constructor(array: NDArray, node: Node | null = null) {
    if (array?.isMovable === undefined) refuseRaw(array);
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
    if (value && !isFloat(this.dtype)) {
      throw new TensorError("requiresGrad", {
        expected: "a float32 or float64 tensor",
        got: describe(this),
        hint: 'Only those have gradients: x.to("float32").',
      });
    }
    if (!value && this.node !== null) {
      throw new TensorError("requiresGrad", {
        expected: "a leaf",
        got: `the output of ${this.node.op.name}`,
        hint: "Use x.detach() for its values without a graph.",
      });
    }
    this.wantsGrad = value;
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
    const { gradient } = this;
    if (gradient !== null && isInArena(gradient.array)) {
      this.gradient = new Tensor(kernels().copy(gradient.array)); // from now on somebody may keep it
      if (this.gradientIsHidden) give(gradient.array);
    }
    this.gradientIsHidden = false;
    return this.gradient;
  }

  set grad(value: Tensor | null) {
    if (value !== null && !(isTensor(value) && sameShape(value.shape, this.shape) && value.dtype === this.dtype)) {
      throw new TensorError("grad", { expected: `null or ${describe(this)}`, got: describe(value) });
    }
    this.gradient = value;
    this.gradientIsHidden = false;
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
    if (this.numel() !== 1) {
      throw new TensorError("item", {
        expected: "a tensor of one element",
        got: describe(this),
        hint: "Use toArray() for nested arrays, or data for the elements.",
      });
    }
    refuseDetached("item", this.array);
    shared().listener?.reads(this.array, "item()");
    const value = this.array.data[0];
    return (this.dtype === "bool" ? value !== 0 : value) as T;
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
    refuseDetached("toArray", this.array);
    shared().listener?.reads(this.array, "toArray()");
    const { data, shape, dtype } = this.array;
    const nest = (dim: number, from: number): NestedArray => {
      if (dim === shape.length) return dtype === "bool" ? data[from] !== 0 : data[from];
      const stride = sizeOf(shape.slice(dim + 1));
      return Array.from({ length: shape[dim] }, (_, i) => nest(dim + 1, from + i * stride));
    };
    return nest(0, 0) as T;
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
    const gradFn = this.node === null ? undefined : `gradFn=<${this.node.op.name}>`;
    const suffix = gradFn ?? (this.requiresGrad ? "requiresGrad=true" : undefined);
    refuseDetached("toString", this.array);
    const { data, shape, dtype } = this.array;
    return print({ data, shape, dtype, suffix });
  }

  /** @internal What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal What notebooks show. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
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
    options: {
      /** Whether the gradients can be differentiated in their turn. Default `false`. */
      readonly createGraph?: boolean;
    } = {},
  ): void {
    checkOptions("backward", options, ["createGraph"]);
    const { createGraph = false } = options;
    checkFlagOption("backward", "createGraph", createGraph);
    const start = startingGradient("backward", this, gradient);
    const owned = new Owned<Tensor>();
    const gradients = differentiate(this, start, null, createGraph, "backward", owned);
    for (const { gradient } of gradients.keys()) if (gradient !== null) refuseDetached("backward", gradient.array);
    for (const [leaf, g] of gradients) leaf.accumulate(g, createGraph, owned);
    for (const { array } of owned) give(array);
  }

  /** Adds `g` to the gradient; where there is none yet, takes `g` itself if it is nobody else's, or a copy. */
  private accumulate(g: Tensor, createGraph: boolean, owned: Set<Tensor>): void {
    const sofar = this.gradient;
    if (createGraph) {
      this.gradient = sofar === null ? g.clone() : sofar.add(g);
      this.gradientIsHidden = false;
    } else if (sofar === null) {
      this.gradient = owned instanceof Owned && owned.delete(g) ? g : new Tensor(kernels().copy(g.array));
      this.gradientIsHidden = true;
    } else {
      const sum = kernels().add(sofar.array, g.array);
      overwrite(sofar.array, sum);
      give(sum);
    }
  }

  /** @internal The gradient, for who only reads its numbers and keeps nothing of it. */
  hiddenGrad(): Tensor | null {
    return this.gradient;
  }

  /** @internal Forgets the gradient; its memory is taken again if nobody has ever asked for it. */
  clearGrad(): void {
    if (this.gradient !== null && this.gradientIsHidden) give(this.gradient.array);
    this.gradient = null;
    this.gradientIsHidden = false;
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
    return apply(elementwise.clone, this);
  }

  /**
   * Has `backward` keep the gradient of this tensor too, though it is no leaf.
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
    this.refuseWithoutGrad("retainGrad");
    this.retainsGrad = true;
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
    if (typeof hook !== "function") {
      throw new TensorError("registerHook", { expected: "a function", got: describe(hook) });
    }
    this.refuseWithoutGrad("registerHook");
    this.hooks ??= new Set();
    const hooks = this.hooks;
    const own: GradientHook = (g) => hook(g); // the same function registered twice runs twice
    hooks.add(own);
    return {
      remove: () => {
        hooks.delete(own);
        if (hooks.size === 0) this.hooks = null;
      },
    };
  }

  private refuseWithoutGrad(where: string): void {
    if (this.requiresGrad) return;
    throw new TensorError(where, {
      expected: "a tensor that wants a gradient",
      got: `${describe(this)} with requiresGrad false`,
    });
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
    if (!isTensor(b)) {
      const x = this.meeting("add", b);
      return apply(elementwise.addScalar(scalarFor(x.dtype, b)), x);
    }
    return this.binary("add", elementwise.add, b);
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
    if (!isTensor(b)) {
      refuseBool("sub", this, b);
      const x = this.meeting("sub", b);
      return apply(elementwise.addScalar(-scalarFor(x.dtype, b)), x);
    }
    refuseBool("sub", this, b);
    return this.binary("sub", elementwise.sub, b);
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
    if (!isTensor(b)) {
      const x = this.meeting("mul", b);
      return apply(elementwise.mulScalar(scalarFor(x.dtype, b)), x);
    }
    return this.binary("mul", elementwise.mul, b);
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
    if (isTensor(b)) {
      const dtype = floating(resultDtype(this, b));
      return this.to(dtype).binary("div", elementwise.div, b.to(dtype));
    }
    const x = this.floated().meeting("div", b);
    return apply(elementwise.divScalar(scalarFor(x.dtype, b)), x);
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
    refuseBool("neg", this);
    return apply(elementwise.neg, this);
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
    if (isTensor(b)) return this.binary("pow", elementwise.pow, b);
    const x = this.meeting("pow", b);
    const p = scalarFor(x.dtype, b);
    if (!isFloat(x.dtype) && p < 0) {
      throw new TensorError("pow", {
        expected: "an exponent of 0 or more for whole numbers",
        got: `${p}`,
        hint: 'Convert first: x.to("float32").',
      });
    }
    return apply(elementwise.powScalar(isFloat(x.dtype) ? Number(b) : p), x);
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
    return apply(elementwise.exp, this.floated());
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
    return apply(elementwise.log, this.floated());
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
    return apply(elementwise.log1p, this.floated());
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
    return apply(elementwise.sqrt, this.floated());
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
    return apply(elementwise.rsqrt, this.floated());
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
    refuseBool("abs", this);
    return apply(elementwise.abs, this);
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
    return apply(elementwise.sign, this);
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
    return apply(elementwise.tanh, this.floated());
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
    return apply(elementwise.sigmoid, this.floated());
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
    refuseBool("relu", this);
    return apply(elementwise.relu, this);
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
  gelu(
    options: {
      /** `"none"` for the error function, `"tanh"` for the approximation. Default `"none"`. */
      readonly approximate?: "none" | "tanh";
    } = {},
  ): Tensor {
    checkOptions("gelu", options, ["approximate"]);
    const { approximate = "none" } = options;
    const x = this.floated();
    if (approximate === "none") return apply(gelu, x);
    if (approximate === "tanh") return apply(geluByTanh, x);
    throw new TensorError("gelu", { expected: 'approximate "none" or "tanh"', got: describe(approximate) });
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
    return apply(elementwise.erf, this.floated());
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
  softplus(
    options: {
      /** Sharpness. Default `1`. */
      readonly beta?: number;
      /** Where the straight line takes over. Default `20`. */
      readonly threshold?: number;
    } = {},
  ): Tensor {
    checkOptions("softplus", options, ["beta", "threshold"]);
    const { beta = 1, threshold = 20 } = options;
    if (!(Number.isFinite(beta) && beta !== 0) || typeof threshold !== "number" || Number.isNaN(threshold)) {
      throw new TensorError("softplus", {
        expected: "a finite beta other than 0, and a number as threshold",
        got: `${describe(beta)} and ${describe(threshold)}`,
      });
    }
    return apply(elementwise.softplus(beta, threshold), this.floated());
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
    return apply(elementwise.sin, this.floated());
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
    return apply(elementwise.cos, this.floated());
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
    const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
    if (typeof low !== "number" || typeof high !== "number" || (min == null && max == null)) {
      throw new TensorError("clamp", {
        expected: "at least one bound, as a number",
        got: `${describe(min)} and ${describe(max)}`,
        hint: "For tensors as bounds use maximum and minimum.",
      });
    }
    refuseBool("clamp", this);
    const bounds = [min, max].filter((bound) => typeof bound === "number");
    const dtype = bounds.reduce((met, bound) => widest(met, withScalar(this.dtype, bound)), this.dtype);
    return apply(compare.clamp(scalarFor(dtype, low), scalarFor(dtype, high)), this.to(dtype));
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
    return this.binary("maximum", compare.maximum, b);
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
    return this.binary("minimum", compare.minimum, b);
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
    return this.binary("eq", compare.eq, b);
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
    return this.binary("ne", compare.ne, b);
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
    return this.binary("lt", compare.lt, b);
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
    return this.binary("le", compare.le, b);
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
    return this.binary("gt", compare.gt, b);
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
    return this.binary("ge", compare.ge, b);
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
    return multiply("matmul", this, b, false);
  }

  /** @internal `x·bᵀ` for a matrix `b`, without transposing it in memory. */
  matmulTransposed(where: string, b: Tensor): Tensor {
    return multiply(where, this, b, true);
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
    if (!isTensor(b) || this.ndim !== 1 || b.ndim !== 1 || this.numel() !== b.numel()) {
      throw new TensorError("dot", {
        expected: "two tensors of one dimension and one length",
        got: `${describe(this)} and ${describe(b)}`,
      });
    }
    return multiply("dot", this, b, false);
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
    if (!isTensor(b) || this.ndim !== 1 || b.ndim !== 1) {
      throw new TensorError("outer", {
        expected: "two tensors of one dimension",
        got: `${describe(this)} and ${describe(b)}`,
      });
    }
    return this.unsqueeze(1).mul(b.unsqueeze(0));
  }

  // ── Reductions ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * `y = Σ x`, of all elements, or over one or several dimensions; 0 of none. Bools count as whole numbers.
   *
   * Shapes: `[]`, or the shape without the dimensions summed over.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
  sum(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    const x = this.dtype === "bool" ? this.to("int32") : this;
    return x.reduceOver("sum", reduce.sum, dim, options);
  }

  /** @internal The sum that undoes broadcasting from `shape`. */
  sumToSize(shape: Shape): Tensor {
    if (sameShape(this.shape, shape)) return this;
    const offset = this.ndim - shape.length;
    const isSpread = (d: number) => d < offset || (shape[d - offset] === 1 && this.shape[d] !== 1);
    const dims: number[] = [];
    for (let d = 0; d < this.ndim; d++) if (isSpread(d)) dims.push(d);
    const isRun = dims.length > 0 && dims[dims.length - 1] - dims[0] === dims.length - 1;
    const fits = shape.every((size, d) => size === 1 || size === this.shape[offset + d]);
    if (isRun && fits) return apply(reduce.sum(dims[0], dims[0] + dims.length, shape), this);
    return (dims.length === 0 ? this : this.sum(dims)).reshape(shape);
  }

  /**
   * `y = Σ x/count`, of all elements, or over one or several dimensions; NaN of none.
   *
   * Shapes: `[]`, or the shape without the dimensions averaged over.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension there is not.
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
  mean(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    refuseWhole("mean", this);
    return this.reduceOver("mean", reduce.mean, dim, options);
  }

  /**
   * `y = Π x`, of all elements, or over one dimension; 1 of none. The gradient holds at zeros too.
   *
   * Shapes: `[]`, or the shape without `dim`.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
  prod(dim?: number, options: KeepdimOptions = {}): Tensor {
    const x = this.dtype === "bool" ? this.to("int32") : this;
    return x.reduceOver("prod", reduce.prod, dim, options);
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
  max(dim?: number, options: KeepdimOptions = {}): Tensor | ValuesAndIndices {
    return dim === undefined ? this.extreme("max", reduce.max, dim, {}) : this.best("max", reduce.argmax, dim, options);
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
  min(dim?: number, options: KeepdimOptions = {}): Tensor | ValuesAndIndices {
    return dim === undefined ? this.extreme("min", reduce.min, dim, {}) : this.best("min", reduce.argmin, dim, options);
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
  amax(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    return this.extreme("amax", reduce.amax, dim, options);
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
  amin(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    return this.extreme("amin", reduce.amin, dim, options);
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
  argmax(dim?: number, options: KeepdimOptions = {}): Tensor {
    return this.extreme("argmax", reduce.argmax, dim, options);
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
  argmin(dim?: number, options: KeepdimOptions = {}): Tensor {
    return this.extreme("argmin", reduce.argmin, dim, options);
  }

  /**
   * Whether any element is not zero, of all or over one or several dimensions; bool, and false of none.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
  any(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    if (isNone(dim)) return this.to("bool");
    return this.reduceOver("any", reduce.any, dim, options);
  }

  /**
   * Whether every element is not zero, of all or over one or several dimensions; bool, and true of none.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
  all(dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    if (isNone(dim)) return this.to("bool");
    return this.reduceOver("all", reduce.all, dim, options);
  }

  /**
   * The variance of all elements, or over one or several dimensions: `y = Σ(x − mean)²/(count − correction)`.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension there is not.
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
  var(dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
    return this.varianceOver("var", reduce.variance, dim, options);
  }

  /**
   * The standard deviation, `y = √var`, as {@link Tensor.var}; the gradient is 0 where it is.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @throws {@link TensorError} for whole numbers and bools, or a dimension there is not.
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
  std(dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
    return this.varianceOver("std", reduce.std, dim, options);
  }

  /**
   * The p-norm of all elements, or over one or several dimensions: `y = (Σ|x|ᵖ)^(1/p)`; the largest `|x|` for
   * `Infinity`, the smallest for `-Infinity`, the number of non-zeros for 0. The gradient is 0 where the norm is.
   *
   * Shapes: `[]`, or the shape without the dimensions named.
   *
   * @param p - the order, any number. Default 2.
   * @throws {@link TensorError} for whole numbers and bools, a `p` that is no number, or a dimension there is not.
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
  norm(p = 2, dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    refuseWhole("norm", this);
    if (typeof p !== "number" || Number.isNaN(p)) {
      throw new TensorError("norm", { expected: "a number p", got: describe(p) });
    }
    if (p === 2) return this.reduceOver("norm", reduce.norm2, dim, options);
    if (p === 0) return this.ne(0).to(this.dtype).reduceOver("norm", reduce.sum, dim, options);
    if (p === 1) return this.abs().reduceOver("norm", reduce.sum, dim, options);
    if (p === Number.POSITIVE_INFINITY) return this.abs().extreme("norm", reduce.largest, dim, options);
    if (p === Number.NEGATIVE_INFINITY) return this.abs().extreme("norm", reduce.smallest, dim, options);
    return this.reduceOver("norm", (start, end) => reduce.normOf(p, start, end), dim, options);
  }

  /**
   * `y = ln Σ eˣ` over one or several dimensions, without overflow; whole numbers give float32.
   *
   * Shapes: the shape without the dimensions named.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
  logsumexp(dim: number | readonly number[], options: KeepdimOptions = {}): Tensor {
    if (dim === undefined) {
      throw new TensorError("logsumexp", {
        expected: "a dimension, or several",
        got: "none",
        hint: "x.logsumexp(-1).",
      });
    }
    return this.floated().reduceOver("logsumexp", reduce.logsumexp, dim, options);
  }

  /**
   * `y = eˣ/Σ eˣ` along a dimension, without overflow.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
    const x = this.floated();
    return x.alongDim("softmax", dim, reduce.softmax);
  }

  /**
   * `y = x − ln Σ eˣ` along a dimension, without overflow.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
    const x = this.floated();
    return x.alongDim("logSoftmax", dim, reduce.logSoftmax);
  }

  /**
   * The running sum along a dimension, `y[i] = Σ x[j]` over `j ≤ i`.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
    const x = this.dtype === "bool" ? this.to("int32") : this;
    return x.alongDim("cumsum", dim, reduce.cumsum);
  }

  /**
   * The elements in order along a dimension, and where they stood. Stable; NaN counts as the largest.
   *
   * @param dim - default −1, the last.
   * @throws {@link TensorError} for a dimension there is not.
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
    options: {
      /** Largest first. Default `false`. */
      readonly descending?: boolean;
    } = {},
  ): ValuesAndIndices {
    checkOptions("sort", options, ["descending"]);
    const along = dimOf("sort", dim, this.ndim);
    const { descending = false } = options;
    checkFlagOption("sort", "descending", descending);
    return this.inOrder(along, descending, this.shape[along] ?? 1);
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
    options: {
      /** `false` for the smallest, smallest first. Default `true`. */
      readonly largest?: boolean;
    } = {},
  ): ValuesAndIndices {
    checkOptions("topk", options, ["largest"]);
    const along = dimOf("topk", dim, this.ndim);
    const length = this.shape[along] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > length) {
      throw new TensorError("topk", { expected: `a k from 0 to ${length}`, got: describe(k) });
    }
    const { largest = true } = options;
    checkFlagOption("topk", "largest", largest);
    return this.inOrder(along, largest, k);
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
    return this.reshaped("reshape", shape);
  }

  private reshaped(where: string, shape: readonly unknown[]): Tensor {
    const sizes = shapeOf(where, shape);
    const open = sizes.indexOf(-1);
    if (open >= 0) {
      const known = sizes.reduce((product, size, d) => (d === open ? product : product * size), 1);
      // Beside a size of 0 any number would do for it: as PyTorch, it is left at −1, and refused.
      if (known > 0) sizes[open] = this.numel() / known;
    }
    if (sizeOf(sizes) !== this.numel() || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new TensorError(where, {
        expected: `a shape of ${this.numel()} elements, as ${show(this.shape)} has`,
        got: show(shapeOf(where, shape)),
        hint: sizes.filter((size) => size === -1).length > 0 ? "Only one size may be -1." : "",
      });
    }
    return apply(shaping.reshape(sizes), this);
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
    return this.reshaped("view", shape);
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
    const sizes = shapeOf("expand", shape);
    const offset = sizes.length - this.ndim;
    const target = sizes.map((size, d) => (size === -1 && d >= offset ? this.shape[d - offset] : size));
    const fits = offset >= 0 && this.shape.every((size, d) => size === 1 || size === target[d + offset]);
    if (!fits || target.includes(-1)) {
      throw new TensorError("expand", {
        expected: `a shape that ${show(this.shape)} broadcasts to`,
        got: show(sizes),
        hint: "Only sizes of 1 stretch.",
      });
    }
    checkRoom("expand", target);
    return stretch(this, target);
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
    const counts = shapeOf("repeat", times);
    if (counts.length < this.ndim || counts.includes(-1)) {
      throw new TensorError("repeat", {
        expected: `at least ${this.ndim} counts of 0 or more, one per dimension`,
        got: show(counts),
      });
    }
    checkRoom("repeat", [...counts, this.numel()]);
    const padded = [...new Array<number>(counts.length - this.ndim).fill(1), ...this.shape];
    const between = padded.flatMap((size) => [1, size]);
    const repeated = padded.flatMap((size, d) => [counts[d], size]);
    return stretch(this.reshape(between), repeated).reshape(padded.map((size, d) => size * counts[d]));
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
    const given = (dims.length === 1 && Array.isArray(dims[0]) ? dims[0] : dims) as readonly number[];
    const order = given.map((dim) => dimOf("permute", dim, this.ndim));
    if (order.length !== this.ndim || new Set(order).size !== order.length) {
      throw new TensorError("permute", {
        expected: `each of the ${this.ndim} dimensions once`,
        got: show(given),
      });
    }
    return order.every((dim, d) => dim === d) ? this.clone() : apply(shaping.permute(order), this);
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
    const [start, end] = [dimOf("flatten", startDim, this.ndim), dimOf("flatten", endDim, this.ndim)];
    if (start > end) {
      throw new TensorError("flatten", { expected: "startDim ≤ endDim", got: `${startDim} and ${endDim}` });
    }
    const middle = sizeOf(this.shape.slice(start, end + 1));
    return this.reshape([...this.shape.slice(0, start), middle, ...this.shape.slice(end + 1)]);
  }

  /**
   * Dimensions of size one left out, all of them, or the one named if it is; in the same memory.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
    if (dim === undefined) return this.reshape(this.shape.filter((size) => size !== 1));
    const at = dimOf("squeeze", dim, this.ndim);
    return this.reshape(this.shape.filter((size, d) => d !== at || size !== 1));
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
    const at = dimOf("unsqueeze", dim, this.ndim + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }

  /**
   * Two dimensions exchanged.
   *
   * Shapes: `[…, m, …, n, …]` → `[…, n, …, m, …]`.
   *
   * @throws {@link TensorError} for a dimension there is not.
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
    const [p, q] = [dimOf("transpose", a, this.ndim), dimOf("transpose", b, this.ndim)];
    if (this.ndim === 0) return this.reshape([]);
    return this.permute(this.shape.map((_, d) => (d === p ? q : d === q ? p : d)));
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
    if (this.ndim > 2) {
      throw new TensorError("t", {
        expected: "at most two dimensions",
        got: describe(this),
        hint: "Use transpose(a, b) or permute(…).",
      });
    }
    return this.ndim === 2 ? this.transpose(0, 1) : this.reshape(this.shape);
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
  index(i: Tensor, j?: Tensor): Tensor {
    if (isTensor(i) && i.dtype === "bool" && j === undefined) return this.indexMask(i);
    const rows = checkIndex("index", i, this.shape[0], this);
    if (j === undefined) return apply(indexing.rows, this, rows);
    if (this.ndim < 2) {
      throw new TensorError("index", { expected: "two dimensions or more to pick pairs from", got: describe(this) });
    }
    const columns = checkIndex("index", j, this.shape[1], this);
    const flat = this.reshape([this.shape[0] * this.shape[1], ...this.shape.slice(2)]);
    return apply(indexing.rows, flat, rows.mul(this.shape[1]).add(columns));
  }

  private indexMask(mask: Tensor): Tensor {
    if (mask.ndim > this.ndim || mask.shape.some((size, d) => size !== this.shape[d])) {
      throw new TensorError("index", {
        expected: `a mask of the shape ${show(this.shape)} or of its first dimensions`,
        got: show(mask.shape),
      });
    }
    const flat = this.reshape([mask.numel(), ...this.shape.slice(mask.ndim)]);
    return apply(indexing.rows, flat, apply(indexing.nonzero, mask));
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
    const along = dimOf("select", dim, this.ndim);
    const size = this.shape[along];
    if (this.ndim === 0 || !Number.isInteger(i) || i < -size || i >= size) {
      throw new TensorError("select", {
        expected: this.ndim === 0 ? "a tensor of one dimension or more" : `an index from ${-size} to ${size - 1}`,
        got: this.ndim === 0 ? "a single number" : describe(i),
      });
    }
    const picked = apply(shaping.slice(along, i < 0 ? i + size : i, 1, 1), this);
    return picked.reshape(this.shape.filter((_, d) => d !== along));
  }

  /**
   * Steps `start` to `end` (left out) along a dimension, `step` apart. Negative bounds count from the end, and bounds
   * beyond the end are brought back to it.
   *
   * @param start - default 0, as is null.
   * @param end - default beyond the last, as is null.
   * @param step - default 1.
   * @throws {@link TensorError} for a step below 1, a bound that is not whole, or a dimension there is not.
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
    const along = dimOf("slice", dim, this.ndim);
    const size = this.shape[along];
    if (this.ndim === 0) throw new TensorError("slice", { expected: "one dimension or more", got: "a single number" });
    if (!Number.isInteger(step) || step < 1) {
      throw new TensorError("slice", { expected: "a whole step of 1 or more", got: describe(step) });
    }
    const bound = (value: number | null, otherwise: number) => {
      if (value === null) return otherwise;
      if (typeof value !== "number" || (!Number.isInteger(value) && Number.isFinite(value)) || Number.isNaN(value)) {
        throw new TensorError("slice", { expected: "whole bounds", got: describe(value) });
      }
      return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    };
    const [from, to] = [bound(start, 0), bound(end, size)];
    return apply(shaping.slice(along, from, step, Math.max(0, Math.ceil((to - from) / step))), this);
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
  gather(dim: number, i: Tensor): Tensor {
    const along = dimOf("gather", dim, this.ndim);
    if (isTensor(i) && (i.ndim !== this.ndim || i.shape.some((size, d) => d !== along && size > this.shape[d]))) {
      throw new TensorError("gather", {
        expected: `indices of ${this.ndim} dimensions, no larger than ${show(this.shape)} beside dimension ${along}`,
        got: show(i.shape),
      });
    }
    if (this.ndim === 0)
      return this.reshape([1])
        .gather(0, isTensor(i) ? i.reshape([1]) : i)
        .reshape([]);
    const index = checkIndex("gather", i, this.shape[along], this, 0);
    return apply(indexing.gather(along), this, index);
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
    if (!isTensor(mask) || mask.dtype !== "bool" || (typeof value !== "number" && typeof value !== "boolean")) {
      throw new TensorError("maskedFill", {
        expected: "a bool mask and a number",
        got: `${describe(mask)} and ${describe(value)}`,
      });
    }
    const shape = broadcast("maskedFill", this.shape, mask.shape);
    return apply(
      compare.maskedFill(operandFor("maskedFill", this.dtype, value)),
      stretch(this, shape),
      stretch(mask, shape),
    );
  }

  /**
   * The elements backwards along these dimensions.
   *
   * @param dims - one array, or the numbers themselves.
   * @throws {@link TensorError} for a dimension there is not, or named twice.
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
    const given = (dims.length === 1 && Array.isArray(dims[0]) ? dims[0] : dims) as readonly number[];
    const flipped = dimsOf("flip", given, this.ndim).reduce<Tensor>((x, dim) => apply(shaping.flip(dim), x), this);
    return flipped === this ? this.clone() : flipped;
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
    return this.triangle("triu", diagonal, true);
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
    return this.triangle("tril", diagonal, false);
  }

  private triangle(where: string, diagonal: number, upper: boolean): Tensor {
    if (this.ndim < 2 || !Number.isInteger(diagonal)) {
      throw new TensorError(where, {
        expected: "two dimensions or more, and a whole diagonal",
        got: `${describe(this)} and ${describe(diagonal)}`,
      });
    }
    return apply(shaping.triangle(diagonal, upper), this);
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
    if ((this.ndim !== 1 && this.ndim !== 2) || !Number.isInteger(diagonal)) {
      throw new TensorError("diag", {
        expected: "one or two dimensions, and a whole diagonal",
        got: `${describe(this)} and ${describe(diagonal)}`,
      });
    }
    if (this.ndim === 2) return apply(shaping.diagonal(diagonal), this);
    const size = this.numel() + Math.abs(diagonal);
    checkRoom("diag", [size, size]);
    return apply(shaping.undiagonal(diagonal, size, size), this);
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
    if (dtype === this.dtype) return this;
    checkDtype("to", dtype);
    checkElements("to", dtype, this);
    return apply(elementwise.cast(dtype), this);
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
    return this.become("add_", [b], (x) => x.add(b));
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
    return this.become("sub_", [b], (x) => x.sub(b));
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
    return this.become("mul_", [b], (x) => x.mul(b));
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
    return this.become("div_", [b], (x) => x.div(b));
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
    if (!isTensor(b)) throw new TensorError("copy_", { expected: "a tensor", got: describe(b) });
    checkElements("copy_", this.dtype, b);
    return this.become("copy_", [b], (x) => b.detach().expand(x.shape).to(x.dtype));
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
    this.refuseInPlace("fill_");
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new TensorError("fill_", { expected: "a number", got: describe(value) });
    }
    this.array.data.fill(operandFor("fill_", this.dtype, value));
    this.array.bump();
    return this;
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
    this.refuseInPlace("zero_");
    return this.fill_(0);
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
    if (!isTensor(end)) throw new TensorError("lerp_", { expected: "a tensor", got: describe(end) });
    if (!isTensor(weight) && typeof weight !== "number") {
      throw new TensorError("lerp_", { expected: "a tensor or a number as weight", got: describe(weight) });
    }
    // From the nearer end, so that a weight of 1 gives `end` exactly.
    const isFar = typeof weight === "number" && weight >= 0.5;
    return this.become("lerp_", [end, weight], (x) => {
      const way = end.sub(x);
      return isFar ? end.sub(way.mul(1 - weight)) : x.add(way.mul(weight));
    });
  }

  /**
   * Fills with numbers spread evenly over `[low, high)`, PyTorch's own from the same seed; returns `x`.
   *
   * @param low - default 0.
   * @param high - default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is no float, or `low > high`.
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
  uniform_(low = 0, high = 1, options: RandomOptions = {}): this {
    const generator = this.refuseRandom("uniform_", options);
    const most = this.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
    const areNumbers = typeof low === "number" && typeof high === "number";
    if (!(areNumbers && low >= -most && high <= most && low <= high && high - low <= most)) {
      throw new TensorError("uniform_", {
        expected: `bounds that ${this.dtype} can hold, low ≤ high`,
        got: `${describe(low)} and ${describe(high)}`,
      });
    }
    fillUniform(floats(this.array), low, high, generator);
    this.array.bump();
    return this;
  }

  /**
   * Fills with normally distributed numbers, PyTorch's own from the same seed; returns `x`.
   *
   * @param mean - default 0.
   * @param std - the standard deviation, 0 or more. Default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is no float, or `std < 0`.
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
  normal_(mean = 0, std = 1, options: VersionedRandomOptions = {}): this {
    const generator = this.refuseRandom("normal_", options, ["generator", "version"]);
    const legacy = isLegacy("normal_", options.version);
    if (typeof mean !== "number" || typeof std !== "number" || !(std >= 0)) {
      throw new TensorError("normal_", {
        expected: "a mean, and a std of 0 or more",
        got: `${describe(mean)} and ${describe(std)}`,
      });
    }
    fillNormal(floats(this.array), mean, std, generator, { legacy });
    this.array.bump();
    return this;
  }

  /**
   * Fills with exponentially distributed numbers of density `λe^(−λx)`, PyTorch's own from the same seed; returns `x`.
   *
   * @param lambda - the rate λ, above 0. Default 1.
   * @throws {@link TensorError} if a gradient is wanted of `x`, outside `noGrad`, it is no float, or `lambda` is not
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
  exponential_(lambda = 1, options: VersionedRandomOptions = {}): this {
    const generator = this.refuseRandom("exponential_", options, ["generator", "version"]);
    const legacy = isLegacy("exponential_", options.version);
    if (!(typeof lambda === "number" && lambda > 0))
      throw new TensorError("exponential_", { expected: "a rate above 0", got: describe(lambda) });
    fillExponential(floats(this.array), lambda, generator, { legacy });
    this.array.bump();
    return this;
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
  bernoulli_(p: number | Tensor = 0.5, options: RandomOptions = {}): this {
    checkOptions("bernoulli_", options, ["generator"]);
    this.refuseInPlace("bernoulli_");
    const generator = generatorOf("bernoulli_", options);
    const probabilities = isTensor(p) ? floats(p.detach().expand(this.shape).array, "bernoulli_") : [p];
    if (!probabilities.every((value) => typeof value === "number" && value >= 0 && value <= 1)) {
      throw new TensorError("bernoulli_", { expected: "probabilities from 0 to 1", got: describe(p) });
    }
    if (isTensor(p)) fillBernoulliFrom(this.array.data, probabilities as Float32Array, generator);
    else fillBernoulli(this.array.data, p, generator);
    this.array.bump();
    return this;
  }

  // ── Helpers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** This tensor in the dtype in which it meets a plain number. */
  private meeting(where: string, b: unknown): Tensor {
    if (typeof b === "number" || typeof b === "boolean") return this.to(withScalar(this.dtype, b));
    throw new TensorError(where, { expected: "a tensor or a number", got: describe(b) });
  }

  /** Promotes, broadcasts, applies. */
  private binary(where: string, op: Op, b: Operand): Tensor {
    if (!isTensor(b)) {
      const x = this.meeting(where, b);
      return x.binary(where, op, new Tensor(kernels().fill(x.dtype, [], scalarFor(x.dtype, b))));
    }
    const dtype = resultDtype(this, b);
    const [x, y] = [this.to(dtype), b.to(dtype)];
    if (oneRepeats(x.shape, y.shape)) return apply(op, x, y);
    const shape = broadcast(where, x.shape, y.shape);
    return apply(op, stretch(x, shape), stretch(y, shape));
  }

  /** This tensor, or, of whole numbers, its float32. */
  private floated(): Tensor {
    return this.to(floating(this.dtype));
  }

  /** Reduces over dimensions, brought together first where they are not neighbours. */
  private reduceOver(
    where: string,
    op: (start: number, end: number, shape?: Shape) => Op,
    dim: number | readonly number[] | undefined,
    options: KeepdimOptions,
  ): Tensor {
    checkOptions(where, options, ["keepdim"]);
    const { keepdim = false } = options;
    checkFlagOption(where, "keepdim", keepdim);
    const dims = dimsOf(where, isNone(dim) ? undefined : dim, this.ndim);
    const isRun = dims.every((d, i) => d === dims[0] + i);
    const start = isRun ? (dims[0] ?? 0) : this.ndim - dims.length;
    const x = isRun ? this : this.permute([...this.shape.flatMap((_, d) => (dims.includes(d) ? [] : [d])), ...dims]);
    const shape = keepdim ? this.shape.map((size, d) => (dims.includes(d) ? 1 : size)) : undefined;
    const y = apply(op(start, start + dims.length, shape), x);
    return shape === undefined || sameShape(y.shape, shape) ? y : apply(shaping.reshape(shape), y);
  }

  /** A reduction that has to have something to choose from. */
  private extreme(
    where: string,
    op: (start: number, end: number) => Op,
    dim: number | readonly number[] | undefined,
    options: KeepdimOptions,
  ): Tensor {
    this.refuseEmpty(where, dim);
    return this.reduceOver(where, op, dim, options);
  }

  private varianceOver(
    where: string,
    make: typeof reduce.variance | typeof reduce.std,
    dim: number | readonly number[] | undefined,
    options: VarianceOptions,
  ): Tensor {
    checkOptions(where, options, ["correction", "keepdim"]);
    refuseWhole(where, this);
    const { correction = 1, keepdim = false } = options;
    if (!Number.isFinite(correction)) {
      throw new TensorError(where, { expected: "a number as correction", got: describe(correction) });
    }
    const op = (start: number, end: number, shape?: Shape) => make(start, end, correction, shape);
    return this.reduceOver(where, op, dim, { keepdim });
  }

  private best(
    where: string,
    op: (start: number, end: number) => Op,
    dim: number,
    options: KeepdimOptions,
  ): ValuesAndIndices {
    checkOptions(where, options, ["keepdim"]);
    if (isTensor(dim)) {
      throw new TensorError(where, {
        expected: "a dimension",
        got: describe(dim),
        hint: `For two tensors use ${where}imum.`,
      });
    }
    this.refuseEmpty(where, dim);
    if (this.ndim === 0) return { values: this.reshape([]), indices: this.reduceOver(where, op, [], {}) };
    const { keepdim = false } = options;
    checkFlagOption(where, "keepdim", keepdim);
    const indices = this.reduceOver(where, op, dim, { keepdim: true });
    const values = this.gather(dim, indices);
    return keepdim ? { values, indices } : { values: values.squeeze(dim), indices: indices.squeeze(dim) };
  }

  private inOrder(dim: number, descending: boolean, count: number): ValuesAndIndices {
    if (this.ndim === 0) {
      const { values, indices } = this.reshape([1]).inOrder(0, descending, count);
      return count === 1 ? { values: values.reshape([]), indices: indices.reshape([]) } : { values, indices };
    }
    const indices = apply(reduce.argsort(dim, descending, count), this);
    return { values: apply(indexing.gather(dim), this, indices), indices };
  }

  private alongDim(where: string, dim: number, op: (dim: number) => Op): Tensor {
    const along = dimOf(where, dim, this.ndim);
    return this.ndim === 0 ? apply(op(0), this.reshape([1])).reshape([]) : apply(op(along), this);
  }

  private refuseEmpty(where: string, dim: number | readonly number[] | undefined): void {
    if (dimsOf(where, isNone(dim) ? undefined : dim, this.ndim).every((d) => this.shape[d] > 0)) return;
    throw new TensorError(where, { expected: "at least one element to choose from", got: describe(this) });
  }

  private refuseInPlace(where: string): void {
    refuseDetached(where, this.array);
    if (!shared().gradEnabled || !this.requiresGrad) return;
    throw new TensorError(where, {
      expected: "a tensor that wants no gradient, or noGrad",
      got: this.isLeaf ? "a leaf with requiresGrad" : `the output of ${this.node?.op.name}, which is on the tape`,
      hint: `Wrap it, noGrad(() => x.${where}(…)), or make a new tensor.`,
    });
  }

  private refuseRandom(where: string, options: RandomOptions, known: readonly string[] = ["generator"]): Generator {
    checkOptions(where, options, known);
    this.refuseInPlace(where);
    if (!isFloat(this.dtype)) {
      throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(this) });
    }
    return generatorOf(where, options);
  }

  /** Takes on the values that `make` computes from it, of its own shape. */
  private become(where: string, others: readonly unknown[], make: (x: Tensor) => Tensor): this {
    this.refuseInPlace(where);
    const wanting = shared().gradEnabled && others.find((other) => isTensor(other) && other.requiresGrad);
    if (wanting) {
      throw new TensorError(where, {
        expected: "an operand that wants no gradient, or noGrad",
        got: describe(wanting),
        hint: "What happens in place is not recorded: make a new tensor, or use other.detach().",
      });
    }
    const [y, taken] = watch(true, () => make(this.detach()));
    if (!sameShape(y.shape, this.shape) || widest(y.dtype, floatsAlike(this.dtype)) !== floatsAlike(this.dtype)) {
      throw new TensorError(where, {
        expected: `a result that fits ${describe(this)}`,
        got: describe(y),
        hint: sameShape(y.shape, this.shape) ? "Convert first: x.to(…)." : "What happens in place keeps its shape.",
      });
    }
    refuseDetached(where, y.array);
    overwrite(this.array, y.array);
    taken.give();
    return this;
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

/** Whether a list of dimensions is empty: most reductions then take all, as in PyTorch. */
function isNone(dim: number | readonly number[] | undefined): boolean {
  return Array.isArray(dim) && dim.length === 0;
}

/** Gives `x` the numbers of `y`, in place. */
function overwrite(x: NDArray, y: NDArray): void {
  x.data.set(y.data);
  x.bump();
  shared().listener?.overwritten(x, y);
}

/** Broadcast to a shape already known to fit. */
function stretch(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(shaping.expand(shape), x);
}

/** A plain number as an operation in a dtype sees it: in float32 it is a float32 too. */
function scalarFor(dtype: Dtype, value: number | boolean): number {
  return dtype === "float32" ? Math.fround(Number(value)) : Number(value);
}

/** Floats take values of any float: in place, float64 may be rounded to float32, but a fraction not to a whole. */
function floatsAlike(dtype: Dtype): Dtype {
  return isFloat(dtype) ? "float64" : dtype;
}

function floats(array: NDArray, where = "random"): Float32Array | Float64Array {
  refuseDetached(where, array);
  const { data } = array;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(array) });
}

function refuseBool(where: string, ...operands: readonly Operand[]): void {
  if (!operands.some((x) => (isTensor(x) ? x.dtype === "bool" : typeof x === "boolean"))) return;
  throw new TensorError(where, {
    expected: "numbers",
    got: "bool",
    hint: 'Convert first: x.to("int32"); for the opposite of a mask use mask.eq(false).',
  });
}

function refuseWhole(where: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new TensorError(where, {
    expected: "a float32 or float64 tensor",
    got: describe(x),
    hint: 'Convert first: x.to("float32").',
  });
}

/** @internal Whether the numbers of PyTorch 1.13 are asked for. */
export function isLegacy(where: string, version: unknown = "current"): boolean {
  if (version === "current" || version === "1.13") return version === "1.13";
  throw new TensorError(where, { expected: 'version "current" or "1.13"', got: describe(version) });
}

/** @internal The generator asked for, or the default one. */
export function generatorOf(where: string, { generator = defaultGenerator }: RandomOptions): Generator {
  shared().listener?.draws(where);
  if (isGenerator(generator)) return generator;
  throw new TensorError(where, {
    expected: "a Generator",
    got: describe(generator),
    hint: typeof generator === "number" ? `Write new Generator().manualSeed(${generator}).` : "",
  });
}

/** @internal A value as an element of a dtype: to int32 towards zero, to bool whether not zero. */
export function elementFor(where: string, dtype: Dtype, value: number | boolean): number {
  const number = Number(value);
  if (dtype === "bool") return number === 0 ? 0 : 1;
  if (dtype !== "int32" || isInt32(number)) return number;
  throw new TensorError(where, { expected: "a value that int32 can hold", got: `${number}` });
}

/** @internal A number that is to stand among the elements of a dtype, of which int32 would drop a fraction. */
export function operandFor(where: string, dtype: Dtype, value: number | boolean): number {
  if (dtype !== "int32" || Number.isInteger(Number(value))) return elementFor(where, dtype, value);
  throw new TensorError(where, {
    expected: "a whole number, which int32 can hold",
    got: `${value}`,
    hint: 'Convert first: x.to("float32").',
  });
}

/** Refuses elements of which a dtype can hold nothing: in int32 those out of its range, and NaN. */
function checkElements(where: string, dtype: Dtype, x: Tensor): void {
  if (dtype !== "int32" || !isFloat(x.dtype)) return;
  const { data } = x.array;
  for (let i = 0; i < data.length; i++) if (!isInt32(data[i])) elementFor(where, dtype, data[i]);
}

/** @internal Refuses what is not one of the four dtypes. */
export function checkDtype(where: string, dtype: unknown): asserts dtype is Dtype {
  if (dtype === "float32" || dtype === "float64" || dtype === "int32" || dtype === "bool") return;
  throw new TensorError(where, {
    expected: 'a dtype among "float32", "float64", "int32" and "bool"',
    got: describe(dtype),
  });
}

/** @internal An int32 tensor of indices into `size`, all in range, the negative ones (from `least` on) made positive. */
export function checkIndex(where: string, i: unknown, size: number, x: Tensor, least = -size): Tensor {
  if (!isTensor(i) || i.dtype !== "int32") {
    throw new TensorError(where, {
      expected: "an int32 tensor of indices",
      got: describe(i),
      hint: isTensor(i) ? 'Convert it: i.to("int32").' : 'Make one: tensor([0, 2], { dtype: "int32" }).',
    });
  }
  if (x.ndim === 0) throw new TensorError(where, { expected: "one dimension or more", got: describe(x) });
  refuseDetached(where, i.array);
  let hasNegative = least < 0 && shared().listener !== null; // then for other indices too
  for (const value of i.array.data) {
    if (value < least || value >= size) {
      throw new TensorError(where, {
        expected: `indices from ${least} to ${size - 1} for ${describe(x)}`,
        got: `${value}`,
      });
    }
    hasNegative ||= value < 0;
  }
  return hasNegative ? i.add(i.lt(0).mul(size)) : i;
}

/** `op(a)·op(b)` for any number of dimensions: batches flattened into one, or, for a plain matrix `b`, into the rows. */
function multiply(where: string, a: Tensor, b: Tensor, transposeB: boolean): Tensor {
  if (!isTensor(b)) throw new TensorError(where, { expected: "a tensor", got: describe(b) });
  if (a.ndim === 0 || b.ndim === 0) refuseProduct(where, a, b, transposeB);
  const dtype = resultDtype(a, b);
  if (dtype === "bool") throw new TensorError(where, { expected: "numbers", got: "bool tensors" });
  const left = (a.ndim === 1 ? a.unsqueeze(0) : a).to(dtype);
  const right = (b.ndim === 1 ? b.unsqueeze(transposeB ? 0 : 1) : b).to(dtype);
  const inner = left.shape[left.ndim - 1];
  const [n, innerB] = transposeB
    ? [right.shape[right.ndim - 2], right.shape[right.ndim - 1]]
    : [right.shape[right.ndim - 1], right.shape[right.ndim - 2]];
  if (inner !== innerB) refuseProduct(where, a, b, transposeB);
  const rows = left.shape[left.ndim - 2];
  checkRoom(where, [...left.shape.slice(0, -1), n]);
  if (left.ndim === 2 && right.ndim === 2) {
    const product = apply(matmul(false, transposeB), left, right);
    return a.ndim === 2 && b.ndim === 2
      ? product
      : product.reshape([...(a.ndim === 1 ? [] : [rows]), ...(b.ndim === 1 ? [] : [n])]);
  }
  let product: Tensor;
  let batch: Shape = left.shape.slice(0, -2);
  if (right.ndim === 2) {
    product = apply(matmul(false, transposeB), left.reshape([sizeOf(batch) * rows, inner]), right);
  } else {
    batch = broadcast(where, batch, right.shape.slice(0, -2));
    const count = sizeOf(batch);
    const flatA = left.expand([...batch, rows, inner]).reshape([count, rows, inner]);
    const flatB = right.expand([...batch, ...right.shape.slice(-2)]).reshape([count, ...right.shape.slice(-2)]);
    product = apply(matmul(false, transposeB), flatA, flatB);
  }
  return product.reshape([...batch, ...(a.ndim === 1 ? [] : [rows]), ...(b.ndim === 1 ? [] : [n])]);
}

function refuseProduct(where: string, a: Tensor, b: Tensor, transposeB: boolean): never {
  throw new TensorError(where, {
    expected: transposeB ? "last sizes that agree" : "the last size of the left to be the second last of the right",
    got: `${show(a.shape)} and ${show(b.shape)}`,
    hint: a.ndim === 0 || b.ndim === 0 ? "For a single number use mul." : "",
  });
}

/** Refuses what a tensor is not made of by `new`, though in JavaScript nothing tells. */
function refuseRaw(data: unknown): never {
  throw new TensorError("Tensor", {
    expected: "to be made by tensor()",
    got: describe(data),
    hint: "Write tensor([1, 2]).",
  });
}
