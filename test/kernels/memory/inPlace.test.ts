import { describe, expect, test, vi } from "vitest";
import { NDArray } from "../../../src/kernels/array.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { hide, isInArena, take } from "../../../src/kernels/memory/pool.ts";
import * as reference from "../../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../../src/kernels/wasm/index.ts";
import { expectClose } from "../../close.ts";
import { drawn, type FloatType, floats } from "../alike.ts";

const wasm: Kernels = { ...reference, ...wasmKernels() };

/** The same numbers where kernels find them in place. */
function inArena(x: NDArray): NDArray {
  const data = hide(() => take(x.dtype, x.data.length));
  data.set(x.data);
  return new NDArray(data, x.shape, x.dtype);
}

function bytesOf({ data }: NDArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
}

const sgd = { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0.01, nesterov: false, maximize: false };

/** Kernels by name, of arrays of [33, 40] and rows of 40; each returns what it makes or changes. */
const runs: Readonly<Record<string, (k: Kernels, x: NDArray, y: NDArray, row: NDArray) => NDArray[]>> = {
  matmul: (k, x, y) => [k.matmul(x, y, false, true), k.matmul(x, y, true, false)],
  "matmul in batches": (k, x, y) => {
    const cut = (a: NDArray) => new NDArray(a.data, [3, 11, 40], a.dtype);
    return [k.matmul(cut(x), cut(y), false, true), k.matmul(cut(x), cut(y), true, false)];
  },
  ...Object.fromEntries(
    (["exp", "log", "log1p", "sqrt", "rsqrt", "tanh", "sigmoid", "erf", "sin", "cos", "abs", "sign"] as const).map(
      (name) => [name, (k: Kernels, x: NDArray) => [k[name](x)]],
    ),
  ),
  softplus: (k, x) => [k.softplus(x, 1, 20)],
  clamp: (k, x) => [k.clamp(x, -0.5, 0.5)],
  ...Object.fromEntries(
    (["add", "sub", "mul", "div", "pow", "maximum", "minimum", "lt", "eq"] as const).map((name) => [
      name,
      (k: Kernels, x: NDArray, y: NDArray, row: NDArray) => [k[name](x, y), k[name](x, row), k[name](row, x)],
    ]),
  ),
  ...Object.fromEntries(
    (["tanhBackward", "sigmoidBackward", "reluBackward"] as const).map((name) => [
      name,
      (k: Kernels, x: NDArray, y: NDArray) => [k[name](x, y)],
    ]),
  ),
  scalars: (k, x) => [k.addScalar(x, 2), k.mulScalar(x, 3), k.neg(x), k.relu(x)],
  where: (k, x, y) => [k.where(k.lt(x, y), x, y), k.maskedFill(x, k.lt(x, y), 7)],
  sum: (k, x) => [k.sum(x, 0, 1), k.sum(x, 1, 2), k.sum(x, 0, 2)],
  variance: (k, x, _, row) => [k.variance(x, 0, 1, 1), k.varianceBackward(row, x, 0, 1, 1)],
  softmax: (k, x) => [k.softmax(x, 1), k.logSoftmax(x, 0), k.logsumexp(x, 1, 2)],
  crossEntropy: (k, x, _, row) => {
    const labels = new NDArray(
      Int32Array.from({ length: 33 }, (_, i) => i),
      [33],
      "int32",
    );
    const settings = { ignoreIndex: 7, reduction: "mean", labelSmoothing: 0.1 } as const;
    return [null, row].flatMap((weight) => {
      const [y, saved] = k.crossEntropy(x, labels, weight, settings);
      return [y, k.crossEntropyBackward(y, saved, x, labels, weight, settings)];
    });
  },
  batchNorm: (k, x, y, row) => {
    const statistics = k.batchStatistics(x);
    return [
      k.batchNorm(x, statistics, row, row, 1e-5),
      ...k.batchNormBackward(y, x, statistics, row, 1e-5, true),
      ...k.batchNormBackwardTwice(y, x, x, statistics, row, 1e-5),
    ];
  },
  sgd: (k, x, y) => {
    const [p, buffer] = [k.copy(x), k.copy(y)];
    k.sgd(p, y, buffer, false, sgd);
    return [p, buffer];
  },
};

describe.each(floats)("in %s, where inputs and outputs lie in the arena", (dtype: FloatType) => {
  test.each(Object.entries(runs))("%s has the same bits, and leaves its inputs", (_, run) => {
    const [x, y, row] = [drawn([33, 40], dtype, 1), drawn([33, 40], dtype, 2), drawn([40], dtype, 3)];
    const plain = run(wasm, x, y, row);
    const placed = [x, y].map(inArena);
    expect(placed.every(isInArena)).toBe(true);
    const nowHere = run(wasm, placed[0], placed[1], row);
    const [hidden, half] = hide(() => [run(wasm, placed[0], placed[1], row), run(wasm, x, placed[1], row)]);
    const large = hidden.filter(({ data, dtype }) => data.length >= 1000 && dtype !== "bool");
    expect(large.every(isInArena)).toBe(true);
    expect(nowHere.some(isInArena)).toBe(false);
    for (const made of [nowHere, hidden, half]) expect(made.map(bytesOf)).toEqual(plain.map(bytesOf));
    expect(placed.map(bytesOf)).toEqual([x, y].map(bytesOf));
  });
});

describe("a call that finds no room beside the arena", () => {
  test("is made elsewhere: batch norm, sums, products", () => {
    const x = drawn([2 ** 20, 8], "float32");
    const [one, zero] = [1, 0].map((value) => reference.fill("float32", [8], value));
    const statistics = wasm.batchStatistics(x);
    const expected = reference.batchStatistics(x);
    for (let j = 0; j < 8; j++) expect(statistics.variance[j]).toBeCloseTo(expected.variance[j], 10);
    const y = wasm.batchNorm(x, statistics, one, zero, 1e-5);
    const rows = reference.batchNorm(x, statistics, one, zero, 1e-5);
    expectClose(y.data.slice(-8), rows.data.slice(-8), 1e-6, 1e-7);
    expect(wasm.sum(x, 0, 1).data[3] / 2 ** 20).toBeCloseTo(expected.mean[3], 6);
    const product = wasm.matmul(x, reference.fill("float32", [8, 2], 0.5), false, false);
    expect(product.data[2 * 7 + 1]).toBeCloseTo(Array.from(x.data.slice(56, 64)).reduce((a, b) => a + b, 0) / 2, 5);
  });
});

test("without so much memory kernels work on what grows, and nothing lies in an arena", async () => {
  vi.resetModules();
  const { Memory } = WebAssembly;
  class Little extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.initial > 100) throw new RangeError("could not allocate memory");
      super(descriptor);
    }
  }
  vi.stubGlobal("WebAssembly", {
    ...WebAssembly,
    Module: WebAssembly.Module,
    Instance: WebAssembly.Instance,
    Memory: Little,
  });
  try {
    const fresh = await import("evenkeel");
    const pool = await import("../../../src/kernels/memory/pool.ts");
    expect(fresh.kernelsName()).toBe("wasm");
    const x = fresh.ones([40, 40], { requiresGrad: true });
    x.matmul(x).sum().backward();
    expect(x.grad?.data[7]).toBe(80);
    expect(pool.isInArena(pool.hide(() => x.matmul(x)).array)).toBe(false);
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
