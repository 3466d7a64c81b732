import { type NDArray, type Shape, sizeOf } from "../kernels/array.ts";
import { give, hide } from "../kernels/pool.ts";
import type { Tensor } from "../tensor.ts";
import type { Fused, Primitive } from "./op.ts";
import { cat } from "./shape.ts";

// Reductions take a run of neighbouring dimensions [start, end) and leave them out of the shape. Those that are given the
// shape of their output, of as many elements, spare an operation that reshapes it.

const shaped = (y: NDArray, shape: Shape | undefined): NDArray => (shape === undefined ? y : y.view(shape));

/** `y`, a reduction of `x` over `[start, end)`, brought back to the shape of `x`. */
function spread(y: Tensor, x: Tensor, start: number, end: number): Tensor {
  const kept = x.shape.map((size, d) => (d >= start && d < end ? 1 : size));
  return y.reshape(kept).expand(x.shape);
}

/** `y = Σ x`, `dy/dx = 1`. */
export const sum = (start: number, end: number, shape?: Shape): Primitive => ({
  name: "sum",
  forward: (k, x) => shaped(k.sum(x, start, end), shape),
  vjp: [(g, _y, x) => spread(g, x, start, end)],
  needs: "nothing",
});

/** `y = Σ x/count`, `dy/dx = 1/count`. */
export const mean = (start: number, end: number, shape?: Shape): Primitive => ({
  name: "mean",
  forward: (k, x) => {
    const total = hide(() => k.sum(x, start, end));
    const count = sizeOf(x.shape.slice(start, end));
    const y = k.divScalar(total, x.dtype === "float32" ? Math.fround(count) : count);
    give(total);
    return shaped(y, shape);
  },
  vjp: [(g, _y, x) => spread(g.div(sizeOf(x.shape.slice(start, end))), x, start, end)],
  needs: "nothing",
});

/** `y = Π x`, the product of halves of halves, so that gradients of any order hold where elements are zero. */
export const prod = (start: number, end: number): Fused<null> => ({
  name: "prod",
  composite: (x) => {
    let rest = x.flatten(start, end - 1);
    while (rest.shape[start] > 1) {
      const half = rest.shape[start] >> 1;
      const product = rest.slice(start, 0, half).mul(rest.slice(start, half, 2 * half));
      const odd = rest.slice(start, 2 * half, rest.shape[start]);
      rest = odd.numel() === 0 ? product : product.through(cat(start, [half, 1]), odd);
    }
    return rest.shape[start] === 1 ? rest.select(start, 0) : rest.sum(start).add(1);
  },
  forward: (k, x) => [k.prod(x, start, end), null],
  backward: (k, g, _, x) => [k.prodBackward(g, x, start, end)],
});

/** The largest; elements that share it share the gradient. */
export const amax = (start: number, end: number): Primitive => ({
  name: "amax",
  forward: (k, x) => k.amax(x, start, end),
  vjp: [(g, y, x) => shareAmongEqual(g, y, x, start, end)],
});

/** The smallest; elements that share it share the gradient. */
export const amin = (start: number, end: number): Primitive => ({
  name: "amin",
  forward: (k, x) => k.amin(x, start, end),
  vjp: [(g, y, x) => shareAmongEqual(g, y, x, start, end)],
});

function shareAmongEqual(g: Tensor, y: Tensor, x: Tensor, start: number, end: number): Tensor {
  const isBest = x.eq(spread(y, x, start, end)).to(g.dtype);
  const shared = g.div(isBest.through(sum(start, end)));
  return spread(shared, x, start, end).mul(isBest);
}

const withoutGradient = (name: string, forward: Primitive["forward"]): Primitive => ({
  name,
  forward,
  vjp: [null],
  needs: "nothing",
});

/** Where the largest first stands; no gradient. */
export const argmax = (start: number, end: number): Primitive =>
  withoutGradient("argmax", (k, x) => k.argBest(x, start, end, 1));

/** Where the smallest first stands; no gradient. */
export const argmin = (start: number, end: number): Primitive =>
  withoutGradient("argmin", (k, x) => k.argBest(x, start, end, -1));

/** Whether any element is not zero; no gradient. */
export const any = (start: number, end: number): Primitive => withoutGradient("any", (k, x) => k.any(x, start, end));

/** Whether every element is not zero; no gradient. */
export const all = (start: number, end: number): Primitive => withoutGradient("all", (k, x) => k.all(x, start, end));

/** Where the first `count` of the sorted elements along `dim` stand; no gradient. */
export const argsort = (dim: number, descending: boolean, count: number): Primitive =>
  withoutGradient("argsort", (k, x) => k.argsort(x, dim, descending, count));

/** `y = Σ (x − mean)²/(count − correction)`. */
export const variance = (start: number, end: number, correction: number, shape?: Shape): Fused<null> => ({
  name: "var",
  composite: (x) => {
    const count = x.shape.slice(start, end).reduce((size, length) => size * length, 1);
    const mean = x.through(sum(start, end)).div(count);
    const squares = x.sub(spread(mean, x, start, end)).square();
    return squares.through(sum(start, end, shape)).div(Math.max(0, count - correction));
  },
  forward: (k, x) => [shaped(k.variance(x, start, end, correction), shape), null],
  backward: (k, g, _, x) => [k.varianceBackward(g, x, start, end, correction)],
});

/** `y = √x`, `dy/dx = 1/(2y)`, and 0 where `y` is: the root of a variance. */
export const rootOrFlat: Primitive = {
  name: "sqrt",
  forward: (k, x) => k.sqrt(x),
  vjp: [
    (g, y) => {
      const isZero = y.eq(0);
      return g.div(y.maskedFill(isZero, 1).mul(2)).maskedFill(isZero, 0);
    },
  ],
  needs: "output",
  backward: (k, g, y) => k.maskedFill(k.div(g, k.mulScalar(y, 2)), k.eq(y, k.fill(y.dtype, [], 0)), 0),
};

/** `y = √Σ x²`, `dy/dx = x/y`, and 0 where `y` is. */
export const norm2 = (start: number, end: number): Primitive => ({
  name: "norm",
  forward: (k, x) => k.sqrt(k.sum(k.mul(x, x), start, end)),
  vjp: [
    (g, y, x) => {
      const isZero = y.eq(0);
      const scale = g.div(y.maskedFill(isZero, 1)).maskedFill(isZero, 0);
      return x.mul(spread(scale, x, start, end));
    },
  ],
});

/** `y = ln Σ eˣ`, `dy/dx = e^(x − y)`. */
export const logsumexp = (start: number, end: number): Primitive => ({
  name: "logsumexp",
  forward: (k, x) => k.logsumexp(x, start, end),
  vjp: [
    (g, y, x) => {
      const finite = y.maskedFill(y.eq(Number.NEGATIVE_INFINITY), 0); // −∞ − −∞ would be NaN
      return spread(g, x, start, end).mul(x.sub(spread(finite, x, start, end)).exp());
    },
  ],
});

/** `y = eˣ/Σ eˣ` along `dim`, `dx = y·(g − Σ g·y)`. */
export const softmax = (dim: number): Primitive => ({
  name: "softmax",
  forward: (k, x) => k.softmax(x, dim),
  vjp: [(g, y) => y.mul(g.sub(g.mul(y).sum(dim, { keepdim: true })))],
  needs: "output",
});

/** `y = x − ln Σ eˣ` along `dim`, `dx = g − eʸ·Σ g`. */
export const logSoftmax = (dim: number): Primitive => ({
  name: "logSoftmax",
  forward: (k, x) => k.logSoftmax(x, dim),
  vjp: [(g, y) => g.sub(y.exp().mul(g.sum(dim, { keepdim: true })))],
  needs: "output",
});

/** The running sum along `dim`; the gradient is the running sum from the end. */
export const cumsum = (dim: number): Primitive => ({
  name: "cumsum",
  forward: (k, x) => k.cumsum(x, dim),
  vjp: [(g) => g.flip([dim]).cumsum(dim).flip([dim])],
  needs: "nothing",
});
