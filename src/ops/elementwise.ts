import type { Dtype } from "../base/dtype.ts";
import { own, type Primitive } from "./op.ts";

/** `y = x`, in memory of its own. */
export const clone: Primitive = {
  [own]: true,
  name: "clone",
  forward: (k, x) => k.copy(x),
  vjp: [(g) => g],
  needs: "nothing",
};

/** `y = x` as another dtype. */
export const cast = (dtype: Dtype): Primitive => ({
  [own]: true,
  name: "to",
  forward: (k, x) => k.cast(x, dtype),
  vjp: [(g, _y, x) => g.to(x.dtype)],
  needs: "nothing",
});

/** `y = 0`, whatever `x` is, and so is its gradient: `0·∞` would not be. */
export const nought: Primitive = {
  [own]: true,
  name: "nought",
  forward: (k, x) => k.fill(x.dtype, x.shape, 0),
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
};

/** `y = x + c`. */
export const addScalar = (c: number): Primitive => ({
  [own]: true,
  name: "add",
  forward: (k, x) => k.addScalar(x, c),
  vjp: [(g) => g],
  needs: "nothing",
});

/** `y = x·c`. */
export const mulScalar = (c: number): Primitive => ({
  [own]: true,
  name: "mul",
  forward: (k, x) => k.mulScalar(x, c),
  vjp: [(g) => g.mul(c)],
  needs: "nothing",
});

/** `y = x/c`. */
export const divScalar = (c: number): Primitive => ({
  [own]: true,
  name: "div",
  forward: (k, x) => k.divScalar(x, c),
  vjp: [(g) => g.div(c)],
  needs: "nothing",
});

// Of the two inputs from here on, and of comparisons and choices, one may repeat: its shape is then the end of the other's,
// and its gradient the sum over what it met.

/** `y = a + b`. */
export const add: Primitive = {
  [own]: true,
  name: "add",
  forward: (k, a, b) => k.add(a, b),
  vjp: [(g, _y, a) => g.sumToSize(a.shape), (g, _y, _a, b) => g.sumToSize(b.shape)],
  needs: "nothing",
};

/** `y = a − b`. */
export const sub: Primitive = {
  [own]: true,
  name: "sub",
  forward: (k, a, b) => k.sub(a, b),
  vjp: [(g, _y, a) => g.sumToSize(a.shape), (g, _y, _a, b) => g.sumToSize(b.shape).neg()],
  needs: "nothing",
};

/** `y = a·b`, elementwise. */
export const mul: Primitive = {
  [own]: true,
  name: "mul",
  forward: (k, a, b) => k.mul(a, b),
  vjp: [(g, _y, a, b) => g.mul(b).sumToSize(a.shape), (g, _y, a, b) => g.mul(a).sumToSize(b.shape)],
  needs: [[1], [0]],
};

/** `y = a/b`, `dy/da = 1/b`, `dy/db = −a/b/b`. */
export const div: Primitive = {
  [own]: true,
  name: "div",
  forward: (k, a, b) => k.div(a, b),
  vjp: [(g, _y, a, b) => g.div(b).sumToSize(a.shape), (g, _y, a, b) => g.mul(a.div(b)).sumToSize(b.shape).div(b).neg()],
  needs: [[1], [0, 1]],
};

/** `y = aᵇ`, `dy/da = b·aᵇ⁻¹`, and 0 where `b` is; `dy/db = aᵇ·ln a`, and 0 where `a` is and `b ≥ 0`. */
export const pow: Primitive = {
  [own]: true,
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
  [own]: true,
  name: "pow",
  forward: (k, x) => k.powScalar(x, p),
  vjp: [(g, _y, x) => (p === 0 ? g.through(nought) : p === 2 ? g.mul(x).mul(2) : g.mul(x.pow(p - 1)).mul(p))],
  needs: "inputs",
});

/** `y = −x`. */
export const neg: Primitive = {
  [own]: true,
  name: "neg",
  forward: (k, x) => k.neg(x),
  vjp: [(g) => g.neg()],
  needs: "nothing",
};

/** `y = eˣ = dy/dx`. */
export const exp: Primitive = {
  [own]: true,
  name: "exp",
  forward: (k, x) => k.exp(x),
  vjp: [(g, y) => g.mul(y)],
  needs: "output",
};

/** `y = ln x`, `dy/dx = 1/x`. */
export const log: Primitive = {
  [own]: true,
  name: "log",
  forward: (k, x) => k.log(x),
  vjp: [(g, _y, x) => g.div(x)],
  needs: "inputs",
};

/** `y = ln(1 + x)`, `dy/dx = 1/(1 + x)`. */
export const log1p: Primitive = {
  [own]: true,
  name: "log1p",
  forward: (k, x) => k.log1p(x),
  vjp: [(g, _y, x) => g.div(x.add(1))],
  needs: "inputs",
};

/** `y = √x`, `dy/dx = 1/(2y)`. */
export const sqrt: Primitive = {
  [own]: true,
  name: "sqrt",
  forward: (k, x) => k.sqrt(x),
  vjp: [(g, y) => g.div(y.mul(2))],
  needs: "output",
};

/** `y = 1/√x`, `dy/dx = −y³/2`. */
export const rsqrt: Primitive = {
  [own]: true,
  name: "rsqrt",
  forward: (k, x) => k.rsqrt(x),
  vjp: [(g, y) => g.mul(y.pow(3)).mul(-0.5)],
  needs: "output",
};

/** `y = |x|`, `dy/dx = sign x`. */
export const abs: Primitive = {
  [own]: true,
  name: "abs",
  forward: (k, x) => k.abs(x),
  vjp: [(g, _y, x) => g.mul(x.sign())],
  needs: "inputs",
};

/** `y = sign x`, `dy/dx = 0`. */
export const sign: Primitive = {
  [own]: true,
  name: "sign",
  forward: (k, x) => k.sign(x),
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
};

/** `dx = g·(1 − y²)`, of the gradient `g` and the output `y` of a tanh. */
export const tanhBackward: Primitive = {
  [own]: true,
  name: "tanhBackward",
  forward: (k, g, y) => k.tanhBackward(g, y),
  vjp: [(h, _dx, _g, y) => h.through(tanhBackward, y), (h, _dx, g, y) => h.mul(g).mul(y).mul(-2)],
  needs: [[1], [0, 1]],
};

/** `y = tanh x`, `dy/dx = 1 − y²`. */
export const tanh: Primitive = {
  [own]: true,
  name: "tanh",
  forward: (k, x) => k.tanh(x),
  vjp: [(g, y) => g.through(tanhBackward, y)],
  needs: "output",
  backward: (k, g, y) => k.tanhBackward(g, y),
};

/** `dx = g·y·(1 − y)`, of the gradient `g` and the output `y` of a sigmoid. */
export const sigmoidBackward: Primitive = {
  [own]: true,
  name: "sigmoidBackward",
  forward: (k, g, y) => k.sigmoidBackward(g, y),
  vjp: [(h, _dx, _g, y) => h.through(sigmoidBackward, y), (h, _dx, g, y) => h.mul(g).mul(y.mul(-2).add(1))],
  needs: [[1], [0, 1]],
};

/** `y = 1/(1 + e⁻ˣ)`, `dy/dx = y(1 − y)`. */
export const sigmoid: Primitive = {
  [own]: true,
  name: "sigmoid",
  forward: (k, x) => k.sigmoid(x),
  vjp: [(g, y) => g.through(sigmoidBackward, y)],
  needs: "output",
  backward: (k, g, y) => k.sigmoidBackward(g, y),
};

/** `y = max(x, 0)`, `dy/dx = 1` where `y > 0`. */
export const relu: Primitive = {
  [own]: true,
  name: "relu",
  forward: (k, x) => k.relu(x),
  vjp: [(g, y) => g.maskedFill(y.le(0), 0)],
  needs: "output",
  backward: (k, g, y) => k.reluBackward(g, y),
};

/** `y = ln(1 + e^(beta·x))/beta`, `dy/dx = sigmoid(beta·x)`; beyond the threshold `y = x`. */
export const softplus = (beta: number, threshold: number): Primitive => ({
  [own]: true,
  name: "softplus",
  forward: (k, x) => k.softplus(x, beta, threshold),
  vjp: [(g, _y, x) => g.mul(x.mul(beta).sigmoid().maskedFill(x.mul(beta).gt(threshold), 1))],
  needs: "inputs",
  backward: (k, g, _y, x) => {
    const z = beta === 1 ? x : k.mulScalar(x, beta);
    const dx = k.mul(g, k.sigmoid(z));
    // From 18 on the sigmoid is 1 in float32, and from 40 on in float64 too.
    return threshold >= (x.dtype === "float32" ? 18 : 40)
      ? dx
      : k.where(k.lt(k.fill(x.dtype, [], threshold), z), g, dx);
  },
});

/** `y = erf x`, `dy/dx = 2/√π·e^(−x²)`. */
export const erf: Primitive = {
  [own]: true,
  name: "erf",
  forward: (k, x) => k.erf(x),
  vjp: [(g, _y, x) => g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  needs: "inputs",
};

/** `y = sin x`, `dy/dx = cos x`. */
export const sin: Primitive = {
  [own]: true,
  name: "sin",
  forward: (k, x) => k.sin(x),
  vjp: [(g, _y, x) => g.mul(x.cos())],
  needs: "inputs",
};

/** `y = cos x`, `dy/dx = −sin x`. */
export const cos: Primitive = {
  [own]: true,
  name: "cos",
  forward: (k, x) => k.cos(x),
  vjp: [(g, _y, x) => g.mul(x.sin()).neg()],
  needs: "inputs",
};
