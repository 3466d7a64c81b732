import { sizeOf } from "../../../base/dtype.ts";
import { empty, emptyLike, type NDArray } from "../../array.ts";
import type { Beside } from "../beside.ts";

/** Distances that have loops: of order 1, 2 or 3. */
export interface Order {
  readonly p: 1 | 2 | 3;
}

/** Which of the two gets the gradient. */
export interface Slope extends Order {
  readonly of: 0 | 1;
}

/** `y[i, j] = ‖aᵢ − bⱼ‖` of all rows of `a` `[…, n, m]` and `b` `[…, k, m]`, in double precision, rounded once. */
export const distancesOf: Beside<Order> = {
  name: "cdist",
  plain([a, b], { p }) {
    const { batch, n, k, m } = sizesOf(a, b);
    const y = empty(a.dtype, [...a.shape.slice(0, -1), k]);
    const [left, right] = [wide(a), wide(b)];
    for (let o = 0, at = 0; o < batch; o++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < k; j++) y.data[at++] = distance(left, (o * n + i) * m, right, (o * k + j) * m, m, p);
      }
    }
    return y;
  },
  simd: () => distancesOf.plain,
};

/** The gradient of {@link distancesOf} at one of the two, from that at `y`: `±sign d·(|d|/y)ᵖ⁻¹`, and 0 where `y` is. */
export const distanceSlopesOf: Beside<Slope> = {
  name: "distanceSlopes",
  plain([g, a, b], { p, of }) {
    const { batch, n, k, m } = sizesOf(a, b);
    const dx = emptyLike(of === 0 ? a : b);
    const [left, right] = [wide(a), wide(b)];
    const sums = new Float64Array(dx.data.length);
    for (let o = 0, at = 0; o < batch; o++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < k; j++) {
          const [from, to] = [(o * n + i) * m, (o * k + j) * m];
          const slope = of === 0 ? g.data[at++] : -g.data[at++];
          const length = p === 1 ? 1 : distance(left, from, right, to, m, p);
          if (length !== 0) addSlopes(left, from, right, to, m, p, length, slope, sums, of === 0 ? from : to);
        }
      }
    }
    dx.data.set(sums);
    return dx;
  },
  simd: () => distanceSlopesOf.plain,
};

/** The sizes of `a` `[batch, n, m]` and `b` `[batch, k, m]`. */
function sizesOf(a: NDArray, b: NDArray) {
  const [n, m] = a.shape.slice(-2);
  return { batch: sizeOf(a.shape.slice(0, -2)), n, k: b.shape[b.shape.length - 2], m };
}

/** In double precision, which holds whatever there is: so one loop is for one kind of array. */
const wide = ({ data }: NDArray): Float64Array => (data instanceof Float64Array ? data : new Float64Array(data));

type Numbers = Float64Array;

function distance(a: Numbers, from: number, b: Numbers, to: number, m: number, p: 1 | 2 | 3): number {
  // Every second one apart, so that a sum need not wait for the one before.
  let [total, other] = [0, 0];
  const even = m - (m % 2);
  for (let l = 0; l < even; l += 2) {
    const first = Math.abs(a[from + l] - b[to + l]);
    const second = Math.abs(a[from + l + 1] - b[to + l + 1]);
    total += p === 1 ? first : p === 2 ? first * first : first * first * first;
    other += p === 1 ? second : p === 2 ? second * second : second * second * second;
  }
  total += other;
  if (even < m) {
    const last = Math.abs(a[from + even] - b[to + even]);
    total += p === 1 ? last : p === 2 ? last * last : last * last * last;
  }
  if (p === 1 || Number.isNaN(total)) return total;
  if (total > 1e-290 && total < Number.POSITIVE_INFINITY) return p === 2 ? Math.sqrt(total) : cubeRoot(total);
  // Where powers leave double precision, those of parts of the largest do not.
  let most = 0;
  for (let l = 0; l < m; l++) most = Math.max(most, Math.abs(a[from + l] - b[to + l]));
  if (most === 0 || most === Number.POSITIVE_INFINITY) return most;
  let parts = 0;
  for (let l = 0; l < m; l++) {
    const part = Math.abs(a[from + l] - b[to + l]) / most;
    parts += p === 2 ? part * part : part * part * part;
  }
  return most * (p === 2 ? Math.sqrt(parts) : cubeRoot(parts));
}

/** Newton's method of the third order (Halley's), from a number of about a third of the exponent: the same bits in every engine. */
function cubeRoot(x: number): number {
  let exponent = 0;
  let rest = x;
  for (; rest >= 8; rest /= 8) exponent++;
  for (; rest < 1; rest *= 8) exponent--;
  let root = 0.75 + rest / 6; // within an eighth from 1 to 8
  for (let i = 0; i < 4; i++) {
    const cube = root * root * root;
    root *= (cube + 2 * rest) / (2 * cube + rest);
  }
  for (; exponent > 0; exponent--) root *= 2;
  for (; exponent < 0; exponent++) root /= 2;
  return root;
}

function addSlopes(
  a: Numbers,
  from: number,
  b: Numbers,
  to: number,
  m: number,
  p: 1 | 2 | 3,
  length: number,
  slope: number,
  sums: Numbers,
  at: number,
): void {
  if (p === 1) {
    for (let l = 0; l < m; l++) {
      const off = a[from + l] - b[to + l];
      const sign = off / Math.abs(off); // of half of them each, which no processor guesses; NaN of 0 and NaN
      sums[at + l] += (Number.isNaN(sign) ? Math.sign(off) || 0 : sign) * slope;
    }
    return;
  }
  const inverse = 1 / length;
  const isTame = length > 1e-290 && length < 1e290;
  for (let l = 0; l < m; l++) {
    const off = a[from + l] - b[to + l];
    const part = isTame ? off * inverse : off / length;
    sums[at + l] += (p === 2 ? part : part * Math.abs(part)) * slope;
  }
}
