import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { type OptionKind, type OptionRules, optionsOf } from "../base/optionRules.ts";
import type { Composed } from "../kernels/beside/composed/composed.ts";
import { andOf, orOf, truthOf, xorOf } from "../kernels/beside/composed/truth.ts";
import { own, type Primitive } from "../ops/op.ts";
import { binary } from "../tensor/operands.ts";
import type { KeepdimOptions, Operand, Tensor } from "../tensor/tensor.ts";
import { where } from "./combine.ts";
import { zerosLike } from "./factories.ts";
import { tensorOf } from "./tensorOf.ts";

/** Options of {@link nanToNum}. */
export interface NanToNumOptions {
  /** What NaN becomes. Default `0`. */
  readonly nan?: number;
  /** What infinity becomes. Default: the largest number of the dtype. */
  readonly posinf?: number;
  /** What minus infinity becomes. Default: the lowest number of the dtype. */
  readonly neginf?: number;
}

const aNumber: OptionKind = { expected: "a number", accepts: (value) => typeof value === "number" };
const nanToNumRules = {
  nan: { is: aNumber, default: 0 },
  posinf: { is: aNumber },
  neginf: { is: aNumber },
} as const satisfies OptionRules<NanToNumOptions>;

/**
 * Whether each element is NaN, as bools.
 * @see PyTorch `torch.isnan`.
 *
 * @example
 * ```ts
 * import { isnan, tensor } from "evenkeel";
 *
 * console.log(isnan(tensor([1, NaN]))); // => tensor([false,  true])
 * ```
 */
export function isnan(x: Tensor): Tensor {
  return tensorOf("isnan", x).ne(x);
}

/**
 * Whether each element is infinite, of either sign, as bools.
 * @see PyTorch `torch.isinf`.
 *
 * @example
 * ```ts
 * import { isinf, tensor } from "evenkeel";
 *
 * console.log(isinf(tensor([1, -Infinity]))); // => tensor([false,  true])
 * ```
 */
export function isinf(x: Tensor): Tensor {
  const { dtype } = tensorOf("isinf", x);
  return isFloat(dtype) ? x.detach().abs().eq(Number.POSITIVE_INFINITY) : x.ne(x);
}

/**
 * Whether each element is neither NaN nor infinite, as bools.
 * @see PyTorch `torch.isfinite`.
 *
 * @example
 * ```ts
 * import { isfinite, tensor } from "evenkeel";
 *
 * console.log(isfinite(tensor([1, NaN, Infinity]))); // => tensor([ true, false, false])
 * ```
 */
export function isfinite(x: Tensor): Tensor {
  const { dtype } = tensorOf("isfinite", x);
  return isFloat(dtype) ? x.detach().abs().lt(Number.POSITIVE_INFINITY) : x.eq(x);
}

/**
 * `x` with numbers in place of NaN and infinities, where no gradient flows.
 *
 * @throws {@link TensorError} if `x` is no tensor, or an option is no number.
 * @see PyTorch `torch.nan_to_num`.
 *
 * @example
 * ```ts
 * import { nanToNum, tensor } from "evenkeel";
 *
 * console.log(nanToNum(tensor([1, NaN, Infinity]), { posinf: 9 })); // => tensor([1., 0., 9.])
 * ```
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  const { dtype } = tensorOf("nanToNum", x);
  const largest = dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const { nan, posinf = largest, neginf = -largest } = optionsOf("nanToNum", options, nanToNumRules);
  if (!isFloat(dtype)) return x.clone();
  return x
    .maskedFill(isnan(x), nan)
    .maskedFill(x.eq(Number.POSITIVE_INFINITY), posinf)
    .maskedFill(x.eq(Number.NEGATIVE_INFINITY), neginf);
}

/**
 * The sum of what is not NaN, over one or several dimensions or all.
 *
 * @throws {@link TensorError} as {@link Tensor.sum}.
 * @see PyTorch `torch.nansum`.
 *
 * @example
 * ```ts
 * import { nansum, tensor } from "evenkeel";
 *
 * console.log(nansum(tensor([1, NaN, 2])).item()); // => 3
 * ```
 */
export function nansum(x: Tensor, dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
  return withoutNaN("nansum", x).sum(dim, options);
}

/**
 * The mean of what is not NaN, over one or several dimensions or all; NaN where nothing is left.
 *
 * @throws {@link TensorError} as {@link Tensor.mean}.
 * @see PyTorch `torch.nanmean`.
 *
 * @example
 * ```ts
 * import { nanmean, tensor } from "evenkeel";
 *
 * console.log(nanmean(tensor([1, NaN, 2])).item()); // => 1.5
 * ```
 */
export function nanmean(x: Tensor, dim?: number | readonly number[], options: KeepdimOptions = {}): Tensor {
  const kept = withoutNaN("nanmean", x);
  if (!isFloat(x.dtype)) {
    throw new TensorError("nanmean", {
      expected: "a float32 or float64 tensor",
      got: describe(x),
      hint: 'Convert first: x.to("float32").',
    });
  }
  return kept.sum(dim, options).div(x.detach().eq(x.detach()).sum(dim, options).to(x.dtype));
}

const withoutNaN = (name: string, x: Tensor): Tensor =>
  isFloat(tensorOf(name, x).dtype) ? where(isnan(x), zerosLike(x), x) : x;

/** A kernel of what is true, or not, as an operation: such have no gradient. */
const logical = (kernel: Composed<object>): Primitive => ({
  [own]: true,
  name: kernel.name,
  forward: (k, ...inputs) => k.beside(kernel, inputs, {}),
  vjp: [null, null],
  needs: "nothing",
});

const isTrue: Primitive = /* @__PURE__ */ logical(truthOf);
const and: Primitive = /* @__PURE__ */ logical(andOf);
const or: Primitive = /* @__PURE__ */ logical(orOf);
const xor: Primitive = /* @__PURE__ */ logical(xorOf);

const truth = (name: string, x: Operand): Tensor | boolean => {
  if (typeof x === "number" || typeof x === "boolean") return Number(x) !== 0;
  const { dtype } = tensorOf(name, x);
  return dtype === "bool" ? x : x.detach().through(isTrue);
};

const both = (name: string, op: Primitive, a: Tensor, b: Operand): Tensor =>
  binary(name, op, truth(name, tensorOf(name, a)) as Tensor, truth(name, b));

/**
 * Whether both are true, that is not 0, elementwise, broadcasting; as bools.
 * @see PyTorch `torch.logical_and`.
 *
 * @example
 * ```ts
 * import { logicalAnd, tensor } from "evenkeel";
 *
 * const x = tensor([1, 2, 3]);
 * console.log(logicalAnd(x.gt(1), x.lt(3))); // => tensor([false,  true, false])
 * ```
 */
export function logicalAnd(a: Tensor, b: Operand): Tensor {
  return both("logicalAnd", and, a, b);
}

/**
 * Whether one of both is true, or both are, that is not 0, elementwise, broadcasting; as bools.
 * @see PyTorch `torch.logical_or`.
 *
 * @example
 * ```ts
 * import { logicalOr, tensor } from "evenkeel";
 *
 * const x = tensor([1, 2, 3]);
 * console.log(logicalOr(x.lt(2), x.gt(2))); // => tensor([ true, false,  true])
 * ```
 */
export function logicalOr(a: Tensor, b: Operand): Tensor {
  return both("logicalOr", or, a, b);
}

/**
 * Whether one of both is true, but not the other, elementwise, broadcasting; as bools.
 * @see PyTorch `torch.logical_xor`.
 *
 * @example
 * ```ts
 * import { logicalXor, tensor } from "evenkeel";
 *
 * console.log(logicalXor(tensor([0, 1, 2]), tensor([1, 1, 0]))); // => tensor([ true, false,  true])
 * ```
 */
export function logicalXor(a: Tensor, b: Operand): Tensor {
  return both("logicalXor", xor, a, b);
}

/**
 * Whether each element is 0, that is not true; as bools.
 * @see PyTorch `torch.logical_not`.
 *
 * @example
 * ```ts
 * import { logicalNot, tensor } from "evenkeel";
 *
 * console.log(logicalNot(tensor([0, 2]))); // => tensor([ true, false])
 * ```
 */
export function logicalNot(x: Tensor): Tensor {
  return both("logicalNot", xor, x, true);
}
