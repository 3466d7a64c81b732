import { describe, expect, test } from "vitest";
import type { NDArray } from "../../../src/kernels/array.ts";
import type { Composed } from "../../../src/kernels/beside/composed/composed.ts";
import * as curves from "../../../src/kernels/beside/composed/curves.ts";
import { geluByTanhOf, geluByTanhSlopeOf, geluOf, geluSlopeOf } from "../../../src/kernels/beside/composed/gelu.ts";
import * as truth from "../../../src/kernels/beside/composed/truth.ts";
import { fastKernels } from "../../../src/kernels/index.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { chunk } from "../../../src/kernels/wasm/machine.ts";
import { drawn, filled, sprinkled } from "../alike.ts";

const fast = fastKernels() as Kernels;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const special = [nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 1e-42, -1e-42, 90, -90, 3e38, -3e38];
const sizes = [0, 1, 2, 3, 5, 127, 128, 129, 1001, chunk + 3];

/** The same bits, whatever NaN's. */
function expectSame(actual: NDArray, expected: NDArray): void {
  expect([actual.shape, actual.dtype]).toEqual([expected.shape, expected.dtype]);
  const at = actual.data.findIndex((value: number, i: number) => !Object.is(value, expected.data[i]));
  if (at >= 0) expect({ at, value: actual.data[at] }).toEqual({ at, value: expected.data[at] });
}

const functions = [curves.siluOf, curves.eluOf, curves.leakyReluOf, curves.huberOf];
const gradients = [
  curves.siluBackwardOf,
  curves.eluBackwardOf,
  curves.leakyReluBackwardOf,
  curves.huberBackwardOf,
  curves.hardtanhBackwardOf,
];
const gelus = [geluOf, geluSlopeOf, geluByTanhOf, geluByTanhSlopeOf];

describe("what float32 has in one kernel has the bits of the kernels it is made of", () => {
  const settings = [
    { a: 0.7, b: 1.3 },
    { a: 2, b: 0.1 },
  ];

  test.each([...functions, ...gelus] as readonly Composed<curves.Two>[])("$name", (kernel) => {
    for (const n of sizes) {
      const x = n > 20 ? sprinkled(drawn([n], "float32"), special, 7) : drawn([n], "float32");
      for (const two of settings) {
        expectSame(fast.beside(kernel, [x], two), kernel.composed(fast, [x], two));
      }
    }
  });

  test.each(gradients)("$name", (kernel) => {
    for (const n of sizes) {
      const g = n > 20 ? sprinkled(drawn([n], "float32", 2), special, 11) : drawn([n], "float32", 2);
      const x = n > 20 ? sprinkled(drawn([n], "float32"), special, 7) : drawn([n], "float32");
      for (const two of settings) {
        expectSame(fast.beside(kernel, [g, x], two), kernel.composed(fast, [g, x], two));
      }
    }
  });
});

describe("what is true", () => {
  test.each(["float32", "float64", "int32"] as const)("of %s is another than 0", (dtype) => {
    const values = dtype === "int32" ? [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 256, 0] : [...special, 0, 0.1];
    for (const n of sizes) {
      const x = filled([n], dtype, values);
      const expected = truth.truthOf.plain([x], {});
      expectSame(fast.beside(truth.truthOf, [x], {}), expected);
      for (let i = 0; i < n; i += 13) expect(expected.data[i]).toBe(x.data[i] !== 0 ? 1 : 0);
    }
  });

  test.each([truth.andOf, truth.orOf, truth.xorOf])(
    "$name of bools is that of the plain loop, repeating either",
    (kernel) => {
      const bools = (shape: readonly number[], every: number) =>
        fast.lt(drawn(shape, "float32", every), filled([], "float32", [0]));
      for (const [first, second] of [
        ...sizes.map((n) => [[n], [n]]),
        [[300], []],
        [[40, 7], [7]],
        [
          [40, 7],
          [40, 1],
        ],
        [[20, 1], [20]],
        [[3 * chunk, 1], [3]],
      ]) {
        const [a, b] = [bools(first, 1), bools(second, 2)];
        expectSame(fast.beside(kernel, [a, b], {}), kernel.plain([a, b], {}));
        expectSame(fast.beside(kernel, [b, a], {}), kernel.plain([b, a], {}));
      }
    },
  );
});
