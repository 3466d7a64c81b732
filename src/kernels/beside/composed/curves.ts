import { emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import { moduleOn } from "../module.ts";
import { type Composed, composed } from "./composed.ts";
import { inPieces } from "./pieces.ts";

// Activations and losses of single numbers, and the gradients at what they are of.

/** The numbers that such a function has. */
export interface Two {
  readonly a: number;
  readonly b: number;
}

/** The functions by their place in the SIMD kernels. */
const functions = ["silu", "elu", "leakyRelu", "huber", "hardtanh"];

type Parts = Composed<Two>["composed"];

/** `y` of `x`. */
const form = (name: string, parts: Parts): Composed<Two> =>
  composed(name, parts, (machine, inputs, { a, b }) =>
    inPieces(machine, moduleOn(machine).curve, inputs, emptyLike(inputs[0]), functions.indexOf(name), a, b),
  );

/** The gradient at `x`, of that at `y` and `x`. */
const backward = (name: string, parts: Parts): Composed<Two> =>
  composed(`${name}Backward`, parts, (machine, inputs, { a, b }) =>
    inPieces(machine, moduleOn(machine).curveBackward, inputs, emptyLike(inputs[0]), functions.indexOf(name), a, b),
  );

/** Where `x` is above 0. */
const isAbove = (k: Kernels, x: NDArray): NDArray => k.lt(k.fill(x.dtype, [], 0), x);

/** `σ·(1 + x·(1 − σ))`. */
export function siluSlope(k: Kernels, x: NDArray): NDArray {
  const s = k.sigmoid(x);
  return k.mul(s, k.addScalar(k.mul(x, k.addScalar(k.neg(s), 1)), 1));
}

/** `alpha·eˣ` up to 0, and 1 above. */
export function eluSlope(k: Kernels, x: NDArray, alpha: number): NDArray {
  const below = k.mulScalar(k.exp(x), alpha);
  return k.where(k.le(x, k.fill(x.dtype, [], 0)), below, k.fill(x.dtype, x.shape, 1));
}

/** `y = x·σ(x)`. */
export const siluOf: Composed<Two> = /* @__PURE__ */ form("silu", (k, [x]) => k.mul(x, k.sigmoid(x)));
export const siluBackwardOf: Composed<Two> = /* @__PURE__ */ backward("silu", (k, [g, x]) => k.mul(g, siluSlope(k, x)));

/** `y = x` above 0, else `a·(eˣ − 1)`, with `eˣ − 1 = tanh(x/2)·(eˣ + 1)`, which keeps its digits near 0. */
export const eluOf: Composed<Two> = /* @__PURE__ */ form("elu", (k, [x], { a }) => {
  const bent = k.mul(k.tanh(k.mulScalar(x, 0.5)), k.addScalar(k.exp(x), 1));
  return k.where(isAbove(k, x), x, k.mulScalar(bent, a));
});
export const eluBackwardOf: Composed<Two> = /* @__PURE__ */ backward("elu", (k, [g, x], { a }) =>
  k.mul(g, eluSlope(k, x, a)),
);

/** `y = x` above 0, else `a·x`. */
export const leakyReluOf: Composed<Two> = /* @__PURE__ */ form("leakyRelu", (k, [x], { a }) =>
  k.where(isAbove(k, x), x, k.mulScalar(x, a)),
);
export const leakyReluBackwardOf: Composed<Two> = /* @__PURE__ */ backward("leakyRelu", (k, [g, x], { a }) =>
  k.where(isAbove(k, x), g, k.mulScalar(g, a)),
);

/** `y = b·x²/(2a)` where `|x| < a`, else `b·(|x| − a/2)`. */
export const huberOf: Composed<Two> = /* @__PURE__ */ form("huber", (k, [x], { a, b }) => {
  const size = k.abs(x);
  const round = k.mulScalar(k.mul(x, k.divScalar(x, a)), b / 2);
  const straight = k.mulScalar(k.addScalar(size, -a / 2), b);
  return k.where(k.lt(size, k.fill(x.dtype, [], a)), round, straight);
});
export const huberBackwardOf: Composed<Two> = /* @__PURE__ */ backward("huber", (k, [g, x], { a, b }) =>
  k.mul(g, k.mulScalar(k.clamp(k.divScalar(x, a), -1, 1), b)),
);

/** The gradient where `x` is between `a` and `b`, and 0 elsewhere. */
export const hardtanhBackwardOf: Composed<Two> = /* @__PURE__ */ backward("hardtanh", (k, [g, x], { a, b }) => {
  const above = k.maskedFill(g, k.le(x, k.fill(x.dtype, [], a)), 0);
  return k.maskedFill(above, k.le(k.fill(x.dtype, [], b), x), 0);
});
