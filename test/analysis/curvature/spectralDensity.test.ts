import { Generator, nn, tensor } from "evenkeel";
import { spectralDensity, spectralDensityAsync } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched, snapshot } from "../untouched.ts";
import { network, Quadratic, symmetric } from "./quadratic.ts";

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const spectrum = Array.from({ length: 50 }, (_, i) => (i === 0 ? 12 : Math.cos(i)));

describe("spectralDensity", () => {
  test("has the eigenvalues for nodes where there are as many iterations as parameters", () => {
    const values = [-2, 0.5, 3, 7];
    const model = new Quadratic(symmetric(values));
    for (const method of ["exact", "differences"] as const) {
      const { nodes, weights } = spectralDensity(model, () => model.forward(), { method, starts: 3 });
      for (const [i, found] of nodes.entries()) {
        expect(found.length).toBe(4);
        found.forEach((value, j) => expect(value).toBeCloseTo(values[j], 7));
        expect(sum(weights[i])).toBeCloseTo(1, 12);
      }
    }
  });

  test("has exact moments for each start, below twice the number of iterations", () => {
    const H = symmetric(spectrum);
    const model = new Quadratic(H);
    const { nodes, weights } = spectralDensity(model, () => model.forward(), { iterations: 4, starts: 2, seed: 5 });
    const generator = new Generator().manualSeed(5);
    for (const [i, values] of nodes.entries()) {
      let v = tensor(signsFrom(generator, 50), { dtype: "float64" });
      const start = v;
      for (let power = 0; power < 8; power++) {
        const exact = start.dot(v).item() / 50;
        expect(sum(values.map((x, j) => weights[i][j] * x ** power)) / exact).toBeCloseTo(1, 9);
        v = model.H.matmul(v);
      }
    }
  });

  test("sees the mean eigenvalue and the outlier within the stated errors, and its density sums to 1", () => {
    const model = new Quadratic(symmetric(spectrum));
    const result = spectralDensity(model, () => model.forward(), { starts: 40 });
    const { grid, density, densityError, meanEigenvalue, meanEigenvalueError, nodes, weights } = result;
    expect(Math.abs(meanEigenvalue - sum(spectrum) / 50)).toBeLessThan(3 * meanEigenvalueError);
    const spacing = grid[1] - grid[0];
    expect(spacing * sum(density)).toBeCloseTo(1, 2);
    const outlier = spacing * sum(density.filter((_, i) => grid[i] > 8));
    const perStart = nodes.map((values, i) => sum(weights[i].filter((_, j) => values[j] > 8)));
    expect(outlier).toBeCloseTo(sum(perStart) / 40, 3);
    expect(Math.abs(outlier - 1 / 50)).toBeLessThan(0.02);
    expect(density.length).toBe(grid.length);
    expect(densityError.every((error) => error >= 0)).toBe(true);
    for (const values of nodes) expect(values.at(-1)).toBeCloseTo(12, 6);
  });

  test("takes the width and the grid asked for", () => {
    const model = new Quadratic([[2]]);
    const { grid, density, options } = spectralDensity(model, () => model.forward(), { width: 0.5, points: 3 });
    expect(grid).toEqual([0.5, 2, 3.5]);
    expect(density[1]).toBeCloseTo(1 / (0.5 * Math.sqrt(2 * Math.PI)), 12);
    expect(density[0] / density[1]).toBeCloseTo(Math.exp(-4.5), 12);
    expect(options).toMatchObject({ width: 0.5, points: 3, iterations: 1, starts: 10 });
    const zero = new nn.Linear(2, 1);
    const flat = spectralDensity(zero, () => zero.forward(tensor([[1, 2]])).sum(), { starts: 2 });
    expect(flat.nodes).toEqual([[0], [0]]);
    expect(flat.options.width).toBe(0.01);
  });

  test("works in either mode of batch norm, for chosen layers, and leaves the model as it was", () => {
    const { model, loss } = network();
    for (const batchNorm of ["batch", "running"] as const) {
      for (const method of ["exact", "differences"] as const) {
        const options = { batchNorm, method, layers: ["1", "3"], starts: 2, iterations: 4 };
        const result = expectUntouched(model, () => spectralDensity(model, loss, options));
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(result.names).toEqual(["1.weight", "1.bias", "3.weight", "3.bias"]);
        expect(result.cost).toEqual(method === "exact" ? { forward: 3, backward: 33 } : { forward: 18, backward: 16 });
      }
    }
  });

  test("is alike without waiting, and stops when told", async () => {
    const { model, loss } = network();
    const before = snapshot(model);
    const options = { starts: 2, iterations: 5 };
    expect(await spectralDensityAsync(model, loss, options)).toEqual(spectralDensity(model, loss, options));
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const run = spectralDensityAsync(model, loss, { ...options, signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow("enough");
    expect(snapshot(model)).toEqual(before);
  });

  test("refuses what makes no sense, and leaves the model as it was", () => {
    const { model, loss } = network();
    const bad = (given: typeof loss, options: object = {}) =>
      expectUntouched(model, () => refusal(() => spectralDensity(model, given, options)));
    expect(bad(loss, { start: 2 }).hint).toBe('Did you mean "starts"?');
    expect(bad(loss, { starts: 1 }).expected).toContain("2 or more");
    expect(bad(loss, { iterations: 0 }).expected).toContain("1 or more");
    expect(bad(loss, { points: 1 }).expected).toContain("2 or more");
    expect(bad(loss, { width: 0 }).expected).toContain("above 0 as width");
    expect(bad(loss, { maxEvaluations: 20 }).got).toContain("1204");
    expect(bad(() => tensor([1, 2])).expected).toBe("a loss of one number");
    expect(bad(() => tensor(Number.NaN)).expected).toBe("a finite loss");
    expect(bad(() => loss().add(Math.random())).expected).toContain("the same each time");
    expect(bad(() => tensor(1)).expected).toContain("depends on the parameters");
    expect(refusal(() => spectralDensity(new nn.Tanh(), () => tensor(1))).got).toContain("Tanh");
  });
});

/** The starts that the analysis draws. */
function signsFrom(generator: Generator, size: number): number[] {
  const u = tensor(Array(size).fill(0), { dtype: "float64" }).uniform_(0, 1, { generator });
  return u.toArray<number[]>().map((x) => (x < 0.5 ? -1 : 1));
}
