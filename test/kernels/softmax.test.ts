import { afterEach, describe, expect, test, vi } from "vitest";
import { NDArray } from "../../src/kernels/array.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { drawn, expectAlike, filled, floats, layouts, sprinkled } from "./alike.ts";

const wasm = wasmKernels() as Pick<Kernels, "softmax" | "logSoftmax" | "logsumexp">;
const names = ["softmax", "logSoftmax", "logsumexp"] as const;
type Name = (typeof names)[number];
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

function run(k: Pick<Kernels, Name>, name: Name, x: NDArray): NDArray {
  return name === "logsumexp" ? k.logsumexp(x, 1, 2) : k[name](x, 1);
}

afterEach(() => vi.restoreAllMocks());

describe.each(names)("%s", (name) => {
  test.each(layouts)("along the middle of [%i, %i, %i] is the reference's", (...shape) => {
    for (const dtype of floats) {
      const x = drawn(shape, dtype);
      const before = x.data.slice();
      const expected = run(reference, name, x);
      expectAlike(run(wasm, name, x), expected, 0.1);
      expect(x.data).toEqual(before);
    }
  });

  test("of none is the reference's", () => {
    for (const dtype of floats) {
      const x = filled([2, 0, 3], dtype, []);
      expect(run(wasm, name, x)).toEqual(run(reference, name, x));
    }
  });

  test("treats NaN, infinities and large numbers as the reference does", () => {
    for (const dtype of floats) {
      for (const values of [[nan], [-infinity], [infinity], [infinity, nan], [infinity, -infinity], [1e4], [-1e4]]) {
        for (const every of [1, 7, 29]) {
          for (const shape of [
            [6, 9, 1],
            [2, 5, 7],
          ]) {
            const x = sprinkled(drawn(shape, dtype), values, every);
            expectAlike(run(wasm, name, x), run(reference, name, x), 1);
          }
        }
      }
    }
  });

  test("gives a line the same bits wherever it lies", () => {
    for (const dtype of floats) {
      const [n, c] = [7, 13];
      const x = drawn([n, c, 1], dtype);
      const y = run(wasm, name, x).data;
      const turned = new NDArray(x.data.slice(), [1, c, n], dtype);
      for (let i = 0; i < n; i++) for (let j = 0; j < c; j++) turned.data[j * n + i] = x.data[i * c + j];
      const along = run(wasm, name, turned).data;
      const size = y.length / n;
      const line = (i: number) => Array.from({ length: size }, (_, j) => along[j * n + i]);
      for (let i = 0; i < n; i++) {
        expect([...y.slice(i * size, (i + 1) * size)]).toEqual(line(i));
        const alone = run(wasm, name, new NDArray(x.data.slice(i * c, (i + 1) * c), [1, c, 1], dtype));
        expect([...alone.data]).toEqual(line(i));
      }
    }
  });

  test("asks nothing of the engine's own functions", () => {
    const engines = [vi.spyOn(Math, "exp"), vi.spyOn(Math, "log")]; // which differ from one to another
    for (const dtype of floats) run(wasm, name, drawn([3, 5, 2], dtype));
    for (const own of engines) expect(own).not.toHaveBeenCalled();
  });
});

test("a sum of many small powers loses none of them", () => {
  const length = 4097;
  const x = filled([1, length], "float64", [-36.8]); // each e^−36.8 is less than half of the last place of 1
  x.data[0] = 0;
  for (const k of [wasm, reference]) {
    const y = k.logsumexp(x, 1, 2).data[0];
    expect(Math.abs(y / Math.log1p(4096 * Math.exp(-36.8)) - 1)).toBeLessThan(1e-3);
  }
});

test("more than is done at a time has the same bits as its parts", () => {
  const [outer, length] = [4100, 1040]; // of 2²² numbers at a time
  const x = filled([outer, length], "float32", [1, -0.5, 2.25, 0, -3, 1.5, 0.125]);
  for (const name of ["softmax", "logsumexp"] as const) {
    const whole = run(wasm, name, x).data;
    const size = whole.length / outer;
    for (const row of [0, 4031, 4032, 4033, 4099]) {
      const part = filled([1, length], "float32", [...x.data.slice(row * length, (row + 1) * length)]);
      expect(whole.slice(row * size, (row + 1) * size)).toEqual(run(wasm, name, part).data);
    }
  }
});
