import { describe, expect, test } from "vitest";
import type { Dtype } from "../../src/base/dtype.ts";
import { NDArray } from "../../src/kernels/array.ts";
import * as elementary from "../../src/kernels/beside/elementary.ts";
import type { Alike } from "../../src/kernels/beside/elementwise.ts";
import { fastKernels } from "../../src/kernels/index.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as arcs from "../../src/kernels/numbers/arcs.ts";
import { erf, pow as powOfC } from "../../src/kernels/numbers/scalar.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { oracle, ulps } from "./oracle.ts";

const allowed = 2;
const beta = 0.7;
const threshold = 20;

/** The same functions in float64, accurate enough to judge float32 by. */
const inFloat64 = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (x: number) => 1 / Math.sqrt(x),
  tanh: Math.tanh,
  sigmoid: (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  erf,
  sin: Math.sin,
  cos: Math.cos,
  softplus: (x: number) => (beta * x > threshold ? x : Math.log1p(Math.exp(beta * x)) / beta),
  log2: Math.log2,
  log10: Math.log10,
  expm1: Math.expm1,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
};

/** Those that are no kernels of a set: of float64 functions of a number, of float32 in SIMD. */
const besides: Readonly<Record<string, Alike>> = elementary;
const { atan2 } = arcs;
const fast = fastKernels() as Kernels;

type Name = keyof typeof inFloat64;
const names = Object.keys(inFloat64) as Name[];

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Arguments and values that no rounding may touch. */
const special: Record<Name, readonly (readonly [x: number, y: number])[]> = {
  exp: [
    [-infinity, 0],
    [infinity, infinity],
    [0, 1],
    [-0, 1],
    [1000, infinity],
    [-1000, 0],
    [nan, nan],
  ],
  log: [
    [0, -infinity],
    [-0, -infinity],
    [-1, nan],
    [-infinity, nan],
    [infinity, infinity],
    [1, 0],
    [nan, nan],
  ],
  log1p: [
    [-1, -infinity],
    [-2, nan],
    [-infinity, nan],
    [infinity, infinity],
    [0, 0],
    [-0, -0],
    [nan, nan],
  ],
  sqrt: [
    [0, 0],
    [-0, -0],
    [-1, nan],
    [infinity, infinity],
    [nan, nan],
  ],
  rsqrt: [
    [0, infinity],
    [-0, -infinity],
    [-1, nan],
    [infinity, 0],
    [nan, nan],
  ],
  tanh: [
    [infinity, 1],
    [-infinity, -1],
    [0, 0],
    [-0, -0],
    [50, 1],
    [-50, -1],
    [nan, nan],
  ],
  sigmoid: [
    [infinity, 1],
    [-infinity, 0],
    [0, 0.5],
    [-0, 0.5],
    [1000, 1],
    [-1000, 0],
    [nan, nan],
  ],
  erf: [
    [infinity, 1],
    [-infinity, -1],
    [0, 0],
    [-0, -0],
    [10, 1],
    [-10, -1],
    [nan, nan],
  ],
  sin: [
    [0, 0],
    [-0, -0],
    [infinity, nan],
    [-infinity, nan],
    [nan, nan],
  ],
  cos: [
    [0, 1],
    [-0, 1],
    [infinity, nan],
    [-infinity, nan],
    [nan, nan],
  ],
  log2: [
    [0, -infinity],
    [-0, -infinity],
    [-1, nan],
    [infinity, infinity],
    [1, 0],
    [8, 3],
    [2 ** -149, -149],
    [nan, nan],
  ],
  log10: [
    [0, -infinity],
    [-0, -infinity],
    [-1, nan],
    [infinity, infinity],
    [1, 0],
    [1000, 3],
    [1e10, 10],
    [nan, nan],
  ],
  expm1: [
    [-infinity, -1],
    [-1000, -1],
    [infinity, infinity],
    [1000, infinity],
    [0, 0],
    [-0, -0],
    [nan, nan],
  ],
  sinh: [
    [-infinity, -infinity],
    [infinity, infinity],
    [-1000, -infinity],
    [0, 0],
    [-0, -0],
    [nan, nan],
  ],
  cosh: [
    [-infinity, infinity],
    [infinity, infinity],
    [-1000, infinity],
    [0, 1],
    [nan, nan],
  ],
  asin: [
    [2, nan],
    [-infinity, nan],
    [0, 0],
    [-0, -0],
    [nan, nan],
  ],
  acos: [
    [1, 0],
    [1.5, nan],
    [-infinity, nan],
    [nan, nan],
  ],
  atan: [
    [0, 0],
    [-0, -0],
    [nan, nan],
  ],
  softplus: [
    [infinity, infinity],
    [-infinity, 0],
    [-2000, 0],
    [30, 30],
    [2000, 2000],
    [nan, nan],
  ],
};

const kernels = wasmKernels();

function run(name: Name, x: Float32Array | Float64Array): Float32Array | Float64Array {
  const beside = besides[`${name}Of`];
  if (beside !== undefined) {
    const array = new NDArray(x, [x.length], x instanceof Float32Array ? "float32" : "float64");
    return fast.beside(beside, [array], {}).data as Float32Array | Float64Array;
  }
  const kernel = kernels?.[name as keyof typeof kernels] as
    | ((x: NDArray, ...settings: number[]) => NDArray)
    | undefined;
  if (!kernel) throw new Error(`there is no kernel ${name}`);
  const dtype: Dtype = x instanceof Float32Array ? "float32" : "float64";
  const array = new NDArray(x, [x.length], dtype);
  const y = name === "softplus" ? kernel(array, beta, threshold) : kernel(array);
  return y.data as Float32Array | Float64Array;
}

/** Random 32-bit patterns, the same every time (Marsaglia's xorshift). */
function patterns(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** All signs and exponents of float32, with 512 random mantissas each. */
function float32Points(): Float32Array {
  const next = patterns();
  const x = new Float32Array(512 * 512);
  const bits = new Uint32Array(x.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = ((i << 23) | (next() >>> 9)) >>> 0;
  return x;
}

/** All exponents of float64 with a random sign and mantissa, and two thousand numbers of the usual sizes. */
function float64Points(): Float64Array {
  const next = patterns();
  const x = new Float64Array(2047 + 2000);
  const bits = new Uint32Array(x.buffer); // little-endian, as WebAssembly
  for (let i = 0; i < x.length; i++) {
    const exponent = i < 2047 ? i : 1013 + (i % 16); // 2⁻¹⁰ to 2⁵
    bits[2 * i] = next();
    bits[2 * i + 1] = ((next() & 0x800fffff) | (exponent << 20)) >>> 0;
  }
  return x;
}

/** How far `y` is from `exact` in units of float32, or infinitely where one is infinite, NaN or −0 and the other not. */
function ulps32(y: number, exact: number): number {
  if (Object.is(y, Math.fround(exact))) return 0;
  if (!Number.isFinite(y) || !Number.isFinite(exact) || exact === 0) return infinity;
  return Math.abs(y - exact) / 2 ** Math.max(Math.floor(Math.log2(Math.abs(exact))) - 23, -149);
}

/** Whether the oracle, which knows no special values and is slow beyond reason, has this value. */
function inDomain(name: Name, x: number): boolean {
  if (["log", "log2", "log10", "sqrt", "rsqrt"].includes(name)) return x > 0;
  if (name === "log1p") return x > -1;
  if (name === "asin" || name === "acos") return Math.abs(x) <= 1;
  if (name === "atan") return true;
  if (name === "sinh" || name === "cosh" || name === "expm1") return Math.abs(x) < 800;
  if (name === "softplus") return x > -1060 && x * beta < threshold;
  return name !== "exp" || Math.abs(x) < 1000;
}

describe.each(names)("%s", (name) => {
  test("is within two units in the last place of float32, of every exponent", () => {
    const x = float32Points();
    const y = run(name, x);
    let worst = 0;
    for (let i = 0; i < x.length; i++) worst = Math.max(worst, ulps32(y[i], inFloat64[name](x[i])));
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  test("is within two units in the last place of float64, of every exponent", () => {
    const x = float64Points().filter((x) => inDomain(name, x));
    const y = run(name, x);
    let worst = 0;
    for (let i = 0; i < x.length; i++) worst = Math.max(worst, ulps(y[i], oracle[name](x[i], beta), "float64"));
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  test("has its special values", () => {
    const [x, y] = [special[name].map(([x]) => x), special[name].map(([, y]) => y)];
    expect(Array.from(run(name, Float32Array.from(x)))).toEqual(y);
    expect(Array.from(run(name, Float64Array.from(x)))).toEqual(y);
  });

  test("has the same bits in a short array as in a long one", () => {
    for (const points of [float32Points(), float64Points()]) {
      const x = points.filter((x) => x >= 0).filter((_, i) => i % 97 === 0);
      const y = run(name, x);
      for (let length = 0; length <= 9; length++) {
        for (const start of [0, 1, 2, 3, x.length - length]) {
          expect(run(name, x.slice(start, start + length))).toEqual(y.slice(start, start + length));
        }
      }
    }
  });
});

describe("atan2", () => {
  test("is within two units in the last place of float64, of every ratio", () => {
    const x = float64Points()
      .map(Math.abs)
      .filter((x) => x > 1e-150 && x < 1e150);
    let worst = 0;
    for (let i = 1; i < x.length; i += 3) {
      worst = Math.max(worst, ulps(atan2(x[i - 1], x[i]), oracle.atan2(x[i - 1], x[i]), "float64"));
    }
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  test("is the nearest float32, or next to it, of every ratio and in every quadrant", () => {
    const points = float32Points();
    const [y, x] = [points, points.slice().reverse()].map((data) => new NDArray(data, [data.length], "float32"));
    const { data } = fast.beside(elementary.atan2Of, [y, x], {});
    let worst = 0;
    for (let i = 0; i < data.length; i++) worst = Math.max(worst, ulps32(data[i], atan2(y.data[i], x.data[i])));
    expect(worst).toBeLessThanOrEqual(1);
  });

  test("of float32 has the quadrants, zeros and infinities of C", () => {
    const sides = [0, -0, 1, -1, 2, -3, 1e-40, -1e38, infinity, -infinity, nan];
    const pairs = sides.flatMap((y) => sides.map((x) => [y, x] as const));
    const [y, x] = [0, 1].map(
      (i) =>
        new NDArray(
          Float32Array.from(pairs, (pair) => pair[i]),
          [pairs.length],
          "float32",
        ),
    );
    const { data } = fast.beside(elementary.atan2Of, [y, x], {});
    const isOff = (_: unknown, i: number) => ulps32(data[i], Math.atan2(y.data[i], x.data[i])) > 1;
    expect(pairs.filter(isOff)).toEqual([]);
  });

  test("is that of C in every quadrant, and where a side is 0, infinite or no number", () => {
    const sides = [0, -0, 1, -1, 2, -3, 1e-300, -1e300, infinity, -infinity, nan];
    const pairs = sides.flatMap((y) => sides.map((x) => [y, x] as const));
    const isOff = ([y, x]: readonly [number, number]) => {
      const [own, ofC] = [atan2(y, x), Math.atan2(y, x)];
      return !Object.is(own, ofC) && !(Math.abs(own - ofC) < 4e-16 * Math.abs(ofC));
    };
    expect(pairs.filter(isOff)).toEqual([]);
  });
});

describe("pow", () => {
  const pow = (a: readonly number[], b: readonly number[], dtype: Dtype) => {
    const array = (x: readonly number[]) =>
      new NDArray(dtype === "float32" ? Float32Array.from(x) : Float64Array.from(x), [x.length], dtype);
    if (!kernels?.pow) throw new Error("there is no kernel pow");
    return kernels.pow(array(a), array(b)).data;
  };

  /** Exponents that give results of all sizes, subnormal ones too, between `e^least` and `e^most`. */
  const exponents = (x: readonly number[], least: number, most: number) => {
    const next = patterns();
    return x.map((x) => (least + (most - least) * (next() / 2 ** 32)) / Math.log(x));
  };

  test("is within two units in the last place of float32, of every exponent", () => {
    const a = Array.from(float32Points()).filter((x, i) => x > 0 && x < infinity && x !== 1 && i % 3 === 0);
    const near = Array.from({ length: 1000 }, (_, i) => Math.fround(1 + (i - 500.5) * 2 ** -20));
    const x = [...a, ...near];
    const b = exponents(x, -105, 88).map(Math.fround);
    const y = pow(x, b, "float32");
    let worst = 0;
    for (let i = 0; i < x.length; i++) worst = Math.max(worst, ulps32(y[i], x[i] ** b[i]));
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  test("is within two units in the last place of float64, of every exponent", () => {
    const near = Array.from({ length: 500 }, (_, i) => 1 + (i - 250.5) * 2 ** -((i % 45) + 8));
    const x = [...Array.from(float64Points(), Math.abs).filter((x) => x !== 1), ...near];
    const b = exponents(x, -745, 709.7);
    const y = pow(x, b, "float64");
    let worst = 0;
    for (let i = 0; i < x.length; i++) worst = Math.max(worst, ulps(y[i], oracle.pow(x[i], b[i]), "float64"));
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  test("of small whole numbers is exact", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const [a, b] = [
        [2, 3, 10, -2, -2, 7, 1024, 0.5],
        [10, 5, 4, 3, 4, 1, -2, 20],
      ];
      expect(Array.from(pow(a, b, dtype))).toEqual(a.map((x, i) => x ** b[i]));
    }
  });

  test("overflows and vanishes with the right sign", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const y = pow([10, 10, -10, -10, 0.1, -0.1, 1e-30, 1e30], [999, -999, 999, -999, -999, -999, 1e30, 1e30], dtype);
      expect(Array.from(y)).toEqual([infinity, 0, -infinity, -0, infinity, -infinity, 0, infinity]);
    }
  });

  test("has the special values of C", () => {
    const values = [nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, 2 ** 60, -(2 ** 60)];
    const isSpecial = (a: number, b: number) =>
      !Number.isFinite(a) || !Number.isFinite(b) || a * b === 0 || Math.abs(a) === 1 || (a < 0 && b % 1 !== 0);
    const pairs = values.flatMap((a) => values.filter((b) => isSpecial(a, b)).map((b) => [a, b] as const));
    const [a, b] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    for (const dtype of ["float32", "float64"] as const) {
      expect(Array.from(pow(a, b, dtype))).toEqual(pairs.map(([a, b]) => powOfC(a, b)));
    }
  });
});
