import { describe, expect, test } from "vitest";
import { ceil, floor, frac, round, trunc } from "../../../src/kernels/beside/rounding.ts";
import { fastKernels } from "../../../src/kernels/index.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { chunk } from "../../../src/kernels/wasm/machine.ts";
import { filled, floats } from "../alike.ts";

const fast = fastKernels() as Kernels;
const values = [
  ...[0, -0, 0.3, -0.3, 0.5, -0.5, 0.7, -0.7, 1.5, -1.5, 2.5, -2.5, 3, -3, 1e-40, -1e-40, 8388607.5, -8388607.5],
  ...[2 ** 31, -(2 ** 31), 2 ** 53, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

describe.each(floats)("in %s", (dtype) => {
  test.each([floor, ceil, round, trunc, frac])("$name has the bits of the plain loop, at every size", (kernel) => {
    for (const n of [0, 1, 26, 127, 128, 129, 130, 131, chunk + 1]) {
      const x = filled([n], dtype, values);
      const y = fast.beside(kernel, [x], {});
      expect(Array.from(y.data, String)).toEqual(Array.from(kernel.plain([x], {}).data, String));
      expect(Array.from(y.data, (value) => Object.is(value, -0))).toEqual(
        Array.from(kernel.plain([x], {}).data, (value) => Object.is(value, -0)),
      );
    }
  });
});
