import { nn, type Tensor, tensor } from "evenkeel";
import { hessianDiagonal, hessianEigenvalues, hessianTrace, spectralDensity } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { setting } from "../settings.ts";
import { differences, eigenvaluesOf, plus, Twin } from "../twin.ts";
import { expectUntouched } from "../untouched.ts";
import { zoo } from "../zoo.ts";

type Numbers = readonly number[];

/** The derivatives of a model's outputs by its parameters, a row for each number put out, by differences. */
function jacobian(twin: Twin): readonly Numbers[] {
  const h = 1e-5;
  const at = (theta: Numbers): Numbers => {
    twin.move(theta);
    return [...twin.model.forward(twin.x).data];
  };
  const columns = twin.start.map((_, k) => {
    const along = (by: number) => at(twin.start.map((value, j) => (j === k ? value + by : value)));
    return plus(along(h), along(-h), -1).map((change) => change / (2 * h));
  });
  twin.move(twin.start);
  return columns[0].map((_, row) => columns.map((column) => column[row]));
}

/** How the loss of a twin changes with its outputs. */
function slopes(twin: Twin): Numbers {
  let by: Tensor | null = null;
  const { size, shape } = { size: twin.model.forward(twin.x).numel(), shape: twin.model.forward(twin.x).shape };
  const handle = twin.model.registerForwardHook((_, __, y) => (by === null ? y : (y as Tensor).add(by)));
  const found = differences((values) => {
    by = tensor([...values], { dtype: "float64" }).reshape([...shape]);
    return twin.at(twin.start);
  }, new Array<number>(size).fill(0));
  handle.remove();
  return found;
}

const product = (a: readonly Numbers[], b: readonly Numbers[]): Numbers[] =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

const transposed = (a: readonly Numbers[]): Numbers[] => a[0].map((_, j) => a.map((row) => row[j]));

const diagonalOf = (matrix: readonly Numbers[]): Numbers => matrix.map((row, i) => row[i]);

describe.each(Object.entries(zoo))("%s", (_, kind) => {
  test("has the Gauss–Newton and the Fisher matrix that its outputs and its loss by themselves make", () => {
    const s = setting(kind, 3);
    const twin = new Twin(setting(kind, 3));
    const [j, e] = [jacobian(twin), slopes(twin)];
    // Every loss here is the mean of the squares of the outputs' errors, but for what it has of the weights alone.
    const gaussNewton = product(transposed(j), j).map((row) => row.map((value) => (2 / j.length) * value));
    const size = j.length / 3;
    const gradients = [0, 1, 2].map((i) =>
      twin.start.map((_, k) => {
        const places = Array.from({ length: size }, (_, at) => i * size + at);
        return places.reduce((sum, row) => sum + e[row] * j[row][k], 0);
      }),
    );
    const fisher = product(transposed(gradients), gradients).map((row) => row.map((value) => 3 * value));
    for (const [curvature, matrix] of Object.entries({ gaussNewton, fisher }) as [
      "gaussNewton" | "fisher",
      Numbers[],
    ][]) {
      const options = { curvature, samples: 400 };
      const run = () => hessianDiagonal(s.model, s.loss, options);
      const { diagonal } = expectUntouched(s.model, run);
      const scale = Math.max(...diagonalOf(matrix), 1e-3);
      expectClose(
        diagonal.flatMap(({ values }) => values),
        [...diagonalOf(matrix)],
        0,
        1e-6 * scale,
      );
      const { values } = hessianEigenvalues(s.model, s.loss, { curvature, maxIterations: 400 });
      expectClose(values, [eigenvaluesOf(matrix).at(-1) ?? 0], 0, 1e-4 * scale);
    }
  });
});

/** Two layers, and a cross-entropy of theirs, in float64. */
function classifier() {
  const { model, batch } = zoo["batch norm"]();
  const { x } = batch(6);
  const labels = tensor([0, 1, 1, 0, 1, 0], { dtype: "int32" });
  return { model, x, labels, loss: () => nn.functional.crossEntropy(model.forward(x), labels) };
}

describe("the Gauss–Newton matrix", () => {
  test("is the Hessian of a model that is linear, and of one that is not has no eigenvalue below 0", () => {
    const linear = zoo["no hidden layer"]();
    const { loss } = linear.batch(5);
    const of = (curvature: "hessian" | "gaussNewton") =>
      hessianDiagonal(linear.model, loss, { curvature, samples: 100 }).diagonal.flatMap(({ values }) => values);
    expectClose(of("gaussNewton"), of("hessian"), 1e-12, 1e-12);
    const bent = classifier();
    const smallest = (curvature: "hessian" | "gaussNewton") =>
      hessianEigenvalues(bent.model, bent.loss, { curvature, which: "smallest", maxIterations: 400 }).values[0];
    expect(smallest("hessian")).toBeLessThan(-1e-4);
    expect(smallest("gaussNewton")).toBeGreaterThan(-1e-9);
  });

  test("of cross-entropy is the Fisher matrix by the classes that the model expects", () => {
    const { model, x, loss } = classifier();
    const expected = hessianTrace(model, loss, { curvature: "gaussNewton", samples: 100 }).trace;
    // With each class as the label in turn, each counted by how probable the model holds it to be.
    const logits = model.forward(x).detach();
    const n = x.shape[0];
    let trace = 0;
    for (let row = 0; row < n; row++) {
      for (const label of [0, 1]) {
        const probability = logits.select(0, row).softmax(0).select(0, label).item();
        const labels = tensor([label], { dtype: "int32" });
        const own = () => nn.functional.crossEntropy(model.forward(x).select(0, row).unsqueeze(0), labels);
        const g = model.parameters().map((p) => p.detach().clone());
        for (const p of model.parameters()) p.grad = null;
        own().backward();
        const squares = model.parameters().map((p, k) => (p.grad ?? g[k].mul(0)).square().sum().item());
        trace += (probability / n) * squares.reduce((a, b) => a + b, 0);
      }
    }
    expectClose([expected], [trace], 1e-9, 0);
  });

  test("of several batches is the mean of theirs, and its trace and its density are of it too", () => {
    const { model, x, labels } = classifier();
    const lossOf = (from: number) => () =>
      nn.functional.crossEntropy(model.forward(x.slice(0, from, from + 3)), labels.slice(0, from, from + 3));
    for (const curvature of ["gaussNewton", "fisher"] as const) {
      const of = (loss: Parameters<typeof hessianTrace>[1]) =>
        hessianTrace(model, loss, { curvature, samples: 100 }).trace;
      expectClose([of([lossOf(0), lossOf(3)])], [(of(lossOf(0)) + of(lossOf(3))) / 2], 1e-9, 0);
      const { meanEigenvalue, parameters } = spectralDensity(model, lossOf(0), { curvature, starts: 10 });
      expect(Math.abs(meanEigenvalue * parameters - of(lossOf(0)))).toBeLessThan(0.5 * of(lossOf(0)));
    }
  });

  test("refuses differences, and a loss that calls the model's parts alone", () => {
    const { model, loss } = classifier();
    expect(refusal(() => hessianTrace(model, loss, { curvature: "gaussNewton", method: "differences" })).expected).toBe(
      'method: "exact" with curvature: "gaussNewton"',
    );
    const parts = () =>
      model.parameters().reduce((sum, p) => sum.add(p.square().sum()), tensor(0, { dtype: "float64" }));
    expect(refusal(() => hessianTrace(model, parts, { curvature: "fisher" })).got).toContain("does not call");
  });
});

test("a direction through a mean over examples has the Fisher matrix of their own gradients", () => {
  const model = new nn.Linear(1, 1, { bias: false, dtype: "float64" });
  model.weight.data[0] = 2;
  const x = tensor([[1], [3]], { dtype: "float64" });
  const { diagonal } = hessianDiagonal(model, () => model.forward(x).square().mean(), { curvature: "fisher" });
  // The gradients of w²x² are 4 and 36.
  expect(diagonal[0].values[0]).toBeCloseTo((4 ** 2 + 36 ** 2) / 2, 9);
});
