// The constants are those of FDLIBM: log 2 in two parts, and the series of r·(eʳ + 1)/(eʳ − 1) − 2 in r².
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const [p1, p2, p3, p4, p5] = [
  0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934, -0.0000016533902205465252, 4.1381367970572385e-8,
];

const bits = new DataView(new ArrayBuffer(8));

/**
 * `eˣ` of any double, the same in every engine. Within 1 unit in the last place; below 2^-1022, within half of the smallest
 * number.
 *
 * @see FDLIBM's `e_exp.c` (Sun Microsystems, 1993): `x = k·log 2 + r`, and a rational function of `r`.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019411) return 0;
  if (Math.abs(x) < 2 ** -54) return 1 + x;
  const k = Math.round(x * Math.LOG2E);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const z = r * r;
  const c = r - z * (p1 + z * (p2 + z * (p3 + z * (p4 + z * p5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return k > 1000 || k < -1000 ? y * twoTo(k - (k >> 1)) * twoTo(k >> 1) : y * twoTo(k);
}

/** `2ᵏ`, for `k` from −1022 to 1023. */
function twoTo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20);
  return bits.getFloat64(0);
}
