import { describe, expect, test } from "vitest";
import { largestOf, pickLargest, putBackLargest } from "../../../src/kernels/beside/maxPool.ts";
import type { Pair, Windows } from "../../../src/kernels/beside/windows.ts";
import { fastKernels } from "../../../src/kernels/index.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { drawn, floats, sprinkled } from "../alike.ts";

const fast = fastKernels() as Kernels;

/** Windows over a picture, as many as there is room for, and one that hangs over the end. */
function windowsOver(size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair): Windows {
  const along = (d: 0 | 1) => {
    const room = size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
    return Math.max(1, Math.ceil(room / stride[d]) + 1);
  };
  return { size, kernel, stride, padding, dilation, places: [along(0), along(1)] };
}

const cases: readonly Windows[] = [
  windowsOver([1, 257], [1, 2], [1, 2], [0, 0], [1, 1]),
  windowsOver([20, 21], [3, 3], [1, 1], [1, 1], [1, 1]),
  windowsOver([20, 21], [2, 3], [2, 2], [1, 0], [1, 2]),
  windowsOver([19, 23], [3, 2], [2, 3], [1, 1], [2, 1]),
  windowsOver([17, 5], [3, 2], [1, 2], [1, 1], [1, 2]),
  windowsOver([300, 2], [2, 2], [1, 1], [0, 1], [1, 3]), // with windows of nothing but padding
  windowsOver([150, 60], [2, 2], [2, 2], [0, 0], [1, 1]),
];
const odd = [
  Number.NaN,
  0,
  -0,
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  Number.NaN,
];
const bits = ({ data }: { readonly data: Iterable<number> }) =>
  [...data].map((value) => (Object.is(value, -0) ? "-0" : `${value}`));

describe.each(floats)("of %s, the largest of windows", (dtype) => {
  test.each(cases)("of $kernel over $size, $stride apart, are those of the plain loop, to the bit", (windows) => {
    const shape = [3, 2, ...windows.size];
    const plain = drawn(shape, dtype);
    const u = drawn(shape, dtype, 2);
    const g = drawn([3, 2, ...windows.places], dtype, 3);
    for (const x of [plain, sprinkled(plain, odd, 1), sprinkled(plain, odd, 3), sprinkled(plain, [0.5], 2)]) {
      expect(bits(fast.beside(largestOf, [x], windows))).toEqual(bits(largestOf.plain([x], windows)));
      expect(bits(fast.beside(pickLargest, [u, x], windows))).toEqual(bits(pickLargest.plain([u, x], windows)));
      expect(bits(fast.beside(putBackLargest, [g, x], windows))).toEqual(bits(putBackLargest.plain([g, x], windows)));
    }
  });
});
