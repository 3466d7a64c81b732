import { data, Generator, grad, nn, noGrad, randn, type Tensor, tensor } from "evenkeel";
import {
  estimateCost,
  hessianEigenvalues,
  hessianEigenvaluesAsync,
  hessianTrace,
  spectralDensity,
} from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { eigenSymmetric } from "../../../src/analysis/numbers/eigenSymmetric.ts";
import { Lanczos } from "../../../src/analysis/numbers/lanczos.ts";
import { dotOf } from "../../../src/analysis/numbers/longVector.ts";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";
import { network, Quadratic, symmetric } from "./quadratic.ts";

const whiches = ["magnitude", "largest", "smallest"] as const;
const methods = ["exact", "differences"] as const;
const dtypes = ["float32", "float64"] as const;

/** How far from the truth an eigenvalue may be, as a share of the largest, and what is asked for as tolerance. */
const bounds = {
  exact: { float32: { tolerance: 1e-5, error: 2e-5 }, float64: { tolerance: 1e-8, error: 1e-8 } },
  differences: { float32: { tolerance: 1e-2, error: 1e-2 }, float64: { tolerance: 1e-6, error: 1e-6 } },
};

const repeat = (value: number, times: number): number[] => Array<number>(times).fill(value);

/** Eigenvalues of which the first three are repeated 1 to 5 times, with a cluster, zeros, and some of either sign. */
function repeated(times: number, size: number): number[] {
  const special = [
    ...repeat(10, times),
    ...repeat(-8, times),
    ...repeat(5, times),
    ...repeat(-5, times),
    3,
    2.9999,
    ...repeat(0, 4),
  ];
  return [...special, ...Array.from({ length: size - special.length }, (_, i) => 2 * Math.sin(i))];
}

function inOrder(values: readonly number[], which: (typeof whiches)[number]): number[] {
  const rank = (x: number) => (which === "magnitude" ? Math.abs(x) : which === "largest" ? x : -x);
  return values.toSorted((a, b) => rank(b) - rank(a));
}

/** Compared as sets where two of either sign have one size. */
function expectValues(found: readonly number[], wanted: readonly number[], error: number): void {
  const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
  expectClose(ascending(found), ascending(wanted), 0, error);
}

describe.each(whiches)("the %s eigenvalues", (which) => {
  for (const method of methods) {
    for (const dtype of dtypes) {
      const { tolerance, error } = bounds[method][dtype];

      test.each([1, 2, 3, 4, 5])(`are found as often as they occur, %i times (${method}, ${dtype})`, (times) => {
        // Above 100 rows a search may not see the whole space.
        for (const [size, k] of [
          [30, 1 + times],
          [130, 2 * times],
        ]) {
          const truth = repeated(times, size);
          const model = new Quadratic(symmetric(truth, times), dtype);
          const found = hessianEigenvalues(model, () => model.forward(), { k, which, method, tolerance });
          expectValues(found.values, inOrder(truth, which).slice(0, k), 10 * error);
          expect(found.values).toEqual(inOrder(found.values, which));
          // The noise of differences, which residuals show, may be above the tolerance, in float32 above any.
          if (method === "exact") expect(found.converged).toBe(true);
          else expect(Math.max(...found.residuals)).toBeLessThan(0.5);
        }
      });
    }
  }

  test.each(methods)("agree with those of the whole Hessian of a network, all of them (%s)", (method) => {
    const { model, loss } = network();
    const truth = eigenSymmetric(wholeHessian(model.parameters(), loss)).values;
    for (const k of [1, 34]) {
      const { values, converged } = hessianEigenvalues(model, loss, { k, which, method, tolerance: 1e-6 });
      expectClose(values, inOrder(truth, which).slice(0, k), 1e-6, 1e-7);
      expect(converged).toBe(true);
    }
  });
});

describe("what is said to have converged", () => {
  test("has every copy of an eigenvalue that a linear layer with several outputs repeats", () => {
    for (const dtype of dtypes) {
      const generator = new Generator().manualSeed(0);
      const model = new nn.Linear(4, 3, { dtype, generator });
      const x = randn([20, 4], { dtype, generator });
      const y = randn([20, 3], { dtype, generator });
      const loss = () => nn.functional.mseLoss(model.forward(x), y);
      const truth = eigenSymmetric(wholeHessian(model.parameters(), loss)).values;
      for (let k = 1; k <= 15; k++) {
        const { values, converged } = hessianEigenvalues(model, loss, { k });
        expectClose(values, truth.slice(0, k), 1e-4, 1e-5);
        expect(converged).toBe(true);
      }
    }
  });

  test("has residuals that are those of the true Hessian, whatever the step", () => {
    for (const [seed, scale] of [
      [1, 0.2],
      [2, 1],
      [3, 5],
    ]) {
      const { model, loss, double } = wider(seed, scale);
      for (const step of [undefined, 1e-5, 1e-2, 0.3]) {
        const options = { method: "differences" as const, ...(step !== undefined && { step }) };
        const { values, residuals, vectors, converged } = hessianEigenvalues(model, loss, {
          vectors: true,
          ...options,
        });
        const [value, v] = [values[0], (vectors as number[][])[0]];
        const image = double.times(v);
        const residual = Math.sqrt(image.reduce((sum, x, i) => sum + (x - value * v[i]) ** 2, 0));
        // A step far too long tells only that it is: the residual stated is then no small part of the value.
        if (residuals[0] < 0.1 * Math.abs(value)) expect(residual).toBeLessThan(2 * residuals[0]);
        else expect(converged).toBe(false);
        if (converged) expect(Math.abs(value / double.largest - 1)).toBeLessThan(2e-4);
        if (step === undefined) expect(Math.abs(value / double.largest - 1)).toBeLessThan(1e-3);
        if (step === 0.3 && scale < 1) expect(converged).toBe(false);
      }
    }
  });

  test("is so only where a search beside it had its time", () => {
    const model = new Quadratic(symmetric(repeated(2, 130)));
    const run = (maxIterations: number) => hessianEigenvalues(model, () => model.forward(), { k: 4, maxIterations });
    expect(run(30).converged).toBe(false);
    expect(run(100).converged).toBe(true);
  });
});

describe("a loss over several batches", () => {
  const x = randn([12, 3], { generator: new Generator().manualSeed(7), dtype: "float64" });
  const y = tensor(
    Array.from({ length: 12 }, (_, i) => (i * i) % 4),
    { dtype: "int32" },
  );
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { generator: new Generator().manualSeed(8) }),
    new nn.Tanh(),
    new nn.Linear(4, 4, { generator: new Generator().manualSeed(9) }),
  ).to("float64");
  const lossOf = (inputs: Tensor, labels: Tensor, reduction: "mean" | "sum" = "mean") =>
    nn.functional.crossEntropy(model.forward(inputs), labels, { reduction });
  const batches = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 5 });
  const over = { batches, loss: ([inputs, labels]: readonly Tensor[]) => lossOf(inputs, labels) };
  const whole = () => lossOf(x, y);

  test.each(methods)("has the curvature of one large batch (%s)", (method) => {
    const close = (found: readonly number[], wanted: readonly number[]) => expectClose(found, wanted, 1e-6, 1e-7);
    const eigen = (loss: Parameters<typeof hessianEigenvalues<readonly Tensor[]>>[1], options = {}) =>
      expectUntouched(model, () => hessianEigenvalues(model, loss, { k: 4, method, ...options }));
    const [found, wanted] = [eigen(over), eigen(whole)];
    close(found.values, wanted.values);
    expect(found.loss).toBeCloseTo(wanted.loss, 12);
    expect(found.options).toMatchObject({ batches: 3, reduction: "mean" });
    const closures = Array.from(
      { length: 4 },
      (_, i) => () => lossOf(x.slice(0, 3 * i, 3 * i + 3), y.slice(0, 3 * i, 3 * i + 3)),
    );
    close(eigen(closures).values, wanted.values);
    const sums = { batches, loss: ([inputs, labels]: readonly Tensor[]) => lossOf(inputs, labels, "sum") };
    const total = eigen(sums, { reduction: "sum" }).values;
    close(
      total.map((value) => value / 12),
      wanted.values,
    );
    const equal = { ...over, weight: () => 1 };
    const parts = [0, 5, 10].map((from) => () => lossOf(x.slice(0, from, from + 5), y.slice(0, from, from + 5)));
    close(eigen(equal).values, eigen(parts).values);
    expect(eigen(equal).values[0]).not.toBeCloseTo(wanted.values[0], 6);

    const trace = (loss: typeof over | typeof whole) => hessianTrace(model, loss, { samples: 5, method });
    close([trace(over).trace, trace(over).standardError], [trace(whole).trace, trace(whole).standardError]);
    const density = (loss: typeof over | typeof whole) =>
      spectralDensity(model, loss, { starts: 2, iterations: 6, method }).nodes.flat();
    expectClose(density(over), density(whole), 1e-5, 1e-6);
  });

  test("is the same without waiting", async () => {
    expect(await hessianEigenvaluesAsync(model, over, { k: 2 })).toEqual(hessianEigenvalues(model, over, { k: 2 }));
  });

  test("keeps one graph at a time, and counts what it takes", () => {
    let forwards = 0;
    const counted = {
      batches,
      loss: (batch: readonly Tensor[]) => {
        forwards++;
        return over.loss(batch);
      },
    };
    for (const method of methods) {
      forwards = 0;
      const { cost, iterations } = hessianEigenvalues(model, counted, { method });
      const products = iterations + (method === "exact" ? 1 : 2);
      const perProduct = method === "exact" ? 1 : 2;
      expect(cost).toEqual({
        forward: 3 * (2 + perProduct * products),
        backward: 3 * (method === "exact" ? 5 : 2) * products,
      });
      expect(forwards).toBe(cost.forward);
      const most = estimateCost("hessianEigenvalues", 36, { method, batches: 3 });
      expect(most.forward).toBeGreaterThanOrEqual(cost.forward);
      expect(most.backward).toBeGreaterThanOrEqual(cost.backward);
    }
  });

  test("is refused where it is none, or not the same each time", () => {
    const bad = (loss: unknown, options: object = {}) =>
      expectUntouched(model, () => refusal(() => hessianEigenvalues(model, loss as () => Tensor, options)));
    expect(bad([]).got).toBe("[]");
    expect(bad([whole, 3]).expected).toContain("a list of such");
    expect(bad({ loss: whole }).expected).toContain("{ batches, loss }");
    expect(bad({ batches }).expected).toBe("a function as loss");
    expect(bad({ batches: 3, loss: whole }).expected).toContain("batches to be walked");
    expect(bad({ ...over, wieght: () => 1 }).hint).toBe('Did you mean "weight"?');
    expect(bad({ batches: [], loss: whole }).got).toBe("no batches");
    expect(bad({ ...over, weight: () => -1 }).got).toContain("-1");
    expect(bad({ ...over, weight: () => 0 }).got).toContain("0, 0");
    expect(bad({ batches: batches[Symbol.iterator](), loss: over.loss }).got).toBe("3, and then 0");
    expect(bad(over, { reduction: "men" }).expected).toContain('"mean" or "sum"');
    expect(bad(over, { which: "biggest" }).expected).toContain('"magnitude" or "largest" or "smallest"');
  });
});

describe("Lanczos", () => {
  test.each([false, true])("keeps its vectors orthogonal to each other and to those outside (single: %s)", (single) => {
    const n = 90;
    const H = symmetric(Array.from({ length: n }, (_, i) => 2 ** -i)).map((row) => Float64Array.from(row));
    const normals = (seed: number) =>
      Float64Array.from(randn([n], { generator: new Generator().manualSeed(seed), dtype: "float64" }).data);
    const outside = new Lanczos(normals(0), [], single).basis;
    const lanczos = new Lanczos(normals(1), outside, single);
    while (lanczos.iterations < 60 && !lanczos.isExhausted) {
      const { newest } = lanczos;
      lanczos.take(Float64Array.from(H, (row) => dotOf(row, newest)));
    }
    expect(lanczos.iterations).toBeGreaterThan(30);
    const all = [...outside, ...lanczos.basis];
    const bound = single ? 1e-6 : 1e-13;
    all.forEach((a, i) => {
      for (let j = 0; j <= i; j++) expect(Math.abs(dotOf(a, all[j]) - Number(i === j))).toBeLessThan(bound);
    });
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

/** A float32 network with weights of some size, and its Hessian in float64. */
function wider(seed: number, scale: number) {
  const build = (dtype: "float32" | "float64") => {
    const generator = new Generator().manualSeed(seed);
    const model = new nn.Sequential(
      new nn.Linear(4, 8, { bias: false, generator }),
      new nn.BatchNorm1d(8),
      new nn.Tanh(),
      new nn.Linear(8, 3, { generator }),
    );
    noGrad(() => model.parameters().forEach((p) => p.ndim === 2 && p.mul_(scale)));
    model.to(dtype);
    const x = randn([32, 4], { generator }).to(dtype);
    const labels = tensor(
      Array.from({ length: 32 }, (_, i) => i % 3),
      { dtype: "int32" },
    );
    return { model, loss: () => nn.functional.crossEntropy(model.forward(x), labels) };
  };
  const exact = build("float64");
  const H = wholeHessian(exact.model.parameters(), exact.loss);
  const { values } = eigenSymmetric(H);
  const largest = inOrder(values, "magnitude")[0];
  const times = (v: readonly number[]) => H.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));
  return { ...build("float32"), double: { largest, times } };
}
