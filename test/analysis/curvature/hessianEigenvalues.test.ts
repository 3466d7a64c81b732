import { Generator, grad, nn, randn, type Tensor, tensor } from "evenkeel";
import { hessianEigenvalues, hessianEigenvaluesAsync } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched, snapshot } from "../untouched.ts";
import { network, Quadratic, symmetric } from "./quadratic.ts";

const spectrum = [10, -8, 5, 3, 1, 0.5, 0.1, 0, -0.2, -2];

describe("hessianEigenvalues", () => {
  test.each(["exact", "differences"] as const)("finds those of ½xᵀHx, signed, largest first (%s)", (method) => {
    const model = new Quadratic(symmetric(spectrum));
    const { values, residuals, converged, iterations } = hessianEigenvalues(model, () => model.forward(), {
      k: 4,
      method,
      tolerance: 1e-6,
    });
    expectClose(values, [10, -8, 5, 3], 1e-8);
    expect(converged).toBe(true);
    expect(Math.max(...residuals)).toBeLessThan(1e-5);
    expect(iterations).toBeLessThanOrEqual(10);
  });

  test("finds all of them when asked for all", () => {
    const model = new Quadratic(symmetric(spectrum));
    const { values } = hessianEigenvalues(model, () => model.forward(), { k: 10 });
    const wanted = spectrum.toSorted((a, b) => Math.abs(b) - Math.abs(a));
    expectClose(values, wanted, 1e-12);
  });

  test("finds repeated eigenvalues where the space is exhausted", () => {
    const some: [number[], number][] = [
      [[5, 5, 1], 2],
      [[5, 5, 5, 1], 3],
      [[2, 2, 2, 2, 2], 5],
      [[-3, -3, 0, 0, 0, 0, 0, 0], 3],
      [[0, 0, 0], 2],
    ];
    for (const [values, k] of some) {
      const model = new Quadratic(symmetric(values));
      const found = hessianEigenvalues(model, () => model.forward(), { k });
      expectClose(found.values, values.slice(0, k), 1e-12, 1e-12);
      expect(found.converged).toBe(true);
    }
  });

  test("returns eigenvectors of length 1 whose residuals are those stated", () => {
    const H = symmetric(Array.from({ length: 40 }, (_, i) => 40 - i));
    const model = new Quadratic(H);
    const { values, vectors, residuals, converged } = hessianEigenvalues(model, () => model.forward(), {
      k: 3,
      maxIterations: 12,
      vectors: true,
    });
    expect(converged).toBe(false);
    values.forEach((value, i) => {
      const v = tensor((vectors as number[][])[i], { dtype: "float64" });
      expect(v.norm().item()).toBeCloseTo(1, 12);
      const residual = model.H.matmul(v).sub(v.mul(value)).norm().item();
      expect(residual).toBeCloseTo(residuals[i], 10);
      const nearest = Math.min(...Array.from({ length: 40 }, (_, j) => Math.abs(value - (40 - j))));
      expect(nearest).toBeLessThanOrEqual(residuals[i] + 1e-12);
    });
  });

  test("agrees with the closed form of linear regression, (2/n)·XᵀX", () => {
    const generator = new Generator().manualSeed(4);
    const x = randn([20, 5], { generator, dtype: "float64" });
    const model = new nn.Linear(5, 1, { bias: false, dtype: "float64" });
    const loss = () => nn.functional.mseLoss(model.forward(x), x.sum(1, { keepdim: true }));
    const quadratic = new Quadratic(
      x.T.matmul(x)
        .mul(2 / 20)
        .toArray<number[][]>(),
    );
    const wanted = hessianEigenvalues(quadratic, () => quadratic.forward(), { k: 5 }).values;
    expectClose(hessianEigenvalues(model, loss, { k: 5 }).values, wanted, 1e-12);
  });

  test("agrees with the closed form of softmax regression, mean of (diag p − ppᵀ) ⊗ xxᵀ", () => {
    const generator = new Generator().manualSeed(5);
    const x = randn([12, 3], { generator, dtype: "float64" });
    const labels = tensor([0, 1, 2, 3, 0, 1, 2, 3, 3, 2, 1, 0], { dtype: "int32" });
    const model = new nn.Linear(3, 4, { bias: false, dtype: "float64" });
    const p = model.forward(x).softmax(1).toArray<number[][]>();
    const rows = x.toArray<number[][]>();
    const H = Array.from({ length: 12 }, () => Array<number>(12).fill(0));
    rows.forEach((row, n) => {
      for (let a = 0; a < 12; a++) {
        for (let b = 0; b < 12; b++) {
          const [i, j] = [Math.floor(a / 3), Math.floor(b / 3)];
          H[a][b] += (((i === j ? p[n][i] : 0) - p[n][i] * p[n][j]) * row[a % 3] * row[b % 3]) / 12;
        }
      }
    });
    const quadratic = new Quadratic(H);
    const wanted = hessianEigenvalues(quadratic, () => quadratic.forward(), { k: 9 }).values;
    const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
    expectClose(hessianEigenvalues(model, loss, { k: 9 }).values, wanted, 1e-12);
  });

  test.each(["batch", "running"] as const)("agrees with the whole Hessian of a network (%s)", (batchNorm) => {
    const { model, loss } = network();
    loss(); // moves the running statistics
    for (const module of model) module.training = batchNorm === "batch";
    const exact = wholeHessian(model.parameters(), loss);
    model.train(batchNorm !== "batch"); // the mode asked for counts, not that of the module
    const quadratic = new Quadratic(exact);
    const wanted = hessianEigenvalues(quadratic, () => quadratic.forward(), { k: 6, tolerance: 1e-12 }).values;
    const run = (method: "exact" | "differences") =>
      expectUntouched(
        model,
        () => hessianEigenvalues(model, loss, { k: 6, batchNorm, method, tolerance: 1e-9 }).values,
      );
    expectClose(run("exact"), wanted, 1e-10);
    expectClose(run("differences"), wanted, 1e-7);
  });

  test("takes the block of the layers asked for", () => {
    const { model, loss } = network();
    const run = (layers: string[]) => hessianEigenvalues(model, loss, { layers, k: 3, tolerance: 1e-10 });
    const [linear] = [model[3] as nn.Linear];
    const quadratic = new Quadratic(wholeHessian([linear.weight, linear.bias as nn.Parameter], loss));
    const found = run(["3"]);
    expect(found.names).toEqual(["3.weight", "3.bias"]);
    expect(found.parameters).toBe(10);
    expectClose(found.values, hessianEigenvalues(quadratic, () => quadratic.forward(), { k: 3 }).values, 1e-10);
    expect(run(["1.weight", "3", "3.bias"]).names).toEqual(["1.weight", "3.weight", "3.bias"]);
  });

  test("works in float32, by either method", () => {
    const model = new Quadratic(symmetric(spectrum), "float32");
    for (const method of ["exact", "differences"] as const) {
      const { values } = hessianEigenvalues(model, () => model.forward(), { k: 2, method });
      expectClose(values, [10, -8], method === "exact" ? 1e-5 : 1e-3);
    }
  });

  test("gives the same for the same seed, and draws from a copy of a generator", () => {
    const model = new Quadratic(symmetric(spectrum));
    const run = (options: object) =>
      hessianEigenvalues(model, () => model.forward(), { k: 2, maxIterations: 3, ...options }).values;
    expect(run({ seed: 3 })).toEqual(run({ seed: 3 }));
    expect(run({ seed: 3 })).not.toEqual(run({ seed: 4 }));
    const generator = new Generator().manualSeed(3);
    const before = generator.getState();
    expect(run({ generator })).toEqual(run({ seed: 3 }));
    expect(generator.getState()).toEqual(before);
  });

  test("is zero, and says so at once, where the loss is linear or does not depend on some parameters", () => {
    const model = new nn.Linear(2, 1);
    const { values, converged } = hessianEigenvalues(model, () => model.forward(tensor([[1, 2]])).sum(), { k: 3 });
    expect(values.map(Math.abs)).toEqual([0, 0, 0]);
    expect(converged).toBe(true);
    const onlyWeight = () => model.weight.square().sum();
    expectClose(hessianEigenvalues(model, onlyWeight, { k: 3 }).values, [2, 2, 0], 1e-6, 1e-6);
  });

  test("is plain data, states its options, and counts its passes", () => {
    const model = new Quadratic(symmetric([3, 1]));
    const exact = hessianEigenvalues(model, () => model.forward());
    expect(JSON.parse(JSON.stringify(exact))).toEqual(exact);
    expect(exact.options).toEqual({
      k: 1,
      which: "magnitude",
      tolerance: 1e-4,
      maxIterations: 2,
      vectors: false,
      seed: 0,
      layers: null,
      curvature: "hessian",
      batchNorm: "batch",
      method: "exact",
      step: null,
      batches: 1,
      reduction: "mean",
    });
    expect(exact.cost).toEqual({ forward: 3, backward: 13 }); // a gradient, and three products, one for the residual
    let forwards = 0;
    const counted = () => {
      forwards++;
      return model.forward();
    };
    const { cost, options } = hessianEigenvalues(model, counted, { method: "differences" });
    expect(cost).toEqual({ forward: forwards, backward: 8 });
    expect(options.step).toBeCloseTo(1e-6 * model.x.square().mean().sqrt().item(), 12);
  });

  test("is alike without waiting, and while others train the model in between", async () => {
    const { model, loss } = network();
    for (const method of ["exact", "differences"] as const) {
      const wanted = hessianEigenvalues(model, loss, { k: 3, method });
      const start = model.stateDict();
      const found = await hessianEigenvaluesAsync(model, loss, {
        k: 3,
        method,
        onProgress: () => model.parameters()[0].data.fill(7),
      });
      model.loadStateDict(start);
      expect(found).toEqual(wanted);
    }
  });

  test("reports progress, and stops when told, leaving the model as it was", async () => {
    const { model, loss } = network();
    const seen: number[] = [];
    const { cost } = hessianEigenvalues(model, loss, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.length).toBe((cost.backward - 1) / 4);
    expect(seen.every((share, i) => share <= 1 && share > (seen[i - 1] ?? 0))).toBe(true);
    const controller = new AbortController();
    const before = snapshot(model);
    const onProgress = () => controller.abort(new Error("enough"));
    const options = { onProgress, signal: controller.signal };
    await expect(hessianEigenvaluesAsync(model, loss, options)).rejects.toThrow("enough");
    expect(snapshot(model)).toEqual(before);
  });

  test("refuses what makes no sense, and leaves the model as it was", () => {
    const { model, loss } = network();
    const bad = (given: () => unknown, options: object = {}) =>
      expectUntouched(model, () => refusal(() => hessianEigenvalues(model, given as () => Tensor, options)));
    expect(bad(loss, { kk: 2 }).hint).toBe('Did you mean "k"?');
    expect(bad(loss, { k: 0 }).expected).toContain("a whole number of 1 or more as k");
    expect(bad(loss, { k: 1000 }).expected).toContain("at most 34");
    expect(bad(loss, { k: 5, maxIterations: 3 }).expected).toContain("maxIterations of 5 or more");
    expect(bad(loss, { tolerance: -1 }).expected).toContain("tolerance");
    expect(bad(loss, { method: "guess" }).expected).toContain('"exact" or "differences"');
    expect(bad(loss, { batchNorm: "eval" }).expected).toContain('"batch" or "running"');
    expect(bad(loss, { step: 1 }).expected).toContain("differences");
    expect(bad(loss, { method: "differences", step: 0 }).expected).toContain("above 0 as step");
    expect(bad(loss, { layers: ["nowhere"] }).got).toBe('"nowhere"');
    expect(bad(loss, { layers: [] }).got).toBe("[]");
    expect(bad(loss, { seed: 1, generator: new Generator() }).got).toBe("both");
    expect(bad(loss, { seed: 0.5 }).expected).toContain("whole number");
    expect(bad(loss, { maxEvaluations: 10 }).expected).toContain("at most 10 passes");
    expect(bad(() => tensor([1, 2])).expected).toBe("a loss of one number");
    expect(bad(() => loss().mul(Number.NaN)).expected).toBe("a finite loss");
    expect(bad(() => loss().add(Math.random())).expected).toContain("the same each time");
    for (const method of ["exact", "differences"]) {
      expect(bad(() => tensor(1, { requiresGrad: true }), { method }).expected).toContain("depends on the parameters");
    }
    const root = () => model.parameters()[0].sub(model.parameters()[0].detach()).square().sum().sqrt().add(loss());
    expect(bad(root).expected).toBe("finite second derivatives");
    const throws = () => {
      throw new Error("mine");
    };
    expectUntouched(model, () => expect(() => hessianEigenvalues(model, throws)).toThrow("mine"));
  });

  test("refuses a model without parameters", () => {
    const error = refusal(() => hessianEigenvalues(new nn.Tanh(), () => tensor(1)));
    expect(error.got).toContain("Tanh");
    expect(refusal(() => hessianEigenvalues({} as nn.Module, () => tensor(1))).expected).toBe("a module");
  });
});

/** The Hessian of `loss` at some parameters, row by row, in the engine's own way. */
function wholeHessian(parameters: readonly nn.Parameter[], loss: () => Tensor): number[][] {
  const gradients = grad(loss(), parameters, { createGraph: true });
  return gradients.flatMap((g) => {
    const flat = g.reshape([-1]);
    return Array.from({ length: flat.numel() }, (_, i) =>
      grad(flat.select(0, i), parameters, { allowUnused: true }).flatMap((row, k) =>
        Array.from(row?.data ?? new Float64Array(parameters[k].numel())),
      ),
    );
  });
}
