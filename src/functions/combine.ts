import { isTensor } from "../base/brand.ts";
import { type Dtype, type Shape, sizeOf } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { broadcast, checkRoom, dimOf, mostInputs, sameShape } from "../base/shapes.ts";
import * as compare from "../ops/compare.ts";
import { own, type Primitive, type Vjp } from "../ops/op.ts";
import * as shaping from "../ops/shape.ts";
import { refuseBool } from "../tensor/checks.ts";
import { meet, stretch } from "../tensor/operands.ts";
import { resultDtype, withScalar } from "../tensor/promotion.ts";
import { apply, type Operand, type Tensor } from "../tensor/tensor.ts";
import { tensor } from "./create.ts";
import { tensorOf } from "./tensorOf.ts";

/**
 * Tensors one after the other along a dimension, in their promoted dtype.
 *
 * Shapes: `[…, a, …]`, `[…, b, …]`, … → `[…, a + b + …, …]`.
 *
 * @param dim - default 0.
 * @throws {@link TensorError} if there are none, or their shapes differ in another dimension than `dim`.
 * @see PyTorch `torch.cat`; there an empty list, `zeros([0])`, fits any shape.
 *
 * @example
 * ```ts
 * import { cat, ones, zeros } from "evenkeel";
 *
 * console.log(cat([zeros([2]), ones([1])])); // => tensor([0., 0., 1.])
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("cat", tensors);
  const [first] = tensors;
  const along = dimOf("cat", dim, first.ndim);
  for (const x of tensors) {
    if (x.ndim === first.ndim && x.ndim > 0 && x.shape.every((size, d) => d === along || size === first.shape[d]))
      continue;
    throw new TensorError("cat", {
      expected: `tensors of one dimension or more, alike but for dimension ${along}`,
      got: `${show(first.shape)} and ${show(x.shape)}`,
      hint: x.ndim === 0 ? "To put single numbers together use stack." : "",
    });
  }
  checkRoom("cat", [
    sizeOf(first.shape) / Math.max(first.shape[along], 1),
    tensors.reduce((sum, x) => sum + x.shape[along], 0),
  ]);
  const dtype = commonDtype(tensors);
  let parts = tensors.map((x) => x.to(dtype));
  while (parts.length > mostInputs) {
    const groups = Array.from({ length: Math.ceil(parts.length / mostInputs) }, (_, i) => i * mostInputs);
    parts = groups.map((from) => joined(parts.slice(from, from + mostInputs), along));
  }
  return joined(parts, along);
}

function joined(tensors: readonly Tensor[], dim: number): Tensor {
  const op = shaping.cat(
    dim,
    tensors.map((x) => x.shape[dim]),
  );
  return apply(op, ...tensors);
}

/**
 * Tensors of one shape side by side along a new dimension, in their promoted dtype.
 *
 * Shapes: `n` times `[a, b]` → `[n, a, b]`, for `dim` 0.
 *
 * @param dim - where the new dimension goes. Default 0.
 * @throws {@link TensorError} if there are none, or their shapes differ.
 * @see PyTorch `torch.stack`.
 *
 * @example
 * ```ts
 * import { ones, stack, zeros } from "evenkeel";
 *
 * console.log(stack([zeros([2]), ones([2])], 1));
 * // => tensor([[0., 1.],
 * //         [0., 1.]])
 * ```
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("stack", tensors);
  const [first] = tensors;
  const odd = tensors.find((x) => !sameShape(x.shape, first.shape));
  if (odd !== undefined) {
    throw new TensorError("stack", {
      expected: "tensors of one shape",
      got: `${show(first.shape)} and ${show(odd.shape)}`,
    });
  }
  const along = dimOf("stack", dim, first.ndim + 1);
  return cat(
    tensors.map((x) => x.unsqueeze(along)),
    along,
  );
}

/**
 * `y = a` where the condition is true, else `b`, broadcasting all three. Of two numbers the result is int32 if both are whole,
 * bool if both are, and float32 otherwise; one number beside a tensor is of its dtype where that can hold it.
 *
 * @throws {@link TensorError} if the condition is not bool, or the shapes do not broadcast.
 * @see PyTorch `torch.where` of three arguments. There `1.0` is no whole number; here it is.
 *
 * @example
 * ```ts
 * import { tensor, where } from "evenkeel";
 *
 * const x = tensor([-1, 2]);
 * console.log(where(x.gt(0), x, 0)); // => tensor([0., 2.])
 * ```
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (!isTensor(condition) || condition.dtype !== "bool") {
    throw new TensorError("where", {
      expected: "a bool tensor as condition",
      got: describe(condition),
      hint: "Compare first, as in x.gt(0).",
    });
  }
  const dtype = meetingDtype(a, b);
  const [p, q] = [operand("where", a, dtype), operand("where", b, dtype)];
  const shape = broadcast("where", broadcast("where", condition.shape, p.shape), q.shape);
  return apply(compare.where, condition.expand(shape), p.expand(shape), q.expand(shape));
}

/**
 * `y = max(a, b)`, elementwise, broadcasting, as {@link Tensor.maximum}.
 *
 * @throws {@link TensorError} if `a` is no tensor, or the shapes do not broadcast.
 * @see PyTorch `torch.maximum`, which takes tensors only.
 *
 * @example
 * ```ts
 * import { maximum, tensor } from "evenkeel";
 *
 * console.log(maximum(tensor([1, 5]), tensor([3, 2]))); // => tensor([3., 5.])
 * ```
 */
export function maximum(a: Tensor, b: Operand): Tensor {
  return operand("maximum", a).maximum(b);
}

/**
 * `y = min(a, b)`, elementwise, broadcasting, as {@link Tensor.minimum}.
 *
 * @throws {@link TensorError} if `a` is no tensor, or the shapes do not broadcast.
 * @see PyTorch `torch.minimum`, which takes tensors only.
 *
 * @example
 * ```ts
 * import { minimum, tensor } from "evenkeel";
 *
 * console.log(minimum(tensor([1, 5]), tensor([3, 2]))); // => tensor([1., 2.])
 * ```
 */
export function minimum(a: Tensor, b: Operand): Tensor {
  return operand("minimum", a).minimum(b);
}

/** `y = min(max(x, low), high)` of the bounds that there are; of two that cross, `high`. */
const clampOp = (hasLow: boolean, hasHigh: boolean): Primitive => {
  const bounds = (given: readonly Tensor[]) => [hasLow ? given[0] : null, given[hasLow ? 1 : 0] ?? null] as const;
  const within: Vjp = (g, _y, x, ...given) => {
    const [low, high] = bounds(given);
    const above = low === null ? x.eq(x) : x.ge(low);
    return g.maskedFill((high === null ? above : above.mul(x.le(high))).eq(false), 0);
  };
  const atLow: Vjp = (g, _y, x, ...given) => {
    const [low, high] = bounds(given) as readonly [Tensor, Tensor | null];
    const isBelow = x.lt(low);
    const isLow = high === null ? isBelow : isBelow.mul(low.lt(high));
    return g.maskedFill(isLow.eq(false), 0).sumToSize(low.shape);
  };
  const atHigh: Vjp = (g, _y, x, ...given) => {
    const [low, high] = bounds(given) as readonly [Tensor | null, Tensor];
    const isAbove = x.gt(high);
    const isHigh = low === null ? isAbove : isAbove.maximum(high.lt(low));
    return g.maskedFill(isHigh.eq(false), 0).sumToSize(high.shape);
  };
  return {
    [own]: true,
    name: "clamp",
    forward: (k, x, ...given) => {
      const least = hasLow ? k.maximum(x, given[0]) : x;
      return hasHigh ? k.minimum(least, given[hasLow ? 1 : 0]) : least;
    },
    vjp: [within, ...(hasLow ? [atLow] : []), ...(hasHigh ? [atHigh] : [])],
    needs: "inputs",
  };
};

/**
 * `y = min(max(x, min), max)`, elementwise, broadcasting, with bounds that are tensors; of two bounds that cross, `max`. The
 * gradient goes to what was taken: to `x` within the bounds and on them, else to the bound.
 *
 * @param min - a tensor or a number, or `null` for none.
 * @param max - a tensor or a number, or `null` for none. Default: none.
 * @throws {@link TensorError} if there is no bound, the shapes do not broadcast, or there are bools.
 * @see PyTorch `torch.clamp`, where both bounds are tensors, or both numbers; of numbers alone it is {@link Tensor.clamp} too.
 *
 * @example
 * ```ts
 * import { clamp, tensor } from "evenkeel";
 *
 * console.log(clamp(tensor([-2, 0, 9]), tensor([-1, 1, 0]), 5)); // => tensor([-1.,  1.,  5.])
 * ```
 */
export function clamp(x: Tensor, min: Tensor | number | null, max: Tensor | number | null = null): Tensor {
  if (!isTensor(min) && !isTensor(max)) return tensorOf("clamp", x).clamp(min, max);
  const given = [min, max].filter((bound) => bound !== null);
  refuseBool("clamp", tensorOf("clamp", x));
  const met = commonDtype([x, ...given.filter(isTensor)]);
  const dtype = given.reduce<Dtype>((dtype, bound) => (isTensor(bound) ? dtype : withScalar(dtype, bound)), met);
  const all = [x, ...given].map((value) => operand("clamp", value, dtype));
  const shape = all.reduce<Shape>((met, one) => broadcast("clamp", met, one.shape), []);
  const [y, ...bounds] = all.map((one, i) => (i > 0 && meet(shape, one.shape) ? one : stretch(one, shape)));
  return y.through(clampOp(min !== null, max !== null), ...bounds);
}

function checkList(where: string, tensors: unknown): asserts tensors is readonly [Tensor, ...Tensor[]] {
  if (Array.isArray(tensors) && tensors.length > 0 && tensors.every(isTensor)) return;
  throw new TensorError(where, { expected: "an array of at least one tensor", got: describe(tensors) });
}

function commonDtype(tensors: readonly Tensor[]): Dtype {
  return tensors.reduce((met, x) => ({ dtype: resultDtype(met, x), ndim: Math.max(met.ndim, x.ndim) }), {
    dtype: tensors[0].dtype,
    ndim: tensors[0].ndim,
  }).dtype;
}

function meetingDtype(a: Operand, b: Operand): Dtype {
  if (isTensor(a)) return isTensor(b) ? resultDtype(a, b) : withScalar(a.dtype, b);
  if (isTensor(b)) return withScalar(b.dtype, a);
  return withScalar(withScalar("bool", a), b);
}

function operand(where: string, value: Operand, dtype?: Dtype): Tensor {
  if (isTensor(value)) return dtype === undefined ? value : value.to(dtype);
  if (dtype === undefined || (typeof value !== "number" && typeof value !== "boolean")) {
    throw new TensorError(where, { expected: "a tensor", got: describe(value) });
  }
  return tensor(value, { dtype });
}
