import { describe, expect, test } from "vitest";
import type { NDArray } from "../../src/kernels/array.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { chunk } from "../../src/kernels/wasm/machine.ts";
import { drawn, expectAlike, filled, floats, layouts, sprinkled } from "./alike.ts";

const wasm = wasmKernels() as Pick<Kernels, "amax" | "amin">;

/** The numbers with the signs of zeros. */
const told = ({ data }: NDArray) => Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value)));

function expectTheReference(x: NDArray, start: number, end: number): void {
  expect(told(wasm.amax(x, start, end))).toEqual(told(reference.amax(x, start, end)));
  expect(told(wasm.amin(x, start, end))).toEqual(told(reference.amin(x, start, end)));
}

describe.each(floats)("the largest and the smallest of %s are the reference's", (dtype) => {
  test.each(layouts.filter((shape) => !shape.includes(0)))("over the middle of [%i, %i, %i]", (...shape) => {
    const x = drawn(shape, dtype);
    expectTheReference(x, 1, 2);
    expect(wasm.amax(x, 1, 2).shape).toEqual([shape[0], shape[2]]);
    for (const values of [[Number.NaN], [Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY]]) {
      expectTheReference(sprinkled(x, values, 37), 1, 2);
      expectTheReference(filled(shape, dtype, values), 1, 2);
    }
  });

  test("where the sign of zero tells them apart", () => {
    for (const values of [
      [0, -0, -0],
      [-0, 0],
      [-0, -1, 3],
      [-0, 3, 0],
    ]) {
      for (const [n, inner] of [
        [300, 1],
        [131, 2],
        [67, 5],
      ]) {
        for (let from = 0; from < 3; from++) expectTheReference(filled([n + from, inner], dtype, values), 0, 1);
        expectTheReference(sprinkled(filled([n, inner], dtype, [-0, -5, -7]), [0], 251), 0, 1);
        expectTheReference(sprinkled(filled([n, inner], dtype, [0, 5, 7]), [-0], 251), 0, 1);
      }
    }
  });

  test("of long lines, wherever in them it stands", () => {
    for (const shape of [
      [2, chunk + 5, 1],
      [3, 4, chunk / 4 + 3],
      [chunk / 16 + 3, 48, 1],
      [1, 3, chunk + 1],
    ]) {
      for (const at of [0, shape[1] >> 1, shape[1] - 1]) {
        const x = drawn(shape, dtype);
        x.data.fill(100, at * shape[2], (at + 1) * shape[2]);
        x.data.fill(-100, (shape[1] - 1 - at) * shape[2], (shape[1] - at) * shape[2]);
        expectTheReference(x, 1, 2);
      }
      expectTheReference(sprinkled(drawn(shape, dtype), [Number.NaN], chunk + 3), 1, 2);
    }
  });
});

describe.each(floats)("of %s", (dtype) => {
  const kernels = wasmKernels() as Pick<Kernels, "argBest" | "prod">;

  test.each(layouts.filter((shape) => !shape.includes(0)))("where it first stands in [%i, %i, %i]", (...shape) => {
    const x = drawn(shape, dtype);
    const equals = filled(shape, dtype, [1, -2, 3, -2, 3, 0, -0]);
    for (const sign of [1, -1] as const) {
      for (const y of [x, equals, sprinkled(x, [Number.NaN], 37), filled(shape, dtype, [Number.NaN])]) {
        expect(kernels.argBest(y, 1, 2, sign)).toEqual(reference.argBest(y, 1, 2, sign));
      }
    }
  });

  test.each(layouts.slice(19))("the product over the middle of [%i, %i, %i] is the reference's", (...shape) => {
    const x = drawn(shape, dtype);
    for (let i = 0; i < x.data.length; i++) x.data[i] = Math.exp(x.data[i] / 10) * (i % 5 === 0 ? -1 : 1);
    expectAlike(kernels.prod(x, 1, 2), reference.prod(x, 1, 2), 1);
    for (const values of [[0, -0], [Number.NaN], [Number.POSITIVE_INFINITY]]) {
      const y = sprinkled(x, values, 37);
      expectAlike(kernels.prod(y, 1, 2), reference.prod(y, 1, 2), 1);
    }
  });
});
