import type { Tensor } from "../tensor/tensor.ts";
import { own, type Primitive } from "./op.ts";

// Comparisons, which have no gradient, and choices, which have one. Of two inputs one may repeat.

/** `y = a` where the condition (the first input) holds, else `b`. */
export const where: Primitive = {
  [own]: true,
  name: "where",
  forward: (k, condition, a, b) => k.where(condition, a, b),
  vjp: [null, (g, _y, condition) => g.maskedFill(condition.eq(0), 0), (g, _y, condition) => g.maskedFill(condition, 0)],
  needs: [[], [0], [0]],
};

/** `y = value` where the mask (the second input) holds, else `x`. */
export const maskedFill = (value: number): Primitive => ({
  [own]: true,
  name: "maskedFill",
  forward: (k, x, mask) => k.maskedFill(x, mask, value),
  vjp: [(g, _y, _x, mask) => g.maskedFill(mask, 0), null],
  needs: [[1], []],
});

/** `g` where a number is chosen, half of it where it ties with the other, and 0 where the other is; both are, of what is NaN. */
const chosen = (g: Tensor, ties: Tensor, isOther: Tensor): Tensor =>
  ties.through(where, g.mul(0.5), g).maskedFill(isOther, 0);

/** `y = max(a, b)`; where they are equal each gets half the gradient. */
export const maximum: Primitive = {
  [own]: true,
  name: "maximum",
  forward: (k, a, b) => k.maximum(a, b),
  vjp: [
    (g, _y, a, b) => chosen(g, a.eq(b), a.lt(b)).sumToSize(a.shape),
    (g, _y, a, b) => chosen(g, a.eq(b), b.lt(a)).sumToSize(b.shape),
  ],
  needs: "inputs",
};

/** `y = min(a, b)`; where they are equal each gets half the gradient. */
export const minimum: Primitive = {
  [own]: true,
  name: "minimum",
  forward: (k, a, b) => k.minimum(a, b),
  vjp: [
    (g, _y, a, b) => chosen(g, a.eq(b), a.gt(b)).sumToSize(a.shape),
    (g, _y, a, b) => chosen(g, a.eq(b), b.gt(a)).sumToSize(b.shape),
  ],
  needs: "inputs",
};

/** `y = min(max(x, low), high)`, `dy/dx = 1` within the bounds and on them. */
export const clamp = (low: number, high: number): Primitive => ({
  [own]: true,
  name: "clamp",
  forward: (k, x) => k.clamp(x, low, high),
  vjp: [(g, _y, x) => g.maskedFill(x.ge(low).mul(x.le(high)).eq(0), 0)],
  needs: "inputs",
  backward: (k, g, _y, x) => k.maskedFill(g, k.ne(x, k.clamp(x, low, high)), 0), // of NaN 0
});

const comparison = (name: "eq" | "ne" | "lt" | "le"): Primitive => ({
  [own]: true,
  name,
  forward: (k, a, b) => k[name](a, b),
  vjp: [null, null],
  needs: "nothing",
});

/** `y = (a = b)`. */
export const eq: Primitive = comparison("eq");
/** `y = (a ≠ b)`. */
export const ne: Primitive = comparison("ne");
/** `y = (a < b)`. */
export const lt: Primitive = comparison("lt");
/** `y = (a ≤ b)`. */
export const le: Primitive = comparison("le");
/** `y = (a > b)`. */
export const gt: Primitive = { ...lt, name: "gt", forward: (k, a, b) => k.lt(b, a) };
/** `y = (a ≥ b)`. */
export const ge: Primitive = { ...le, name: "ge", forward: (k, a, b) => k.le(b, a) };
