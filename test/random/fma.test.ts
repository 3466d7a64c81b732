import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fma32 } from "../../src/random/libm/fma32.ts";
import { fma64 } from "../../src/random/libm/fma64.ts";

/** A finite double as `numerator·2^-1074`, exactly. */
function exact(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 0n ? size : -size;
}

interface Format {
  /** Bits of the significand. */
  readonly precision: bigint;
  /** The exponent of the smallest subnormal number. */
  readonly least: bigint;
  readonly largest: number;
}

const float32: Format = { precision: 24n, least: -149n, largest: 3.4028234663852886e38 };
const float64: Format = { precision: 53n, least: -1074n, largest: Number.MAX_VALUE };

/** `a·b + c` by integers, rounded to the nearest number of the format, ties to even. */
function oracle(a: number, b: number, c: number, { precision, least, largest }: Format): number {
  const sum = exact(a) * exact(b) + (exact(c) << 1074n); // in units of 2^-2148
  if (sum === 0n) return 0;
  const size = sum < 0n ? -sum : sum;
  const bitLength = BigInt(size.toString(2).length);
  const lost = [bitLength - precision, least + 2148n].reduce((x, y) => (x > y ? x : y));
  if (lost <= 0n) throw new Error("finer than the format");
  let kept = size >> lost;
  const twice = (size - (kept << lost)) << 1n;
  const half = 1n << lost;
  if (twice > half || (twice === half && kept % 2n === 1n)) kept += 1n;
  const exponent = Number(lost - 2148n);
  const value = exponent > 900 ? Number(kept) * 2 ** 900 * 2 ** (exponent - 900) : scale(Number(kept), exponent);
  const rounded = value > largest ? Number.POSITIVE_INFINITY : value;
  return sum < 0n ? -rounded : rounded;
}

/** `x·2^exponent` in two steps, neither of which underflows before the last. */
const scale = (x: number, exponent: number) =>
  x * 2 ** Math.trunc(exponent / 2) * 2 ** (exponent - Math.trunc(exponent / 2));

/** Expects two numbers to be the same; the sign of an exact zero is no matter here. */
const expectSame = (x: number, y: number): void => {
  expect(x + 0).toBe(y + 0);
};

const anyFloat32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const integer = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
/** Numbers of few bits and small exponents, whose products and sums often end half-way. */
const simple = fc.tuple(integer, fc.integer({ min: -60, max: 20 })).map(([m, e]) => m * 2 ** e);

describe("fma32", () => {
  test.each([
    ["any float32 numbers, subnormal ones too", anyFloat32, anyFloat32, anyFloat32],
    ["numbers of similar size", simple, simple, simple],
  ])("rounds once, for %s", (_, a, b, c) => {
    fc.assert(
      fc.property(a, b, c, (x, y, z) => expectSame(fma32(x, y, z), oracle(x, y, z, float32))),
      { numRuns: 20_000, seed: 1 },
    );
  });

  test("rounds once where double rounding goes wrong", () => {
    // The product is 1 + 2^-24 exactly, half-way between two float32 numbers; the rest is lost in double precision.
    for (const nudge of [2 ** -80, -(2 ** -80)]) {
      for (const [a, b] of [
        [1 + 2 ** -23, 1 - 2 ** -24],
        [3 + 2 ** -22, 2 ** 23],
        [1 + 2 ** -12, 1 + 2 ** -12],
      ]) {
        for (const x of [1, -1]) expect(fma32(x * a, b, nudge)).toBe(oracle(x * a, b, nudge, float32));
      }
    }
    fc.assert(
      fc.property(integer, fc.integer({ min: 1, max: 2 ** 23 }), fc.integer({ min: 40, max: 120 }), (m, n, e) => {
        // m·2^24 + 1, half-way; plus or minus very little.
        const [a, b, c] = [(2 * n + 1) * 2 ** -24, 2 ** 12, m * 2 ** -e];
        expectSame(fma32(a, b, c), oracle(a, b, c, float32));
      }),
      { numRuns: 20_000, seed: 2 },
    );
  });

  test("agrees with the oracle at every tie of a product", () => {
    let ties = 0;
    let wrongInDouble = 0;
    for (let i = 0; i < 20_000; i++) {
      const a = Math.fround(1 + ((i * 7919) % 4096) * 2 ** -12 + 2 ** -12);
      const b = Math.fround(1 + ((i * 104729) % 8192) * 2 ** -12 + 2 ** -13);
      const c = (i % 2 === 0 ? 1 : -1) * 2 ** -70;
      const expected = oracle(a, b, c, float32);
      if (Math.abs(a * b - Math.fround(a * b)) === (a * b < 2 ? 2 ** -24 : 2 ** -23)) ties++;
      if (Math.fround(a * b + c) !== expected) wrongInDouble++;
      expect(fma32(a, b, c)).toBe(expected);
    }
    expect(ties).toBeGreaterThan(1000);
    expect(wrongInDouble).toBeGreaterThan(500);
  });

  test("passes infinities and NaN on, and overflows to infinity", () => {
    expect(fma32(Number.POSITIVE_INFINITY, 1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(fma32(1, 1, Number.NaN)).toBeNaN();
    expect(fma32(float32.largest, 2, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(fma32(float32.largest, 1, 2 ** 102)).toBe(float32.largest);
    expect(fma32(-float32.largest, 1, -(2 ** 103))).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("fma64", () => {
  const significand = fc.maxSafeInteger();
  const exponent = fc.integer({ min: -100, max: 40 });
  const double = fc.tuple(significand, exponent).map(([m, e]) => m * 2 ** e);

  test("rounds once, for doubles of ordinary size", () => {
    fc.assert(
      fc.property(double, double, double, (a, b, c) => expectSame(fma64(a, b, c), oracle(a, b, c, float64))),
      { numRuns: 20_000, seed: 3 },
    );
  });

  test("rounds once where the product and the sum nearly cancel", () => {
    const bump = fc.constantFrom(0, 2 ** -52, -(2 ** -53), 2 ** -30);
    fc.assert(
      fc.property(double, double, bump, (a, b, e) => {
        const c = -a * b * (1 + e);
        expectSame(fma64(a, b, c), oracle(a, b, c, float64));
      }),
      { numRuns: 20_000, seed: 4 },
    );
  });

  test("rounds once where the sum is half-way but for the last bits of the product", () => {
    let wrongInTwoRoundings = 0;
    for (let i = 0; i < 20_000; i++) {
      const c = 1 + ((i * 7919) % 65536) * 2 ** -52;
      const factor = 1 + i * 2 ** -20;
      const [a, b] = [2 ** -53 * factor, 1 / factor]; // their product is 2^-53 when rounded
      const expected = oracle(a, b, c, float64);
      if (a * b + c !== expected) wrongInTwoRoundings++;
      expect(fma64(a, b, c)).toBe(expected);
      expect(fma64(-a, b, -c)).toBe(-expected);
    }
    expect(wrongInTwoRoundings).toBeGreaterThan(1000);
  });

  test("beyond its range rounds the product too, and passes infinities and NaN on", () => {
    expect(fma64(1e300, 1e300, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(fma64(1e-200, 1e-200, 1)).toBe(1);
    expect(fma64(0, 5, 3)).toBe(3);
    expect(fma64(Number.NaN, 5, 3)).toBeNaN();
  });
});
