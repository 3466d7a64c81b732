import { Generator, randn } from "evenkeel";
import { describe, expect, test } from "vitest";
import { tridiagonal } from "../../../src/analysis/numbers/tridiagonal.ts";
import { expectClose } from "../../close.ts";

describe("tridiagonal", () => {
  test("gives 2 − 2·cos(πj/(n + 1)) for the second difference, with its sines", () => {
    const n = 30;
    const { values, rows } = tridiagonal(Array(n).fill(2), Array(n - 1).fill(-1), [0, n - 1]);
    const j = Array.from({ length: n }, (_, i) => i + 1);
    expectClose(
      values,
      j.map((j) => 2 - 2 * Math.cos((Math.PI * j) / (n + 1))),
      1e-14,
    );
    const sines = j.map((j) => Math.sqrt(2 / (n + 1)) * Math.abs(Math.sin((Math.PI * j) / (n + 1))));
    expectClose(rows[0].map(Math.abs), sines, 1e-13);
    expectClose(rows[1].map(Math.abs), sines, 1e-13);
  });

  test("gives orthonormal vectors that put the matrix together again", () => {
    const n = 25;
    const generator = new Generator().manualSeed(3);
    const d = randn([n], { generator, dtype: "float64" }).toArray<number[]>();
    const e = randn([n - 1], { generator, dtype: "float64" }).toArray<number[]>();
    e[7] = 0;
    const { values, rows } = tridiagonal(
      d,
      e,
      d.map((_, i) => i),
    );
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const sum = values.reduce((sum, value, k) => sum + value * rows[i][k] * rows[j][k], 0);
        const wanted = i === j ? d[i] : Math.abs(i - j) === 1 ? e[Math.min(i, j)] : 0;
        expect(Math.abs(sum - wanted)).toBeLessThan(1e-13);
        const dot = values.reduce((sum, _, k) => sum + rows[k][i] * rows[k][j], 0);
        expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-13);
      }
    }
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  test("takes one number, zeros, repeated and very unequal numbers", () => {
    expect(tridiagonal([3], [], [0])).toEqual({ values: [3], rows: [[1]] });
    expect(tridiagonal([0, 0, 0], [0, 0]).values).toEqual([0, 0, 0]);
    expect(tridiagonal([2, 2, 2], [0, 0]).values).toEqual([2, 2, 2]);
    expectClose(tridiagonal([1e200, 1], [1e-200]).values, [1, 1e200], 1e-15);
    expectClose(tridiagonal([0, 0], [5e-160]).values, [-5e-160, 5e-160], 1e-15, 0);
  });
});
