import { type Shape, sizeOf } from "../base/dtype.ts";
import type { NDArray } from "../kernels/array.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Fused, own, type Primitive } from "./op.ts";
import { cat } from "./shape.ts";

// Reductions take a run of neighbouring dimensions [start, end) and leave them out of the shape. Those that are given the
// shape of their output, of as many elements, spare an operation that reshapes it.

const shaped = (y: NDArray, shape: Shape | undefined): NDArray => (shape === undefined ? y : y.view(shape));

/** `y`, a reduction of `x` over `[start, end)`, brought back to the shape of `x`. */
function spread(y: Tensor, x: Tensor, start: number, end: number): Tensor {
  const kept = x.shape.map((size, d) => (d >= start && d < end ? 1 : size));
  return y.reshape(kept).expand(x.shape);
}

/** The same of arrays. */
function spreadArray(k: Kernels, y: NDArray, { shape }: NDArray, start: number, end: number): NDArray {
  return k.expand(y.view(shape.map((size, d) => (d >= start && d < end ? 1 : size))), shape);
}

/** `y = Σ x`, `dy/dx = 1`. */
export const sum = (start: number, end: number, shape?: Shape): Primitive => ({
  [own]: true,
  name: "sum",
  forward: (k, x) => shaped(k.sum(x, start, end), shape),
  vjp: [(g, _y, x) => spread(g, x, start, end)],
  needs: "nothing",
});

/** `y = Σ x/count`, `dy/dx = 1/count`. */
export const mean = (start: number, end: number, shape?: Shape): Primitive => ({
  [own]: true,
  name: "mean",
  forward: (k, x) => shaped(k.mean(x, start, end), shape),
  vjp: [(g, _y, x) => spread(g.div(sizeOf(x.shape.slice(start, end))), x, start, end)],
  needs: "nothing",
});

/** `y = Π x`, the product of halves of halves, so that gradients of any order hold where elements are zero. */
export const prod = (start: number, end: number): Fused<null> => ({
  [own]: true,
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

/** Who shares the gradient of the largest or the smallest. */
interface Sharing {
  /** Whether elements that are NaN, and hence so is what is largest, are equal to it. */
  readonly countsNaN: boolean;
  /** Whether the others get 0, not 0 times the gradient. */
  readonly selects: boolean;
}

const best =
  (name: "amax" | "amin", sharing: Sharing) =>
  (start: number, end: number): Primitive => ({
    [own]: true,
    name,
    forward: (k, x) => k[name](x, start, end),
    vjp: [(g, y, x) => shareAmongEqual(g, y, x, start, end, sharing)],
  });

function shareAmongEqual(
  g: Tensor,
  y: Tensor,
  x: Tensor,
  start: number,
  end: number,
  { countsNaN, selects }: Sharing,
): Tensor {
  const isEqual = x.eq(spread(y, x, start, end));
  const isBest = countsNaN ? isEqual.add(x.ne(x)) : isEqual;
  const share = isBest.to(g.dtype);
  const shared = spread(g.div(share.through(sum(start, end))), x, start, end);
  return selects ? shared.maskedFill(isBest.eq(false), 0) : shared.mul(share);
}

// PyTorch's three ways, for the same values.

/** The largest over some dimensions; elements that share it share the gradient. */
export const amax = best("amax", { countsNaN: false, selects: false });
/** The smallest over some dimensions; elements that share it share the gradient. */
export const amin = best("amin", { countsNaN: false, selects: false });
/** The largest of all. */
export const max = best("amax", { countsNaN: true, selects: true });
/** The smallest of all. */
export const min = best("amin", { countsNaN: true, selects: true });
/** The largest of sizes, as a norm. */
export const largest = best("amax", { countsNaN: true, selects: false });
/** The smallest of sizes, as a norm. */
export const smallest = best("amin", { countsNaN: true, selects: false });

const withoutGradient = (name: string, forward: Primitive["forward"]): Primitive => ({
  [own]: true,
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
  [own]: true,
  name: "var",
  composite: (x) => {
    const count = x.shape.slice(start, end).reduce((size, length) => size * length, 1);
    const mean = x.through(sum(start, end)).div(count);
    const squares = x.sub(spread(mean, x, start, end)).square();
    return squares.through(sum(start, end, shape)).div(Math.max(0, count - correction));
  },
  forward: (k, x) => [shaped(k.variance(x, start, end, correction), shape), null],
  backward: (k, g, _, x) => [k.varianceBackward(g, x, start, end, correction)],
  // Of the composite's the gradient at the mean is a difference of sums that is 0, or of infinities.
  pull: (g, [x]) => {
    const count = sizeOf(x.shape.slice(start, end));
    const slope = g.mul(2 / Math.max(0, count - correction));
    const mean = x.through(sum(start, end)).div(count);
    return [x.sub(spread(mean, x, start, end)).mul(spread(slope, x, start, end))];
  },
});

/** `y = √(Σ (x − mean)²/(count − correction))`, `dy/dx = (x − mean)/(y·(count − correction))`, and 0 where `y` is. */
export const std = (start: number, end: number, correction: number, shape?: Shape): Primitive => ({
  [own]: true,
  name: "std",
  forward: (k, x) => shaped(k.std(x, start, end, correction), shape),
  vjp: [
    (g, y, x) => {
      const along = (z: Tensor) => spread(z, x, start, end);
      const count = sizeOf(x.shape.slice(start, end));
      const isFlat = y.eq(0);
      // Divided by its spread first: of tiny numbers the slope alone would be infinite.
      const unit = x.sub(along(x.through(mean(start, end)))).div(along(y.maskedFill(isFlat, 1)));
      return unit.mul(along(g.div(Math.max(0, count - correction)).maskedFill(isFlat, 0)));
    },
  ],
  backward: (k, g, _y, x) => k.stdBackward(g, x, start, end, correction),
});

/** `y = √Σ x²`, `dy/dx = x/y`, and 0 where `y` is. */
export const norm2 = (start: number, end: number): Primitive => ({
  [own]: true,
  name: "norm",
  forward: (k, x) => k.norm2(x, start, end),
  vjp: [
    (g, y, x) => {
      const along = (z: Tensor) => spread(z, x, start, end);
      const isZero = y.eq(0);
      return x.div(along(y.maskedFill(isZero, 1))).mul(along(g.maskedFill(isZero, 0)));
    },
  ],
  backward: (k, g, _y, x) => k.norm2Backward(g, x, start, end),
});

/** `y = (Σ |x|ᵖ)^(1/p)`, `dy/dx = sign x·(|x|/y)ᵖ⁻¹`, and 0 where `y` is, or, for `p < 1`, where `x` is. */
export const normOf = (p: number, start: number, end: number): Primitive => ({
  [own]: true,
  name: "norm",
  forward: (k, x) => k.cast(normInDouble(k, x, start, end, p), x.dtype),
  vjp: [
    (g, y, x) => {
      const along = (z: Tensor) => spread(z, x, start, end);
      const isZero = y.eq(0);
      // Where x is 0 so is its sign, and a power of 0 would have an infinite slope.
      const isNought = x.eq(0);
      const size = x.abs().maskedFill(isNought, 1);
      const slope = size.div(along(y.maskedFill(isZero, 1))).pow(p - 1);
      return x
        .sign()
        .mul(p < 1 ? slope.maskedFill(isNought, 0) : slope)
        .mul(along(g.maskedFill(isZero, 0)));
    },
  ],
  backward: (k, g, _y, x) => {
    const [wide, y] = [k.cast(x, "float64"), normInDouble(k, x, start, end, p)];
    const zero = k.fill("float64", [], 0);
    const isZero = k.eq(y, zero);
    const along = (z: NDArray) => spreadArray(k, z, x, start, end);
    const slope = powerOf(k, k.div(k.abs(wide), along(k.maskedFill(y, isZero, 1))), p - 1);
    const kept = p < 1 ? k.maskedFill(slope, k.eq(wide, zero), 0) : slope;
    const upstream = along(k.maskedFill(k.cast(g, "float64"), isZero, 0));
    return k.cast(k.mul(k.mul(k.sign(wide), kept), upstream), x.dtype);
  },
});

/** The norm in float64, of sizes in parts of the one that counts most, whose powers neither overflow nor vanish. */
function normInDouble(k: Kernels, x: NDArray, start: number, end: number, p: number): NDArray {
  const sizes = k.abs(x);
  if (sizeOf(x.shape) === 0) return k.powScalar(k.sum(k.cast(sizes, "float64"), start, end), 1 / p);
  const found = k.cast(p > 0 ? k.amax(sizes, start, end) : k.amin(sizes, start, end), "float64");
  const zero = k.fill("float64", [], 0);
  const isOutside = k.ne(k.mul(found, zero), zero); // infinite, or NaN
  const most = k.maskedFill(k.maskedFill(found, isOutside, 1), k.eq(found, zero), 1);
  const powers = powerOf(k, k.div(k.cast(sizes, "float64"), spreadArray(k, most, x, start, end)), p);
  return k.mul(k.powScalar(k.sum(powers, start, end), 1 / p), most);
}

/** `xᵖ` of numbers of 0 or more; some of the powers, and their slopes, are made of a root or a quotient in far less time. */
function powerOf(k: Kernels, x: NDArray, p: number): NDArray {
  if (p === 1.5) return k.mul(x, k.sqrt(x));
  return p === -1 || p === -2 ? k.div(k.fill(x.dtype, [], 1), p === -1 ? x : k.mul(x, x)) : k.powScalar(x, p);
}

/** `y = ln Σ eˣ`, `dy/dx = e^(x − y)`. */
export const logsumexp = (start: number, end: number): Primitive => ({
  [own]: true,
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
  [own]: true,
  name: "softmax",
  forward: (k, x) => k.softmax(x, dim),
  vjp: [(g, y) => y.mul(g.sub(g.mul(y).sum(dim, { keepdim: true })))],
  needs: "output",
});

/** `y = x − ln Σ eˣ` along `dim`, `dx = g − eʸ·Σ g`. */
export const logSoftmax = (dim: number): Primitive => ({
  [own]: true,
  name: "logSoftmax",
  forward: (k, x) => k.logSoftmax(x, dim),
  vjp: [(g, y) => g.sub(y.exp().mul(g.sum(dim, { keepdim: true })))],
  needs: "output",
});

/** The running sum along `dim`; the gradient is the running sum from the end. */
export const cumsum = (dim: number): Primitive => ({
  [own]: true,
  name: "cumsum",
  forward: (k, x) => k.cumsum(x, dim),
  vjp: [(g) => g.flip([dim]).cumsum(dim).flip([dim])],
  needs: "nothing",
});
