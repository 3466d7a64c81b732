import { expect, test } from "vitest";
import { fillPairs, fillRadii } from "../../src/kernels/numbers/boxMuller32.ts";
import { fma32 } from "../../src/random/libm/fma32.ts";

const { fround } = Math;
const logConstants = [
  -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
  -2.4999993993e-1, 3.3333331174e-1,
].map(fround);
const [c0, c1, c2] = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround);
const [s0, s1, s2] = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);
const [ln2Low, sqrtHalf, l0] = [-2.1219444e-4, Math.SQRT1_2, 7.0376836292e-2].map(fround);
const [fourOverPi, twoPi] = [1.27323954473516, 2 * Math.PI].map(fround);
const [quarter1, quarter2, quarter3] = [-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8].map(fround);

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** `√(−2·log(1 − u))` as avx_mathfun has it, every fused multiply-add rounded once. */
function radius(draw: number): number {
  float[0] = 1 - draw * 2 ** -24;
  let e = (bits[0] >>> 23) - 126;
  bits[0] = (bits[0] & ~0x7f800000) | 0x3f000000;
  let x = float[0];
  const low = x < sqrtHalf ? x : 0;
  if (x < sqrtHalf) e -= 1;
  x = fround(fround(x - 1) + low);
  const z = fround(x * x);
  let y = l0;
  for (let i = 0; i < 8; i++) y = fma32(y, x, logConstants[i]);
  y = fma32(fround(y * x), z, fround(e * ln2Low));
  y = fma32(-z, 0.5, y);
  return fround(Math.sqrt(fround(-2 * fma32(e, 0.693359375, fround(x + y)))));
}

const pair = { cos: 0, sin: 0 };

/** The cosine and the sine of `2π·u`, likewise. */
function setPair(draw: number): void {
  const theta = fround(twoPi * fround(draw * 2 ** -24));
  const j = (Math.trunc(fround(theta * fourOverPi)) + 1) & ~1;
  const x = fma32(j, quarter3, fma32(j, quarter2, fma32(j, quarter1, theta)));
  const z = fround(x * x);
  let c = fma32(fma32(c0, z, c1), z, c2);
  c = fround(fma32(fround(c * z), z, -fround(z * 0.5)) + 1);
  let s = fma32(fma32(s0, z, s1), z, s2);
  s = fma32(fround(s * z), x, x);
  const [cos, sin] = (j & 2) === 0 ? [c, s] : [s, c];
  pair.cos = (~(j - 2) & 4) !== 0 ? -cos : cos;
  pair.sin = (j & 4) !== 0 ? -sin : sin;
}

test("rounding twice makes no difference to any of the 2^24 radii and angles", { timeout: 120_000 }, () => {
  const radii = new Float32Array(8);
  const ones = new Float32Array(8).fill(1);
  const draws = new Int32Array(16);
  const data = new Float32Array(16);
  const wrong: number[] = [];
  for (let i = 0; i < 2 ** 24; i += 8) {
    for (let j = 0; j < 8; j++) draws[j] = draws[j + 8] = i + j;
    fillRadii(radii, draws);
    fillPairs(data, 0, ones, draws);
    for (let j = 0; j < 8; j++) {
      setPair(i + j);
      if (radii[j] !== radius(i + j) || data[j] !== pair.cos || data[j + 8] !== pair.sin) wrong.push(i + j);
    }
  }
  expect(wrong).toEqual([]);
});
