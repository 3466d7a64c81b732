/** What machines did for a kernel, done again: the same that the kernel does, whatever its arrays hold by then. */
import { describe, expect, test } from "vitest";
import { NDArray } from "../../../src/kernels/array.ts";
import { fastKernels } from "../../../src/kernels/index.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { hide, plan, reserve } from "../../../src/kernels/memory/pool.ts";
import * as reference from "../../../src/kernels/reference/index.ts";
import { matmulOn } from "../../../src/kernels/wasm/calls/matmul.ts";
import { Machine } from "../../../src/kernels/wasm/machine.ts";
import { binary } from "../../../src/kernels/wasm/module.generated.ts";
import { compile } from "../../../src/kernels/wasm/start.ts";
import { taped } from "../../../src/kernels/wasm/tape.ts";
import { drawn, type FloatType, filled, floats } from "../alike.ts";

const kernels = fastKernels() as Kernels;
const [n, c] = [24, 20];
const settings = { ignoreIndex: -100, reduction: "mean", labelSmoothing: 0.1 } as const;

type Arrays = readonly NDArray[];
interface Case {
  readonly shapes: readonly (readonly number[])[];
  /** The kernel, given float arrays of these shapes. */
  readonly run: (...arrays: NDArray[]) => unknown;
}

const [all, channels] = [[n, c], [c]] as const;
const labels = filled([n], "int32", [3, 0, 19, 7, 7]);
const places = filled([n], "int32", [3, 0, 19, 7, 7]);
const mask = new NDArray(
  Uint8Array.from({ length: n * c }, (_, i) => (i % 3) % 2),
  all,
  "bool",
);
const statistics = (mean: NDArray, variance: NDArray) => ({
  mean: mean.data as Float64Array,
  variance: variance.data as Float64Array,
  count: n,
});
const one = (run: (x: NDArray) => unknown): Case => ({ shapes: [all], run });
const two = (run: (a: NDArray, b: NDArray) => unknown, b: readonly number[] = all): Case => ({ shapes: [all, b], run });

/** More numbers than are done at a time: several calls of a machine, whose copies lie in one place. */
const large = [3 * 110, 110] as const;
const largeMask = new NDArray(
  Uint8Array.from({ length: large[0] * large[1] }, (_, i) => (i % 3) % 2),
  large,
  "bool",
);
const inPieces: Record<string, Case> = {
  "a function in pieces": { shapes: [large], run: (x) => kernels.tanh(x) },
  "a sum of two in pieces": { shapes: [large, large], run: (a, b) => kernels.add(a, b) },
  "rows and one in pieces": { shapes: [large, [110]], run: (a, b) => kernels.mul(a, b) },
  "a number in pieces": { shapes: [large, []], run: (a, b) => kernels.sub(a, b) },
  "a choice in pieces": { shapes: [large], run: (x) => kernels.maskedFill(x, largeMask, 7) },
};

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    (["exp", "log", "tanh", "sigmoid", "sqrt", "abs", "sign", "neg", "relu", "sin"] as const).map((name) => [
      name,
      one((x) => kernels[name](x)),
    ]),
  ),
  ...Object.fromEntries(
    (["add", "sub", "mul", "div", "maximum", "minimum", "tanhBackward", "reluBackward", "lt"] as const).flatMap(
      (name): [string, Case][] => [
        [name, two((a, b) => kernels[name](a, b))],
        [`${name} of rows and one`, two((a, b) => kernels[name](a, b), channels)],
        [`${name} of a number`, two((a, b) => kernels[name](a, b), [])],
      ],
    ),
  ),
  clamp: one((x) => kernels.clamp(x, -0.5, 0.5)),
  "a third power": one((x) => kernels.powScalar(x, 3)),
  "a scalar": one((x) => kernels.mulScalar(x, 1.5)),
  where: two((a, b) => kernels.where(mask, a, b)),
  maskedFill: one((x) => kernels.maskedFill(x, mask, 7)),
  product: two((a, b) => kernels.matmul(a, b, true, false)),
  "a transposed product": two((a, b) => kernels.matmul(a, b, false, true)),
  "products of a batch": {
    shapes: [
      [3, 8, 9],
      [3, 9, 11],
    ],
    run: (a, b) => kernels.matmul(a, b, false, false),
  },
  sum: one((x) => kernels.sum(x, 0, 1)),
  "a whole sum": one((x) => kernels.sum(x, 0, 2)),
  variance: one((x) => kernels.variance(x, 0, 1, 1)),
  varianceBackward: { shapes: [channels, all], run: (g, x) => kernels.varianceBackward(g, x, 0, 1, 1) },
  stdBackward: { shapes: [channels, all], run: (g, x) => kernels.stdBackward(g, x, 0, 1, 1) },
  softmax: one((x) => kernels.softmax(x, 1)),
  logsumexp: one((x) => kernels.logsumexp(x, 1, 2)),
  rows: two((x) => kernels.rows(x, places)),
  addRows: one((g) => kernels.addRows(g, places, 20)),
  crossEntropy: one((x) => kernels.crossEntropy(x, labels, null, settings)),
  "batch statistics": one((x) => kernels.batchStatistics(x)),
  ...inPieces,
  "batch statistics over places": { shapes: [[5, 6, 12]], run: (x) => kernels.batchStatistics(x) },
};

/** Cases whose statistics are float64 whatever the rest is. */
const normalised = (dtype: FloatType): Record<string, Case & { readonly doubles: readonly number[] }> => ({
  "batch norm": {
    shapes: [all, channels, channels, channels, channels],
    doubles: [1, 2],
    run: (x, mean, v, weight, bias) => kernels.batchNorm(x, statistics(mean, kernelOf(v)), weight, bias, 1e-5),
  },
  [`the gradient of batch norm of ${dtype}`]: {
    shapes: [all, all, channels, channels, channels],
    doubles: [2, 3],
    run: (g, x, mean, v, weight) => kernels.batchNormBackward(g, x, statistics(mean, kernelOf(v)), weight, 1e-5, true),
  },
});

/** A variance is not below 0. */
function kernelOf(variance: NDArray): NDArray {
  for (let i = 0; i < variance.data.length; i++) variance.data[i] = Math.abs(variance.data[i]);
  return variance;
}

/** Every typed array in what a kernel makes, its numbers too. */
function* dataIn(made: unknown): Generator<ArrayLike<number>> {
  if (made instanceof NDArray) yield made.data;
  else if (ArrayBuffer.isView(made)) yield made as unknown as ArrayLike<number>;
  else if (typeof made === "object" && made !== null) for (const part of Object.values(made)) yield* dataIn(part);
}

const bits = (made: unknown) => [...dataIn(made)].map((data) => Array.from(data));

/** The same arrays where kernels find them in place, or where they have to copy them. */
const homes: Record<string, (x: NDArray) => NDArray> = {
  "that lie elsewhere": (x) => x,
  "that lie in the memory of kernels": (x) =>
    hide(() => {
      const { buffer, start } = reserve(x.data.byteLength);
      const kind = x.data.constructor as new (
        buffer: ArrayBufferLike,
        start: number,
        length: number,
      ) => NDArray["data"];
      const data = new kind(buffer, start, x.data.length);
      data.set(x.data);
      return new NDArray(data, x.shape, x.dtype);
    }),
};

describe.each(floats)("in %s,", (dtype) => {
  const named: [string, Case & { readonly doubles?: readonly number[] }][] = Object.entries({
    ...cases,
    ...normalised(dtype),
  });
  test.each(named)("%s", (name, { shapes, run, doubles = [] }) => {
    const make = (seed: number): Arrays =>
      shapes.map((shape, i) => drawn(shape, doubles.includes(i) ? "float64" : dtype, 10 * seed + i));
    for (const [where, home] of Object.entries(homes)) {
      const arrays = make(1).map(home);
      const { result, moves } = taped(() => run(...arrays));
      expect(moves, `${name} of arrays ${where} is all that machines do`).not.toBeNull();
      for (const seed of [2, 3]) {
        for (const [i, x] of make(seed).entries()) arrays[i].data.set(x.data);
        const expected = bits(run(...arrays));
        kernels.add(drawn([99, 99], dtype), drawn([99, 99], dtype)); // whose copies lie where others lay
        for (const data of dataIn(result)) (data as Float32Array).fill(99);
        for (const move of moves ?? []) expect(move()).not.toBe(false);
        expect(bits(result), `${name} of arrays ${where}`).toEqual(expected);
      }
    }
  });

  test("rows are those of the plain loops, whatever their size", () => {
    for (const width of [1, 2, 3, 4, 5, 8, 10, 33]) {
      for (const count of [1, 2, 7, 64, 200]) {
        const x = drawn([40, width], dtype);
        const index = filled([count], "int32", [39, 0, 7, 7, 12]);
        expect(bits(kernels.rows(x, index))).toEqual(bits(reference.rows(x, index)));
        const g = drawn([count, width], dtype, 2);
        expect(bits(kernels.addRows(g, index, 40))).toEqual(bits(reference.addRows(g, index, 40)));
      }
    }
  });

  test("an index that is none has the plain loops do it, also where what machines did is done again", () => {
    const [x, index] = [drawn([40, 8], dtype), filled([64], "int32", [39, 0, 7])];
    const g = drawn([64, 8], dtype, 2);
    const made = [taped(() => kernels.rows(x, index)), taped(() => kernels.addRows(g, index, 40))];
    for (const foreign of [40, -1, 2 ** 31 - 1]) {
      index.data[5] = foreign;
      expect(bits(kernels.rows(x, index))).toEqual(bits(reference.rows(x, index)));
      for (const { moves } of made) expect(moves?.map((move) => move())).toContain(false);
    }
  });

  test("a product writes nothing but its elements and what is spare behind them", () => {
    const spare = 64;
    for (let m = 1; m <= 9; m++) {
      for (let width = 1; width <= 40; width++) {
        for (const k of [64, 300]) {
          const [a, b] = [drawn([m, k], dtype), drawn([k, width], dtype, 2)];
          const length = m * width;
          const { buffer, start } = reserve(8 * length + 4 * spare);
          const bytes = new Uint8Array(buffer as ArrayBuffer, start, 8 * length + 4 * spare).fill(171);
          const kind = dtype === "float32" ? Float32Array : Float64Array;
          const place = new kind(buffer as ArrayBuffer, start + spare, length);
          plan([place]);
          const y = kernels.matmul(a, b, false, false);
          plan([]);
          expect(bits(y)).toEqual(bits(kernels.matmul(a, b, false, false)));
          if (y.data !== place) continue; // too small for a kernel
          expect(bytes.subarray(0, spare).every((byte) => byte === 171)).toBe(true);
          expect(bytes.subarray(2 * spare + place.byteLength).every((byte) => byte === 171)).toBe(true);
        }
      }
    }
  });
});

test("where memory may grow, nothing is done again by address", () => {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const matmul = matmulOn(new Machine(binary, compile(binary), memory));
  const [a, b] = [drawn([20, 20], "float32"), drawn([20, 20], "float32", 2)];
  expect(taped(() => matmul(a, b, false, false)).moves).toBeNull();
});

test("what more than machines have a part in is not done again without it", () => {
  const x = drawn([40, 20], "float64");
  const logits = drawn(all, "float32");
  expect(taped(() => kernels.std(x, 0, 1, 1)).moves).toBeNull();
  const none = { ...settings, reduction: "none" } as const;
  expect(taped(() => kernels.crossEntropy(logits, labels, null, none)).moves).toBeNull();
  expect(taped(() => 7).moves).toBeNull();
  // Threads may come to share it.
  const [wide, high] = [drawn([160, 160], "float32"), drawn([160, 160], "float32", 2)];
  expect(taped(() => kernels.matmul(wide, high, false, false)).moves).toBeNull();
});
