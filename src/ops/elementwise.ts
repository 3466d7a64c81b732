import type { Dtype } from "../kernels/array.ts";
import type { Tensor } from "../tensor.ts";
import type { Primitive } from "./op.ts";

/** `y = x`, in memory of its own. */
export const clone: Primitive = {
  name: "clone",
  forward: (k, x) => k.copy(x),
  vjp: [(g) => g],
  needs: "nothing",
};

/** `y = x` as another dtype. */
export const cast = (dtype: Dtype): Primitive => ({
  name: "to",
  forward: (k, x) => k.cast(x, dtype),
  vjp: [(g, _y, x) => g.to(x.dtype)],
  needs: "nothing",
});

/** `y = 0`, whatever `x` is, and so is its gradient: `0·∞` would not be. */
export const nought: Primitive = {
  name: "nought",
  forward: (k, x) => k.fill(x.dtype, x.shape, 0),
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
};

/** `y = x + c`. */
export const addScalar = (c: number): Primitive => ({
  name: "add",
  forward: (k, x) => k.addScalar(x, c),
  vjp: [(g) => g],
  needs: "nothing",
});

/** `y = x·c`. */
export const mulScalar = (c: number): Primitive => ({
  name: "mul",
  forward: (k, x) => k.mulScalar(x, c),
  vjp: [(g) => g.mul(c)],
  needs: "nothing",
});

/** `y = x/c`. */
export const divScalar = (c: number): Primitive => ({
  name: "div",
  forward: (k, x) => k.divScalar(x, c),
  vjp: [(g) => g.div(c)],
  needs: "nothing",
});

// Of the two inputs from here to `minimum`, and of comparisons, one may repeat: its shape is then the end of the other's,
// and its gradient the sum over what it met.

/** `y = a + b`. */
export const add: Primitive = {
  name: "add",
  forward: (k, a, b) => k.add(a, b),
  vjp: [(g, _y, a) => g.sumToSize(a.shape), (g, _y, _a, b) => g.sumToSize(b.shape)],
  needs: "nothing",
};

/** `y = a − b`. */
export const sub: Primitive = {
  name: "sub",
  forward: (k, a, b) => k.sub(a, b),
  vjp: [(g, _y, a) => g.sumToSize(a.shape), (g, _y, _a, b) => g.sumToSize(b.shape).neg()],
  needs: "nothing",
};

/** `y = a·b`, elementwise. */
export const mul: Primitive = {
  name: "mul",
  forward: (k, a, b) => k.mul(a, b),
  vjp: [(g, _y, a, b) => g.mul(b).sumToSize(a.shape), (g, _y, a, b) => g.mul(a).sumToSize(b.shape)],
  needs: [[1], [0]],
};

/** `y = a/b`, `dy/da = 1/b`, `dy/db = −a/b/b`. */
export const div: Primitive = {
  name: "div",
  forward: (k, a, b) => k.div(a, b),
  vjp: [(g, _y, a, b) => g.div(b).sumToSize(a.shape), (g, _y, a, b) => g.mul(a.div(b)).sumToSize(b.shape).div(b).neg()],
  needs: [[1], [0, 1]],
};

/** `y = aᵇ`, `dy/da = b·aᵇ⁻¹`, and 0 where `b` is; `dy/db = aᵇ·ln a`, and 0 where `a` is and `b ≥ 0`. */
export const pow: Primitive = {
  name: "pow",
  forward: (k, a, b) => k.pow(a, b),
  vjp: [
    (g, _y, a, b) =>
      g
        .mul(b)
        .mul(a.pow(b.sub(1)))
        .maskedFill(b.eq(0), 0)
        .sumToSize(a.shape),
    (g, y, a, b) => {
      const flat = a.eq(0).mul(b.ge(0));
      return g.mul(y).mul(a.maskedFill(flat, 1).log()).sumToSize(b.shape);
    },
  ],
  needs: [
    [0, 1],
    ["output", 0, 1],
  ],
};

/** `y = xᵖ`, `dy/dx = p·xᵖ⁻¹`. */
export const powScalar = (p: number): Primitive => ({
  name: "pow",
  forward: (k, x) => k.powScalar(x, p),
  vjp: [(g, _y, x) => (p === 0 ? g.through(nought) : p === 2 ? g.mul(x).mul(2) : g.mul(x.pow(p - 1)).mul(p))],
  needs: "inputs",
});

/** `g` where a number is chosen, half of it where it ties with the other, and 0 where the other is; both are, of what is NaN. */
const chosen = (g: Tensor, ties: Tensor, isOther: Tensor): Tensor =>
  ties.through(where, g.mul(0.5), g).maskedFill(isOther, 0);

/** `y = max(a, b)`; where they are equal each gets half the gradient. */
export const maximum: Primitive = {
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
  name: "clamp",
  forward: (k, x) => k.clamp(x, low, high),
  vjp: [(g, _y, x) => g.maskedFill(x.ge(low).mul(x.le(high)).eq(0), 0)],
  needs: "inputs",
});

/** `y = −x`. */
export const neg: Primitive = {
  name: "neg",
  forward: (k, x) => k.neg(x),
  vjp: [(g) => g.neg()],
  needs: "nothing",
};

/** `y = eˣ = dy/dx`. */
export const exp: Primitive = {
  name: "exp",
  forward: (k, x) => k.exp(x),
  vjp: [(g, y) => g.mul(y)],
  needs: "output",
};

/** `y = ln x`, `dy/dx = 1/x`. */
export const log: Primitive = {
  name: "log",
  forward: (k, x) => k.log(x),
  vjp: [(g, _y, x) => g.div(x)],
  needs: "inputs",
};

/** `y = ln(1 + x)`, `dy/dx = 1/(1 + x)`. */
export const log1p: Primitive = {
  name: "log1p",
  forward: (k, x) => k.log1p(x),
  vjp: [(g, _y, x) => g.div(x.add(1))],
  needs: "inputs",
};

/** `y = √x`, `dy/dx = 1/(2y)`. */
export const sqrt: Primitive = {
  name: "sqrt",
  forward: (k, x) => k.sqrt(x),
  vjp: [(g, y) => g.div(y.mul(2))],
  needs: "output",
};

/** `y = 1/√x`, `dy/dx = −y³/2`. */
export const rsqrt: Primitive = {
  name: "rsqrt",
  forward: (k, x) => k.rsqrt(x),
  vjp: [(g, y) => g.mul(y.pow(3)).mul(-0.5)],
  needs: "output",
};

/** `y = |x|`, `dy/dx = sign x`. */
export const abs: Primitive = {
  name: "abs",
  forward: (k, x) => k.abs(x),
  vjp: [(g, _y, x) => g.mul(x.sign())],
  needs: "inputs",
};

/** `y = sign x`, `dy/dx = 0`. */
export const sign: Primitive = {
  name: "sign",
  forward: (k, x) => k.sign(x),
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
};

/** `dx = g·(1 − y²)`, of the gradient `g` and the output `y` of a tanh. */
export const tanhBackward: Primitive = {
  name: "tanhBackward",
  forward: (k, g, y) => k.tanhBackward(g, y),
  vjp: [(h, _dx, _g, y) => h.through(tanhBackward, y), (h, _dx, g, y) => h.mul(g).mul(y).mul(-2)],
  needs: [[1], [0, 1]],
};

/** `y = tanh x`, `dy/dx = 1 − y²`. */
export const tanh: Primitive = {
  name: "tanh",
  forward: (k, x) => k.tanh(x),
  vjp: [(g, y) => g.through(tanhBackward, y)],
  needs: "output",
  backward: (k, g, y) => k.tanhBackward(g, y),
};

/** `dx = g·y·(1 − y)`, of the gradient `g` and the output `y` of a sigmoid. */
export const sigmoidBackward: Primitive = {
  name: "sigmoidBackward",
  forward: (k, g, y) => k.sigmoidBackward(g, y),
  vjp: [(h, _dx, _g, y) => h.through(sigmoidBackward, y), (h, _dx, g, y) => h.mul(g).mul(y.mul(-2).add(1))],
  needs: [[1], [0, 1]],
};

/** `y = 1/(1 + e⁻ˣ)`, `dy/dx = y(1 − y)`. */
export const sigmoid: Primitive = {
  name: "sigmoid",
  forward: (k, x) => k.sigmoid(x),
  vjp: [(g, y) => g.through(sigmoidBackward, y)],
  needs: "output",
  backward: (k, g, y) => k.sigmoidBackward(g, y),
};

/** `y = max(x, 0)`, `dy/dx = 1` where `y > 0`. */
export const relu: Primitive = {
  name: "relu",
  forward: (k, x) => k.relu(x),
  vjp: [(g, y) => g.maskedFill(y.le(0), 0)],
  needs: "output",
  backward: (k, g, y) => k.reluBackward(g, y),
};

/** `y = ln(1 + e^(beta·x))/beta`, `dy/dx = sigmoid(beta·x)`; beyond the threshold `y = x`. */
export const softplus = (beta: number, threshold: number): Primitive => ({
  name: "softplus",
  forward: (k, x) => k.softplus(x, beta, threshold),
  vjp: [(g, _y, x) => g.mul(x.mul(beta).sigmoid().maskedFill(x.mul(beta).gt(threshold), 1))],
  needs: "inputs",
});

/** `y = erf x`, `dy/dx = 2/√π·e^(−x²)`. */
export const erf: Primitive = {
  name: "erf",
  forward: (k, x) => k.erf(x),
  vjp: [(g, _y, x) => g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  needs: "inputs",
};

/** `y = sin x`, `dy/dx = cos x`. */
export const sin: Primitive = {
  name: "sin",
  forward: (k, x) => k.sin(x),
  vjp: [(g, _y, x) => g.mul(x.cos())],
  needs: "inputs",
};

/** `y = cos x`, `dy/dx = −sin x`. */
export const cos: Primitive = {
  name: "cos",
  forward: (k, x) => k.cos(x),
  vjp: [(g, _y, x) => g.mul(x.sin()).neg()],
  needs: "inputs",
};

/** `y = a` where the condition (the first input) holds, else `b`. */
export const where: Primitive = {
  name: "where",
  forward: (k, condition, a, b) => k.where(condition, a, b),
  vjp: [null, (g, _y, condition) => g.maskedFill(condition.eq(0), 0), (g, _y, condition) => g.maskedFill(condition, 0)],
  needs: [[], [0], [0]],
};

/** `y = value` where the mask (the second input) holds, else `x`. */
export const maskedFill = (value: number): Primitive => ({
  name: "maskedFill",
  forward: (k, x, mask) => k.maskedFill(x, mask, value),
  vjp: [(g, _y, _x, mask) => g.maskedFill(mask, 0), null],
  needs: [[1], []],
});

const comparison = (name: "eq" | "ne" | "lt" | "le"): Primitive => ({
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
