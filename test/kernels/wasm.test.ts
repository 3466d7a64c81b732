import { Generator, randn, Tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { NDArray } from "../../src/kernels/array.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { expectClose } from "../close.ts";

type FloatType = "float32" | "float64";

const wasm = wasmKernels() as Required<
  Pick<
    typeof reference,
    "tanh" | "matmul" | "batchStatistics" | "batchNorm" | "batchNormBackward" | "batchNormBackwardTwice"
  >
>;
const floats = ["float32", "float64"] as const;
const generator = new Generator().manualSeed(1);
const draw = (shape: readonly number[], dtype: FloatType) => randn(shape, { dtype, generator }).array;
const tolerance = { float32: 2e-6, float64: 1e-13 };

/** Every value that is no ordinary number, scattered over an array. */
function spoilt({ data, shape, dtype }: NDArray): NDArray {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-42, -1e-42, 1e38];
  const values = data.slice();
  special.forEach((value, i) => {
    if (values.length > 0) values[(i * 37) % values.length] = value;
  });
  return new NDArray(values, shape, dtype);
}

/** The same numbers, and NaN and infinities in the same places. */
/** The same shape, dtype, NaN and infinities, and numbers alike: in proportion to the largest, or to `atLeast`. */
function expectAlike(actual: NDArray, expected: NDArray, dtype: FloatType, atLeast = 0): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.dtype).toBe(expected.dtype);
  const kind = (x: number) => (Number.isFinite(x) ? "number" : String(x));
  expect(Array.from(actual.data, kind)).toEqual(Array.from(expected.data, kind));
  const finite = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => Number.isFinite(expected.data[i]));
  expectClose(finite(actual.data), finite(expected.data), tolerance[dtype], tolerance[dtype] * atLeast + 1e-30);
}

describe.each(floats)("a product in %s", (dtype) => {
  const sizes = [
    [1, 1, 1],
    [0, 3, 2],
    [3, 0, 2],
    [3, 2, 0],
    [1, 700, 1],
    [4, 32, 8],
    [5, 33, 9],
    [3, 64, 7],
    [8, 9, 16],
    [31, 30, 29],
    [65, 257, 17],
    [2, 513, 40],
    [70, 12, 66],
  ]; // [m, k, n]: every rest of a tile of 4 by 8, and of a block of 64 rows or 256 terms

  test.each(sizes)("of [%i, %i] by [., %i] is the reference's, transposed or not, in batches or alone", (m, k, n) => {
    for (const batch of [1, 3]) {
      for (const [transposeA, transposeB] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ]) {
        const a = draw(transposeA ? [batch, k, m] : [batch, m, k], dtype);
        const b = draw(transposeB ? [batch, n, k] : [batch, k, n], dtype);
        const expected = reference.matmul(a, b, transposeA, transposeB);
        expectAlike(wasm.matmul(a, b, transposeA, transposeB), expected, dtype);
      }
    }
  });

  test.each([
    [90, 100],
    [130, 110],
    [300, 40],
  ])("of a row alone, or of some, has the bits that they have among many: by [%i, %i]", (k, n) => {
    const [a, b] = [draw([1, 20, k], dtype), draw([1, k, n], dtype)];
    const many = wasm.matmul(a, b, false, false);
    for (const m of [1, 2, 8, 9]) {
      const some = new NDArray(a.data.slice(0, m * k), [1, m, k], dtype);
      expect(wasm.matmul(some, b, false, false).data).toEqual(many.data.slice(0, m * n));
    }
  });

  // Each part meets the right edge, or the other rows, in another way. Few multiplications are the reference's.
  test.each([5, 33, 257])("of some rows by some columns has the bits that it has among many: %i terms", (k) => {
    const [a, b] = [draw([51, k], dtype), draw([56, k], dtype)];
    const many = wasm.matmul(a, b, false, true);
    const first = (x: NDArray, rows: number) => new NDArray(x.data.slice(0, rows * k), [rows, k], dtype);
    for (const m of [1, 15, 16, 32, 48]) {
      for (let n = Math.ceil(512 / (m * k)); n <= 40; n++) {
        const some = wasm.matmul(first(a, m), first(b, n), false, true);
        const rows = Array.from({ length: m }, (_, i) => Array.from(many.data.subarray(i * 56, i * 56 + n)));
        expect(Array.from(some.data), `${m} rows, ${n} columns`).toEqual(rows.flat());
      }
    }
  });

  test("treats NaN, infinities, zeros and subnormals as the reference does", () => {
    const [a, b] = [spoilt(draw([1, 21, 40], dtype)), draw([1, 40, 19], dtype)];
    expectAlike(wasm.matmul(a, b, false, false), reference.matmul(a, b, false, false), dtype);
  });

  test("leaves its inputs as they are, and earlier results too", () => {
    const [a, b] = [draw([1, 20, 20], dtype), draw([1, 20, 20], dtype)];
    const before = [a.data.slice(), b.data.slice()];
    const first = wasm.matmul(a, b, false, false);
    const kept = first.data.slice();
    wasm.matmul(b, a, true, true);
    expect([a.data, b.data, first.data]).toEqual([...before, kept]);
  });
});

test.each(floats)("a function of more elements than are done at a time gives each the same bits, in %s", (dtype) => {
  const x = draw([2 * 2 ** 15 + 5], dtype);
  const whole = wasm.tanh(x);
  const part = (start: number, end: number) => new NDArray(x.data.slice(start, end), [end - start], dtype);
  for (const [start, end] of [
    [0, 7],
    [32765, 32774],
    [65530, 65541],
  ]) {
    expect(wasm.tanh(part(start, end)).data).toEqual(whole.data.slice(start, end));
  }
});

test("a product of whole numbers is exact", () => {
  const [a, b] = [new Tensor(draw([1, 20, 30], "float32")), new Tensor(draw([1, 30, 10], "float32"))];
  const whole = (x: Tensor) => x.mul(100).to("int32").array;
  const expected = reference.matmul(whole(a), whole(b), false, false);
  expect(wasm.matmul(whole(a), whole(b), false, false)).toEqual(expected);
});

describe.each(floats)("batch norm in %s", (dtype) => {
  const shapes = [
    [2, 1, 1],
    [3, 2, 1],
    [7, 5, 1],
    [33, 200, 1],
    [2, 3, 4],
    [0, 3, 1],
  ];

  test.each(shapes)("of [%i, %i, %i] is the reference's, forward and backward", (n, c, l) => {
    const [x, g] = [draw([n, c, l], dtype), draw([n, c, l], dtype)];
    const [weight, bias] = [draw([c], dtype), draw([c], dtype)];
    const statistics = wasm.batchStatistics(x);
    const expected = reference.batchStatistics(x);
    expect(statistics.count).toBe(expected.count);
    expectClose(statistics.mean, expected.mean, 1e-14, 1e-14);
    expectClose(statistics.variance, expected.variance, 1e-14, 1e-14);
    const args = [expected, weight, bias, 1e-5] as const;
    expectAlike(wasm.batchNorm(x, ...args), reference.batchNorm(x, ...args), dtype);
    for (const through of [true, false]) {
      const actual = wasm.batchNormBackward(g, x, expected, weight, 1e-5, through);
      const wanted = reference.batchNormBackward(g, x, expected, weight, 1e-5, through);
      // Of two examples the gradient is the small difference of terms as large as slope·g.
      const slope = Math.max(
        ...Array.from(weight.data, (w, j) => Math.abs(w) / Math.sqrt(expected.variance[j] + 1e-5)),
      );
      wanted.forEach((array, i) => expectAlike(actual[i], array, dtype, slope));
    }
  });

  test.each(shapes)("the gradient of its gradient, of [%i, %i, %i], is the reference's", (n, c, l) => {
    const [u, g, x, weight] = [
      draw([n, c, l], dtype),
      draw([n, c, l], dtype),
      draw([n, c, l], dtype),
      draw([c], dtype),
    ];
    const args = [u, g, x, reference.batchStatistics(x), weight, 1e-5] as const;
    const [wanted, actual] = [reference.batchNormBackwardTwice(...args), wasm.batchNormBackwardTwice(...args)];
    // Of two examples it is the small difference of terms as large as weight·r².
    const terms = Array.from(weight.data, (w, j) => Math.abs(w) / (args[3].variance[j] + 1e-5));
    wanted.forEach((array, i) => expectAlike(actual[i], array, dtype, Math.max(1, ...terms)));
  });

  test("spreads NaN and infinities as the reference does", () => {
    const [x, weight] = [spoilt(draw([9, 11, 1], dtype)), draw([11], dtype)];
    const statistics = wasm.batchStatistics(x);
    expect([...statistics.mean].map(Number.isFinite)).toEqual(
      [...reference.batchStatistics(x).mean].map(Number.isFinite),
    );
    const args = [statistics, weight, zeros([11], { dtype }).array, 1e-5] as const;
    expectAlike(wasm.batchNorm(x, ...args), reference.batchNorm(x, ...args), dtype);
  });

  test("is stable where the mean is a million deviations", () => {
    const x = new Tensor(draw([64, 6, 1], "float64")).add(1e6).to(dtype).array;
    const { mean, variance } = wasm.batchStatistics(x);
    const exact = reference.batchStatistics(x);
    expectClose(mean, exact.mean, 1e-15);
    expectClose(variance, exact.variance, 1e-9);
  });
});
