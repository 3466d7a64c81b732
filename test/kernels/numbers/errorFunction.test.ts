import { describe, expect, test } from "vitest";
import { erf, inverseErf } from "../../../src/kernels/numbers/errorFunction.ts";
import { erf as series } from "../../../src/kernels/numbers/scalar.ts";

const even = Array.from({ length: 4999 }, (_, i) => (i + 1) / 5000);
const powers = Array.from({ length: 52 }, (_, i) => 2 ** -(i + 1));
const probabilities = [...even, ...powers, ...powers.map((p) => 1 - p), 1e-9, 1e-300, 5e-324, 0.91];

/** By how many steps of float64 at `exact` the two differ. */
const steps = (y: number, exact: number) =>
  Math.abs(y - exact) / Math.max(2 ** (Math.floor(Math.log2(Math.abs(exact))) - 52), 5e-324);

describe("the error function from IEEE operations alone", () => {
  test("is that of the kernels, which ask the engine for the exponential", () => {
    for (let x = -7; x <= 7; x += 1 / 256) expect(Math.abs(erf(x) - series(x))).toBeLessThan(3e-15);
  });

  test.each([
    [0, 0],
    [-0, -0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [-3, -0.9999779095030014],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, -1],
    [Number.NaN, Number.NaN],
  ])("of %d is %d", (x, y) => {
    if (Number.isFinite(y) && y !== 0) expect(steps(erf(x), y)).toBeLessThanOrEqual(4);
    else expect(erf(x)).toBe(y);
  });

  test("undoes its inverse", () => {
    for (const p of probabilities) {
      expect(steps(erf(inverseErf(p)), p)).toBeLessThanOrEqual(6);
      expect(inverseErf(-p)).toBe(-inverseErf(p));
    }
  });

  // From mpmath with 40 digits; erf alone cannot tell neighbours apart near 1.
  test.each([
    [8.862269254527581e-11, 1e-10],
    [0.08885599049425769, 0.1],
    [0.4769251504153166, 0.49999],
    [0.4769362762044699, 0.5],
    [0.8134198475976185, 0.75],
    [1.1630871536766743, 0.9],
    [1.2379219927112448, 0.92],
    [1.8213863677184494, 0.99],
    [2.75106390571208, 0.9999],
    [3.832506856900711, 0.9999999403953552],
    [5.05125408524939, 0.9999999999990905],
    [5.805018683193453, 0.9999999999999998],
    [5.8635847487551676, 0.9999999999999999],
  ])("has an inverse that is %d at %d", (x, p) => {
    expect(steps(inverseErf(p), x)).toBeLessThanOrEqual(10);
  });

  test.each([
    [0, 0],
    [-0, -0],
    [1, Number.POSITIVE_INFINITY],
    [-1, Number.NEGATIVE_INFINITY],
    [1.0000000000000002, Number.NaN],
    [Number.NEGATIVE_INFINITY, Number.NaN],
    [Number.NaN, Number.NaN],
  ])("has an inverse whose value at %d is %d", (p, x) => expect(inverseErf(p)).toBe(x));
});
