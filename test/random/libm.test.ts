import { expect, test } from "vitest";
import { exp } from "../../src/random/libm/exp.ts";
import { log } from "../../src/random/libm/log.ts";
import { log1p } from "../../src/random/libm/log1p.ts";
import { cos, sin } from "../../src/random/libm/sinCos.ts";
import { oracle, ulps } from "../kernels/oracle.ts";

const angles = [0, 1e-9, 0.1, 0.8, 1, Math.PI / 2, 2, 3, Math.PI, 5, 2 * Math.PI, 7, 22, 100, 12345.678, 3e6, 99999999];

test.each([...angles, ...angles.map((x) => x + 0.37)])("sine and cosine of %d are within 0.55 units", (x) => {
  expect(ulps(sin(x), oracle.sin(x), "float64")).toBeLessThanOrEqual(0.55);
  expect(ulps(cos(x), oracle.cos(x), "float64")).toBeLessThanOrEqual(0.55);
});

test("the logarithm is within 0.52 units", () => {
  for (let i = 1; i <= 400; i++) {
    for (const x of [i / 400, 2 ** -i, i * 2 ** -53]) {
      if (x < 1) expect(ulps(log(x), oracle.log(x), "float64")).toBeLessThanOrEqual(0.52);
    }
  }
});

test("the logarithm of 1 + x is within 1 unit, beside powers of two as elsewhere", () => {
  const offsets = [0, ...Array.from({ length: 40 }, (_, i) => 2 ** -(i + 13))].flatMap((d) => [d, -d]);
  const besidePowers = Array.from({ length: 30 }, (_, i) => 2 ** -i).flatMap((p) =>
    offsets.map((d) => p * (1 + d) - 1),
  );
  const even = Array.from({ length: 2000 }, (_, i) => -i / 2000);
  const small = Array.from({ length: 60 }, (_, i) => -1.3 * 2 ** -i);
  for (const x of [...besidePowers, ...even, ...small]) {
    if (x > -1 && x <= 0) expect(ulps(log1p(x), oracle.log1p(x), "float64")).toBeLessThanOrEqual(1);
  }
});

test("the exponential function is within 1 unit, and ends as it should", () => {
  for (let i = -400; i <= 400; i++) {
    for (const x of [i / 400, i / 3, i * 1.75]) {
      if (Math.abs(x) < 700) expect(ulps(exp(x), oracle.exp(x), "float64")).toBeLessThanOrEqual(1);
    }
  }
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  expect([nan, infinity, -infinity, 0, -0, 1e-300, 710, -746].map(exp)).toEqual([
    nan,
    infinity,
    0,
    1,
    1,
    1,
    infinity,
    0,
  ]);
  for (const x of [-745.1, -744, -740, -720, -709])
    expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(2 * Number.MIN_VALUE);
  expect(exp(709.7)).toBeCloseTo(Math.exp(709.7), -295);
});
