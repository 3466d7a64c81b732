import { describe, expect, test } from "vitest";
import { NDArray } from "../../../src/kernels/array.ts";
import { onLine } from "../../../src/kernels/beside/onLine.ts";
import { fastKernels } from "../../../src/kernels/index.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { chunk } from "../../../src/kernels/wasm/machine.ts";
import { drawn, floats } from "../alike.ts";

const fast = fastKernels() as Kernels;
const sizes = [0, 1, 2, 95, 96, 97, 98, 99, 100, 1001, chunk - 1, chunk, chunk + 1, 2 * chunk + 3];

describe.each(floats)("places on a line of %s", (dtype) => {
  test.each(sizes)("of %i numbers are those of the plain loop, to the bit", (n) => {
    const [x, direction] = [drawn([n], dtype), drawn([n], dtype, 2)];
    for (const scale of [0.1, -3, 0, 1e-9, Number.POSITIVE_INFINITY]) {
      const [y, expected] = [drawn([n], dtype, 3), drawn([n], dtype, 3)];
      expect(fast.beside(onLine, [y, x, direction], { scale })).toBe(y);
      onLine.plain([expected, x, direction], { scale });
      expect(y.data).toEqual(expected.data);
      for (let i = 0; i < n; i += 97) {
        const place = x.data[i] + scale * direction.data[i];
        expect(y.data[i]).toBe(dtype === "float32" ? Math.fround(place) : place);
      }
    }
  });

  test("may take the place of where they begin", () => {
    const [x, direction] = [drawn([300], dtype), drawn([300], dtype, 2)];
    const expected = new NDArray(x.data.slice(), [300], dtype);
    onLine.plain([expected, x, direction], { scale: 0.5 });
    fast.beside(onLine, [x, x, direction], { scale: 0.5 });
    expect(x.data).toEqual(expected.data);
  });
});

test("of both dtypes are rounded to that of the place", () => {
  const [x, direction] = [drawn([300], "float32"), drawn([300], "float64", 2)];
  const y = drawn([300], "float32", 3);
  fast.beside(onLine, [y, x, direction], { scale: 0.3 });
  for (let i = 0; i < 300; i++) expect(y.data[i]).toBe(Math.fround(x.data[i] + 0.3 * direction.data[i]));
});
