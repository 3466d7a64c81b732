import { Generator, randn, Tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import type { Dtype } from "../../src/base/dtype.ts";
import { NDArray } from "../../src/kernels/array.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { expectClose } from "../close.ts";

const plain: Kernels = reference;
const wasm: Kernels = { ...plain, ...wasmKernels() };
const floats = ["float32", "float64"] as const;
const sizes = [0, 1, 3, 255, 256, 257, 258, 259, 260, 2 ** 15 + 3];
const generator = new Generator().manualSeed(1);
const draw = (shape: readonly number[], dtype: Dtype) => randn(shape, { generator }).mul(3).to(dtype).array;

/** Every value that is no ordinary number, some whole ones, and pairs of equal ones, scattered over an array. */
function spoilt({ data, shape, dtype }: NDArray, step = 37): NDArray {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const special = [nan, infinity, -infinity, -0, 0, 1, -1, 1e-42, -1e-42, 1e38, 2, nan, infinity, -0, 0];
  const values = data.slice();
  special.forEach((value, i) => {
    if (values.length > 0) values[(i * step) % values.length] = value;
  });
  return new NDArray(values, shape, dtype);
}

/** The same bits, whatever NaN's; `toEqual` takes seconds for large arrays. */
function expectSame(actual: NDArray, expected: NDArray): void {
  expect([actual.shape, actual.dtype]).toEqual([expected.shape, expected.dtype]);
  expect(actual.data.length).toBe(expected.data.length);
  const at = actual.data.findIndex((value: number, i: number) => !Object.is(value, expected.data[i]));
  if (at >= 0) expect({ at, value: actual.data[at] }).toEqual({ at, value: expected.data[at] });
}

function mask(size: number): NDArray {
  return new NDArray(
    Uint8Array.from({ length: size }, (_, i) => ((i * i) % 3) & 1),
    [size],
    "bool",
  );
}

const arithmetic = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const comparisons = ["eq", "ne", "lt", "le"] as const;
const exact = [...arithmetic, ...comparisons, "reluBackward"] as const;

describe.each(exact)("%s", (name) => {
  test.each(sizes)("of %i elements has the reference's bits", (n) => {
    for (const dtype of floats) {
      for (const [a, b] of [
        [spoilt(draw([n], dtype)), draw([n], dtype)],
        [spoilt(draw([n], dtype)), spoilt(draw([n], dtype), 38)],
      ]) {
        expectSame(wasm[name](a, b), plain[name](a, b));
        expectSame(wasm[name](b, a), plain[name](b, a));
      }
    }
  });

  test("of bools and whole numbers is the reference's", () => {
    const [a, b] = [draw([300], "int32"), draw([300], "int32")];
    expectSame(wasm[name](a, b), plain[name](a, b));
    expectSame(wasm[name](mask(300), mask(300)), plain[name](mask(300), mask(300)));
  });
});

/** The shorter operand, written out. */
function repeated(x: NDArray, like: NDArray): NDArray {
  const data = like.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = x.data[i % x.data.length];
  return new NDArray(data, like.shape, x.dtype);
}

describe.each([...arithmetic, ...comparisons, "pow"] as const)("%s of a short operand", (name) => {
  test.each([
    [[1], []],
    [[7], []],
    [[3, 5], [5]],
    [
      [3, 5],
      [1, 5],
    ],
    [[300], [1]],
    [[40, 7], [7]],
    [[32, 200], [200]],
    [
      [32, 200],
      [1, 200],
    ],
    [
      [2, 3, 50],
      [3, 50],
    ],
    [[150, 2], [2]],
    [[300, 1], [1]],
    [[0, 3], [3]],
    [[0], [1]],
    [[3, 0], [0]],
    [[2 ** 13, 9], [9]],
    [[3, 2 ** 15 + 1], [2 ** 15 + 1]],
    [[2 ** 16 + 5], []],
  ])("repeats it: %j by %j", (longShape, shortShape) => {
    for (const dtype of [...floats, "int32"] as const) {
      const [long, short] = [draw(longShape, dtype), draw(shortShape, dtype)];
      const full = repeated(short, long);
      for (const kernels of [plain, wasm]) {
        expectSame(kernels[name](long, short), kernels[name](long, full));
        expectSame(kernels[name](short, long), kernels[name](full, long));
      }
    }
  });

  test.each([
    [
      [40, 7],
      [40, 1],
      [40, 7],
    ],
    [
      [32, 200],
      [32, 1],
      [32, 200],
    ],
    [[300, 1], [5], [300, 5]],
    [[5], [300, 1], [300, 5]],
    [[20, 1], [20], [20, 20]],
    [
      [20, 1],
      [1, 20],
      [20, 20],
    ],
    [
      [3, 5, 1, 1],
      [3, 5, 4, 6],
      [3, 5, 4, 6],
    ],
    [
      [3, 5, 1, 1],
      [4, 6],
      [3, 5, 4, 6],
    ],
    [
      [9, 1],
      [1, 1, 17],
      [1, 9, 17],
    ],
    [
      [0, 1],
      [0, 3],
      [0, 3],
    ],
    [[0, 1], [3], [0, 3]],
    [
      [2 ** 15 + 3, 1],
      [2 ** 15 + 3, 3],
      [2 ** 15 + 3, 3],
    ],
    [
      [2, 1],
      [2, 2 ** 15 + 1],
      [2, 2 ** 15 + 1],
    ],
    [[2 ** 13, 1], [9], [2 ** 13, 9]],
  ])("repeats a column: %j by %j", (first, second, shape) => {
    for (const dtype of [...floats, "int32"] as const) {
      const [a, b] = [draw(first, dtype), draw(second, dtype)];
      const [longA, longB] = [a, b].map((x) => new Tensor(x).expand(shape).clone().array);
      for (const kernels of [plain, wasm]) {
        expectSame(kernels[name](a, b), kernels[name](longA, longB));
        expectSame(kernels[name](b, a), kernels[name](longB, longA));
      }
    }
  });

  test("repeats a column that lies in the memory of the other", () => {
    for (const dtype of floats) {
      const a = draw([17, 1], dtype);
      const b = a.view([17, 1, 1]);
      const [longA, longB] = [a, b].map((x) => new Tensor(x).expand([17, 17, 1]).clone().array);
      for (const kernels of [plain, wasm]) {
        expectSame(kernels[name](a, b), kernels[name](longA, longB));
        expectSame(kernels[name](b, a), kernels[name](longB, longA));
      }
    }
  });

  test("of as many elements gives the shape of more dimensions", () => {
    const [a, b] = [draw([300], "float32"), draw([1, 300], "float32")];
    for (const kernels of [plain, wasm]) {
      expect(kernels[name](a, b).shape).toEqual([1, 300]);
      expect(kernels[name](b, a).shape).toEqual([1, 300]);
    }
  });
});

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const unary: Record<string, (k: Kernels, x: NDArray) => NDArray> = {
  neg: (k, x) => k.neg(x),
  abs: (k, x) => k.abs(x),
  sign: (k, x) => k.sign(x),
  relu: (k, x) => k.relu(x),
  sqrt: (k, x) => k.sqrt(x),
  "clamp to [-1, 0.1]": (k, x) => k.clamp(x, -1, 0.1),
  "clamp with crossed bounds": (k, x) => k.clamp(x, 1, -1),
  "clamp with infinite bounds": (k, x) => k.clamp(x, -infinity, infinity),
  "addScalar of 0.1": (k, x) => k.addScalar(x, 0.1),
  "mulScalar of -0.3": (k, x) => k.mulScalar(x, -0.3),
  "mulScalar of NaN": (k, x) => k.mulScalar(x, nan),
  "divScalar of 0.3": (k, x) => k.divScalar(x, 0.3),
  "divScalar of -0": (k, x) => k.divScalar(x, -0),
  "powScalar of 2": (k, x) => k.powScalar(x, 2),
  "powScalar of 1": (k, x) => k.powScalar(x, 1),
  "powScalar of 0": (k, x) => k.powScalar(x, 0),
  "powScalar of 0.5": (k, x) => k.powScalar(x, 0.5),
  "maskedFill with 0.1": (k, x) => k.maskedFill(x, mask(x.data.length), 0.1),
  "maskedFill with -Infinity": (k, x) => k.maskedFill(x, mask(x.data.length), -infinity),
  where: (k, x) => k.where(mask(x.data.length), x, k.mulScalar(x, 2)),
};

describe.each(Object.entries(unary))("%s", (_, run) => {
  test.each(sizes)("of %i elements has the reference's bits", (n) => {
    for (const dtype of floats) {
      const x = spoilt(draw([n], dtype));
      expectSame(run(wasm, x), run(plain, x));
    }
  });
});

test.each(["neg", "abs", "sign", "relu", "clamp to [-1, 0.1]", "where"])(
  "%s of whole numbers is the reference's",
  (name) => {
    const x = draw([300], "int32");
    expectSame(unary[name](wasm, x), unary[name](plain, x));
  },
);

const rounded: Record<string, (k: Kernels, x: NDArray, y: NDArray) => NDArray> = {
  tanhBackward: (k, g, x) => k.tanhBackward(g, plain.tanh(x)),
  sigmoidBackward: (k, g, x) => k.sigmoidBackward(g, plain.sigmoid(x)),
  "powScalar of 3": (k, x) => k.powScalar(x, 3),
  "powScalar of -0.5": (k, x) => k.powScalar(x, -0.5),
  rsqrt: (k, x) => k.rsqrt(x),
};

describe.each(Object.entries(rounded))("%s", (_, run) => {
  test.each(sizes)("of %i elements is the reference's", (n) => {
    for (const dtype of floats) {
      const [x, y] = [spoilt(draw([n], dtype)), draw([n], dtype)];
      const [fast, slow] = [run(wasm, x, y).data, run(plain, x, y).data];
      const finite = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => Number.isFinite(slow[i]));
      expect(Array.from(fast, Number.isFinite)).toEqual(Array.from(slow, Number.isFinite));
      expectClose(finite(fast), finite(slow), dtype === "float32" ? 2.4e-7 : 4.5e-16, 1e-44);
    }
  });

  test("has the same bits in a short array as in a long one", () => {
    for (const dtype of floats) {
      const [x, y] = [draw([300], dtype), draw([300], dtype)];
      const part = ({ data }: NDArray) => new NDArray(data.slice(0, 9), [9], dtype);
      expectSame(run(wasm, part(x), part(y)), part(run(wasm, x, y)));
    }
  });
});

test("the gradient of tanh is accurate where tanh is nearly 1", () => {
  for (const [dtype, error] of [
    ["float32", 2e-7],
    ["float64", 4e-16],
  ] as const) {
    const y = new Tensor(draw([300], "float64")).mul(3).tanh().to(dtype).array;
    const slope = wasm.tanhBackward(wasm.fill(dtype, [300], 1), y);
    // (1 − y)(1 + y) without a rounding to speak of, by the integers that y is multiples of.
    const units = dtype === "float32" ? 2 ** 40 : 2 ** 62;
    const square = BigInt(units) ** 2n;
    const expected = Array.from(y.data, (v) => {
      const whole = BigInt(Math.round(v * units));
      return Number(square - whole * whole) / Number(square);
    });
    expectClose(slope.data, expected, error, 1e-16);
  }
});
