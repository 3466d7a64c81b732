import { Generator, nn, tensor } from "evenkeel";
import { hessianEigenvalues, hessianTrace, hessianTraceAsync } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched, snapshot } from "../untouched.ts";
import { network, Quadratic, symmetric } from "./quadratic.ts";

/** A few large eigenvalues over many small ones of either sign, as networks have them. */
const spectrum = Array.from({ length: 60 }, (_, i) => (i < 4 ? 40 / (i + 1) : Math.sin(i)));
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

describe("hessianTrace", () => {
  test("is exact where there is a direction for every parameter", () => {
    const model = new Quadratic(symmetric([5, -3, 1, 0]));
    for (const method of ["exact", "differences"] as const) {
      const { trace, standardError, rank, meanEigenvalue } = hessianTrace(model, () => model.forward(), { method });
      expect(trace).toBeCloseTo(3, 8);
      expect([standardError, rank]).toEqual([0, 4]);
      expect(meanEigenvalue).toBe(trace / 4);
    }
  });

  test("is exact where the Hessian has fewer dimensions than there are samples", () => {
    const model = new Quadratic(symmetric([7, -2, 1, ...Array<number>(37).fill(0)]));
    const { trace, standardError, rank } = hessianTrace(model, () => model.forward(), { samples: 5 });
    expect(trace).toBeCloseTo(6, 10);
    expect(standardError).toBeLessThan(1e-10);
    expect(rank).toBe(3);
  });

  test("lies within two stated errors 19 times in 20, is without bias, and better than the samples alone", () => {
    const model = new Quadratic(symmetric(spectrum));
    const truth = sum(spectrum);
    const runs = Array.from({ length: 200 }, (_, seed) => hessianTrace(model, () => model.forward(), { seed }));
    const scores = runs.map(({ trace, standardError }) => (trace - truth) / standardError);
    const within = scores.filter((score) => Math.abs(score) < 2).length / runs.length;
    expect(within).toBeGreaterThan(0.88);
    expect(within).toBeLessThan(0.995);
    const errors = runs.map(({ trace }) => trace - truth);
    const spread = Math.sqrt(sum(errors.map((e) => e * e)) / runs.length);
    expect(Math.abs(sum(errors) / runs.length)).toBeLessThan((4 * spread) / Math.sqrt(runs.length));
    // Hutchinson's variance with 30 products is 2·Σ over i≠j of Hᵢⱼ² / 30
    const H = model.H.toArray<number[][]>();
    const off = sum(H.flatMap((row, i) => row.map((x, j) => (i === j ? 0 : x * x))));
    expect(spread).toBeLessThan(Math.sqrt((2 * off) / 30));
  });

  test("is the same by differences, whose directions are not of length 1", () => {
    const model = new Quadratic(symmetric(spectrum));
    const [exact, differences] = (["exact", "differences"] as const).map((method) =>
      hessianTrace(model, () => model.forward(), { method, seed: 2 }),
    );
    expect(differences.trace).toBeCloseTo(exact.trace, 5);
    expect(differences.standardError).toBeCloseTo(exact.standardError, 5);
  });

  test("is the sum of its parts, and of the layers' traces", () => {
    const { model, loss } = network();
    for (const batchNorm of ["batch", "running"] as const) {
      const all = expectUntouched(model, () => hessianTrace(model, loss, { samples: 40, batchNorm }));
      expect(all.trace).toBe(all.inside + all.outside);
      const layers = ["0", "1", "3"].map((name) =>
        hessianTrace(model, loss, { samples: 40, batchNorm, layers: [name] }),
      );
      expect(sum(layers.map(({ trace }) => trace))).toBeCloseTo(all.trace, 10);
      expect(sum(layers.map(({ parameters }) => parameters))).toBe(all.parameters);
      const { values } = hessianEigenvalues(model, loss, { k: 34, batchNorm });
      expect(sum(values)).toBeCloseTo(all.trace, 9);
    }
  });

  test("differs with the mode of batch norm, whatever mode the model is in", () => {
    const { model, loss } = network();
    const run = (batchNorm: "batch" | "running") => hessianTrace(model, loss, { samples: 40, batchNorm }).trace;
    const [batch, running] = [run("batch"), run("running")];
    expect(batch).not.toBeCloseTo(running, 2);
    model.eval();
    expect([run("batch"), run("running")]).toEqual([batch, running]);
  });

  test("is plain data, states its options, counts its passes, and draws from a copy of a generator", () => {
    const model = new Quadratic(symmetric(spectrum));
    const generator = new Generator().manualSeed(9);
    const before = generator.getState();
    const result = hessianTrace(model, () => model.forward(), { samples: 3, generator });
    expect(generator.getState()).toEqual(before);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.samples.length).toBe(3);
    expect(result.options).toMatchObject({ samples: 3, seed: null, method: "exact" });
    expect(result.cost).toEqual({ forward: 3, backward: 37 });
    expect(hessianTrace(model, () => model.forward(), { samples: 3, seed: 9 }).trace).toBe(result.trace);
  });

  test("is alike without waiting, reports progress, and stops when told", async () => {
    const { model, loss } = network();
    const before = snapshot(model);
    expect(await hessianTraceAsync(model, loss)).toEqual(hessianTrace(model, loss));
    const controller = new AbortController();
    const last: number[] = [];
    hessianTrace(model, loss, { onProgress: ({ done, total }) => last.push(total - done) });
    expect(last.at(-1)).toBe(0);
    const options = { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
    await expect(hessianTraceAsync(model, loss, options)).rejects.toThrow("enough");
    expect(snapshot(model)).toEqual(before);
  });

  test("refuses what makes no sense, and leaves the model as it was", () => {
    const { model, loss } = network();
    const bad = (given: typeof loss, options: object = {}) =>
      expectUntouched(model, () => refusal(() => hessianTrace(model, given, options)));
    expect(bad(loss, { sample: 2 }).hint).toBe('Did you mean "samples"?');
    expect(bad(loss, { samples: 1 }).expected).toContain("2 or more");
    expect(bad(loss, { layers: ["9"] }).got).toBe('"9"');
    expect(bad(loss, { maxEvaluations: 20 }).got).toContain("124");
    expect(bad(loss, { maxEvaluations: -1 }).expected).toContain("above 0");
    expect(bad(() => tensor([1, 2])).expected).toBe("a loss of one number");
    expect(bad(() => tensor(Number.NaN)).expected).toBe("a finite loss");
    expect(bad(() => loss().add(Math.random())).expected).toContain("the same each time");
    expect(bad(() => tensor(1)).expected).toContain("depends on the parameters");
    expect(refusal(() => hessianTrace(new nn.Tanh(), () => tensor(1))).got).toContain("Tanh");
  });
});
