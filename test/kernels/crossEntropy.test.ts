import { nn, noGrad, randint, randn } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { NDArray } from "../../src/kernels/array.ts";
import type { CrossEntropySettings, Kernels } from "../../src/kernels/kernels.ts";
import { hide, take } from "../../src/kernels/memory/pool.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { drawn, expectAlike, filled, floats, sprinkled } from "./alike.ts";
import { freePlace } from "./memory/freePlace.ts";

type Set = Pick<Kernels, "crossEntropy" | "crossEntropyBackward">;
const wasm = wasmKernels() as Set;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const shapes = [
  [32, 27],
  [1, 1],
  [2, 3],
  [3, 5],
  [5, 4],
  [4, 9],
  [3, 6, 5],
  [2, 3, 2, 3],
  [1, 7, 4],
  [0, 3],
  [0, 3, 2],
  [2, 3, 0],
];

const everySetting: CrossEntropySettings[] = (["none", "mean", "sum"] as const).flatMap((reduction) =>
  [-100, 1].flatMap((ignoreIndex) => [0, 0.1, 1].map((labelSmoothing) => ({ reduction, ignoreIndex, labelSmoothing }))),
);

const plainMean: CrossEntropySettings = { reduction: "mean", ignoreIndex: -100, labelSmoothing: 0 };

/** Labels for scores of a shape: all classes in turn, and some that may be ignored. */
function labelsFor([n, c, ...places]: readonly number[], ignoreIndex: number): NDArray {
  const classes = Array.from({ length: c }, (_, j) => (2 * j) % c);
  return filled([n, ...places], "int32", [...classes, ...(c > 1 || ignoreIndex < 0 ? [ignoreIndex] : [])]);
}

/** The loss and the gradient by a set of kernels; the saved arrays of one set serve the other's backward. */
function both(x: NDArray, target: NDArray, weight: NDArray | null, settings: CrossEntropySettings) {
  const run = (k: Set, other: Set) => {
    const [y, saved] = k.crossEntropy(x, target, weight, settings);
    const g = y.shape.length === 0 ? filled([], x.dtype, [0.7]) : drawn(y.shape, x.dtype as "float32", 3);
    const gradient = k.crossEntropyBackward(g, saved, x, target, weight, settings);
    return { y, gradient, others: other.crossEntropyBackward(g, saved, x, target, weight, settings) };
  };
  return [run(wasm, reference), run(reference, wasm)] as const;
}

function expectBothAlike(...args: Parameters<typeof both>): void {
  const [fast, plain] = both(...args);
  expectAlike(fast.y, plain.y, 0.1);
  expectAlike(fast.gradient, plain.gradient, 0.01);
  expectAlike(fast.others, plain.gradient, 0.01);
  expectAlike(plain.others, plain.gradient, 0.01);
}

afterEach(() => vi.restoreAllMocks());

describe.each(floats)("cross-entropy in %s", (dtype) => {
  test.each(shapes.map((shape) => [shape]))("of %j is the reference's, forward and backward", (shape) => {
    const x = drawn(shape, dtype);
    const weights = drawn([shape[1]], dtype, 2);
    const weight = { ...weights, data: weights.data.map(Math.abs), version: 0 } as unknown as NDArray;
    for (const settings of everySetting) {
      const target = labelsFor(shape, settings.ignoreIndex);
      expectBothAlike(x, target, null, settings);
      expectBothAlike(x, target, weight, settings);
    }
  });

  test("treats NaN, infinities and large logits as the reference does", () => {
    for (const shape of [
      [9, 7],
      [2, 5, 3],
    ]) {
      for (const values of [[nan], [infinity], [-infinity], [infinity, -infinity], [1e4, -1e4]]) {
        for (const every of [1, 4, 23]) {
          const x = sprinkled(drawn(shape, dtype), values, every);
          for (const settings of everySetting) {
            expectBothAlike(x, labelsFor(shape, settings.ignoreIndex), null, settings);
          }
        }
      }
    }
  });

  test("is NaN where no label counts, and has no gradient there", () => {
    const [x, target] = [drawn([5, 3], dtype), filled([5], "int32", [-100])];
    const [fast] = both(x, target, null, plainMean);
    expect(fast.y.data[0]).toBeNaN();
    expect([...fast.gradient.data]).toEqual(new Array(15).fill(0));
  });

  test("is accurate where the label is all but certain", () => {
    const x = filled([8, 3], dtype, [0, -18, -20]);
    const [fast] = both(x, filled([8], "int32", [0]), null, plainMean);
    const exact = Math.log1p(Math.exp(-18) + Math.exp(-20));
    expect(Math.abs(fast.y.data[0] / exact - 1)).toBeLessThan(dtype === "float32" ? 1e-6 : 1e-8);
  });

  test("is the same by any division of the batch, to the bit", () => {
    const [n, c] = [11, 6];
    const x = drawn([n, c], dtype);
    const target = labelsFor([n, c], -100);
    const settings = { ...plainMean, reduction: "none" } as const;
    const whole = wasm.crossEntropy(x, target, null, settings)[0].data;
    for (let i = 0; i < n; i++) {
      const row = filled([1, c], dtype, [...x.data.slice(i * c, (i + 1) * c)]);
      const alone = wasm.crossEntropy(row, filled([1], "int32", [target.data[i]]), null, settings)[0].data[0];
      expect(alone).toBe(whole[i]);
    }
  });

  test("asks nothing of the engine's own functions, and leaves its inputs as they are", () => {
    const refuse = () => {
      throw new Error("engines differ here");
    };
    const [x, target] = [drawn([6, 5], dtype), labelsFor([6, 5], -100)];
    const before = [x.data.slice(), target.data.slice()];
    vi.spyOn(Math, "exp").mockImplementation(refuse);
    vi.spyOn(Math, "log").mockImplementation(refuse);
    const [y, saved] = wasm.crossEntropy(x, target, null, plainMean);
    wasm.crossEntropyBackward(filled([], dtype, [1]), saved, x, target, null, plainMean);
    wasm.crossEntropyBackward(filled([], dtype, [1]), saved, x, target, null, plainMean);
    expect([x.data, target.data]).toEqual(before);
    expect(y.data[0]).toBeGreaterThan(0);
  });
});

test("a sum of many losses of float64 loses none of them", () => {
  const n = 4097;
  const x = filled([n, 2], "float64", [0, -30]);
  x.data[1] = 2000; // one large loss, and many below half of its last place
  const exact = 2000 + 4096 * Math.log1p(Math.exp(-30));
  for (const k of [wasm, reference]) {
    const [y] = k.crossEntropy(x, filled([n], "int32", [0]), null, { ...plainMean, reduction: "sum" });
    expect(Math.abs(y.data[0] - exact)).toBeLessThan(2e-12);
    expect(y.shape).toEqual([]);
  }
});

test("the first foreign label is found", () => {
  const labels = filled([4], "int32", [0, -100, 3, -1]);
  expect(reference.findForeignLabel(labels, 3, -100)).toBe(2);
  expect(reference.findForeignLabel(labels, 4, -100)).toBe(3);
  expect(reference.findForeignLabel(labels, 4, -1)).toBe(1);
  expect(reference.findForeignLabel(filled([0], "int32", []), 0, -1)).toBe(-1);
});

test("cross-entropy gives the memory of what no gradient can be made of back at once, and of what one was made of then", () => {
  const target = randint(0, 30, [40]);
  const x = randn([40, 30], { requiresGrad: true });
  const before = freePlace(1200);
  noGrad(() => nn.functional.crossEntropy(x, target));
  expect(freePlace(1200)).toBe(before);
  const loss = nn.functional.crossEntropy(x, target);
  expect(freePlace(1200)).not.toBe(before);
  loss.backward();
  const places = [1, 2, 3].map(() => hide(() => take("float32", 1200)).byteOffset);
  expect(places).toContain(before);
});
