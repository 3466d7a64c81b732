import { grad, manualSeed, nn, noGrad, ones, randn, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";

const x = tensor([
  [1, 10],
  [3, 14],
  [8, 12],
]);
const y = tensor([
  [2, 1],
  [4, 3],
]);
const state = (norm: nn.BatchNorm1d) => Object.values(norm.stateDict()).map((value) => value.toArray());

beforeEach(() => void manualSeed(0));

describe("batch norm's running statistics", () => {
  test("move by the momentum towards mean and unbiased variance", () => {
    const norm = new nn.BatchNorm1d(2);
    norm.forward(x);
    expectClose((norm.runningMean as Tensor).data, [0.4, 1.2], 1e-7);
    expectClose((norm.runningVar as Tensor).data, [2.2, 1.3], 1e-7);
    expect(norm.numBatchesTracked?.item()).toBe(1);
  });

  test.each([2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000])(
    "have the unbiased variance of %d rows, also in a stack",
    (rows) => {
      for (const dtype of ["float32", "float64"] as const) {
        const batch = randn([rows, 3], { dtype }).mul(3).add(1);
        const columns = [0, 1, 2].map((u) => [...batch.select(1, u).data]);
        const expected = columns.map((values) => {
          const mean = values.reduce((sum, value) => sum + value, 0) / rows;
          return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rows - 1);
        });
        const alone = new nn.BatchNorm1d(3, { momentum: 1, dtype });
        const inStack = new nn.BatchNorm1d(3, { momentum: 1, dtype });
        alone.forward(batch);
        new nn.Sequential(inStack, new nn.Tanh()).forward(batch);
        const within = dtype === "float32" ? 1e-5 : 1e-12;
        for (const norm of [alone, inStack]) expectClose((norm.runningVar as Tensor).data, expected, within);
      }
    },
  );

  test("are the mean over all batches where the momentum is null", () => {
    const norm = new nn.BatchNorm1d(2, { momentum: null });
    norm.forward(x);
    expect([norm.runningMean?.toArray(), norm.runningVar?.toArray()]).toEqual([
      [4, 12],
      [13, 4],
    ]);
    norm.forward(y);
    expect([norm.runningMean?.toArray(), norm.runningVar?.toArray()]).toEqual([
      [3.5, 7],
      [7.5, 3],
    ]);
  });

  test("move under noGrad too, but not while evaluating", () => {
    const [norm, other] = [new nn.BatchNorm1d(2), new nn.BatchNorm1d(2)];
    noGrad(() => norm.forward(x));
    other.forward(x);
    expect(state(norm)).toEqual(state(other));
    norm.eval().forward(y);
    expect(state(norm)).toEqual(state(other));
  });

  test("are part of no graph", () => {
    const norm = new nn.BatchNorm1d(2);
    const input = x.clone();
    input.requiresGrad = true;
    norm.forward(input);
    for (const [, buffer] of norm.namedBuffers()) expect([buffer.requiresGrad, buffer.isLeaf]).toEqual([false, true]);
    norm.eval().forward(input).sum().backward(null, { createGraph: true });
    expect(norm.runningMean?.grad).toBeNull();
  });

  test("start anew when they are reset", () => {
    const norm = new nn.BatchNorm1d(2, { momentum: null });
    norm.forward(x);
    norm.resetRunningStats();
    expect(state(norm)).toEqual(state(new nn.BatchNorm1d(2)));
    norm.forward(y);
    expect(norm.runningMean?.toArray()).toEqual([3, 2]);
  });

  test("stay, but count, where the momentum is 0", () => {
    const norm = new nn.BatchNorm1d(2, { momentum: 0 });
    norm.forward(x);
    expect(state(norm)).toEqual([[1, 1], [0, 0], [0, 0], [1, 1], 1]);
  });

  test("are null where they are not tracked, as the parameters without affine", () => {
    const norm = new nn.BatchNorm1d(2, { trackRunningStats: false, affine: false });
    const { weight, bias, runningMean, runningVar, numBatchesTracked } = norm;
    expect([weight, bias, runningMean, runningVar, numBatchesTracked]).toEqual([null, null, null, null, null]);
    expect(norm.stateDict()).toEqual({});
    expect(norm.eval().forward(x).toArray()).toEqual(norm.train().forward(x).toArray());
  });

  test("do not move while a gradient is taken, twice or otherwise", () => {
    const norm = new nn.BatchNorm1d(2);
    const input = x.clone();
    input.requiresGrad = true;
    const output = norm.forward(input);
    const before = state(norm);
    const [g] = grad(output.pow(3).sum(), [input], { createGraph: true });
    grad(g.square().sum(), [input]);
    expect(state(norm)).toEqual(before);
  });
});

describe("batch norm's output", () => {
  test("uses the biased variance in training, the running statistics in evaluation", () => {
    const norm = new nn.BatchNorm1d(2);
    expectClose(norm.forward(x).data, [-1.019, -1.2247, -0.33968, 1.2247, 1.3587, 0], 1e-4);
    expectClose(norm.eval().forward(x).select(0, 0).data, [0.4045, 7.7181], 1e-4);
  });

  test("is precise where the mean is a million times the deviation", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const small = randn([64, 3], { dtype: "float64" }).mul(0.5);
      const given = small.add(5e5).to(dtype);
      const exact = given.to("float64").sub(5e5); // what is left of the deviations after rounding
      const input = given.detach();
      input.requiresGrad = true;
      const norm = new nn.BatchNorm1d(3, { dtype });
      const output = norm.forward(input);
      const wanted = new nn.BatchNorm1d(3, { dtype: "float64" });
      const leaf = exact.detach();
      leaf.requiresGrad = true;
      const right = wanted.forward(leaf);
      const tolerance = dtype === "float32" ? 1e-6 : 1e-9;
      expectClose(output.data, right.data, tolerance);
      output.pow(3).sum().backward();
      right.pow(3).sum().backward();
      expectClose((input.grad as Tensor).data, (leaf.grad as Tensor).data, 10 * tolerance);
      const moved = (norm.runningVar as Tensor).data;
      expectClose(moved, (wanted.runningVar as Tensor).data, tolerance);
    }
  });

  test("is 0, and its gradient finite, where a column is constant", () => {
    const input = tensor([[7], [7], [7]], { requiresGrad: true });
    const output = new nn.BatchNorm1d(1).forward(input);
    expect(output.toArray()).toEqual([[0], [0], [0]]);
    output
      .mul(tensor([[1], [2], [6]]))
      .sum()
      .backward();
    expect(input.grad?.toArray<number[][]>().flat().every(Number.isFinite)).toBe(true);
  });

  test("of no examples is empty, has gradients of 0, and leaves the statistics, but counts", () => {
    for (const shape of [
      [0, 2],
      [3, 2, 0],
    ]) {
      const norm = new nn.BatchNorm1d(2);
      const output = norm.forward(zeros(shape));
      expect(output.shape).toEqual(shape);
      output.sum().backward();
      expect([norm.weight?.grad?.toArray(), norm.bias?.grad?.toArray()]).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(state(norm)).toEqual([[1, 1], [0, 0], [0, 0], [1, 1], 1]);
    }
  });

  test("may be of one example, where it has places or is evaluated", () => {
    const norm = new nn.BatchNorm1d(2);
    expect(norm.forward(randn([1, 2, 3])).shape).toEqual([1, 2, 3]);
    expect(norm.eval().forward(randn([1, 2])).shape).toEqual([1, 2]);
  });

  test("does not depend on the scale of the weights before it, to second order neither", () => {
    const w = randn([4, 3], { dtype: "float64", requiresGrad: true });
    const input = randn([8, 4], { dtype: "float64" });
    const norm = new nn.BatchNorm1d(3, { dtype: "float64", eps: 0 });
    const [g] = grad(norm.forward(input.matmul(w)).pow(3).sum(), [w], { createGraph: true });
    const along = g.mul(w).sum(0); // the gradient is orthogonal to each column
    const most = (t: Tensor) => t.abs().max().item();
    expect(most(along)).toBeLessThan(1e-10);
    const [curvature] = grad(along.sum(), [w]);
    expect(most(curvature)).toBeLessThan(1e-8);
  });
});

describe("batch norm as it is written by hand", () => {
  /** What the text does: mean and std of the batch, no eps, a running mean and a running std. */
  function byHand(batches: readonly Tensor[]) {
    const c = batches[0].shape[1];
    const { dtype } = batches[0];
    let [runningMean, runningStd] = [zeros([1, c], { dtype }), ones([1, c], { dtype })];
    const outputs = batches.map((batch) => {
      const [mean, std] = [batch.mean(0, { keepdim: true }), batch.std(0, { keepdim: true })];
      runningMean = runningMean.mul(0.999).add(mean.mul(0.001));
      runningStd = runningStd.mul(0.999).add(std.mul(0.001));
      return batch.sub(mean).div(std);
    });
    return { outputs, runningMean, runningStd };
  }

  const written = { variance: "unbiased", eps: 0, momentum: 0.001, runningAverage: "std" } as const;
  const batchesOf = (dtype: "float32" | "float64") =>
    Array.from({ length: 300 }, (_, i) =>
      randn([32, 5], { dtype })
        .mul(1 + (i % 7))
        .add(i % 3),
    );

  test.each([
    ["float64", 1e-13],
    ["float32", 1e-5], // 300 steps, each rounded
  ] as const)("gives the text's outputs and running statistics, in %s", (dtype, tolerance) => {
    const batches = batchesOf(dtype);
    const { outputs, runningMean, runningStd } = byHand(batches);
    const norm = new nn.BatchNorm1d(5, { ...written, dtype });
    batches.forEach((batch, i) => expectClose(norm.forward(batch).data, outputs[i].data, tolerance));
    expectClose((norm.runningMean as Tensor).data, runningMean.data, tolerance);
    expectClose((norm.runningVar as Tensor).sqrt().data, runningStd.data, tolerance);
    const y = batches[0].sub(runningMean).div(runningStd);
    expectClose(norm.eval().forward(batches[0]).data, y.data, 2 * tolerance);
    // An average of variances would be another: by 1 % and more.
    const usual = new nn.BatchNorm1d(5, { ...written, dtype, runningAverage: "variance" });
    for (const batch of batches) usual.forward(batch);
    const ratio = (usual.runningVar as Tensor).div(norm.runningVar as Tensor);
    expect(ratio.min().item()).toBeGreaterThan(1.01);
  });

  test("is smaller than the usual by √((n − 1)/n), with its gradient, and leaves the running variance unbiased", () => {
    const input = randn([6, 3], { dtype: "float64", requiresGrad: true });
    const [usual, unbiased] = (["biased", "unbiased"] as const).map(
      (variance) => new nn.BatchNorm1d(3, { dtype: "float64", eps: 0, variance }),
    );
    const factor = Math.sqrt(5 / 6);
    expectClose(unbiased.forward(input).data, usual.forward(input).mul(factor).data, 1e-14);
    expectClose((unbiased.runningVar as Tensor).data, (usual.runningVar as Tensor).data, 1e-15);
    const weights = randn([6, 3], { dtype: "float64" });
    const [g, h] = [unbiased, usual].map((norm) => grad(norm.forward(input).mul(weights).sum(), [input])[0]);
    expectClose(g.data, h.mul(factor).data, 1e-13);
  });

  test("adds eps to the unbiased variance", () => {
    const norm = new nn.BatchNorm1d(1, { dtype: "float64", eps: 3, variance: "unbiased" });
    const y4 = norm.forward(tensor([[1], [3], [8]], { dtype: "float64" })); // variance 13
    expectClose(y4.data, [-3 / 4, -1 / 4, 1], 1e-15);
  });

  test("moves its running statistics once for a gradient of a gradient, and in a chain", () => {
    const make = () => new nn.BatchNorm1d(2, { ...written, momentum: 0.5 });
    const [alone, chained] = [make(), make()];
    const model = new nn.Sequential(new nn.Identity(), chained, new nn.Tanh());
    const input = x.clone();
    input.requiresGrad = true;
    const expected = alone.forward(x).tanh();
    const output = model.forward(input);
    expect(output.toArray()).toEqual(expected.toArray());
    const [g] = grad(output.pow(3).sum(), [input], { createGraph: true });
    grad(g.square().sum(), [input]);
    expect(state(chained)).toEqual(state(alone));
    expectClose((chained.runningVar as Tensor).data, [(1 + Math.sqrt(13)) ** 2 / 4, 2.25], 1e-6);
  });

  test("refuses other words", () => {
    expect(() => new nn.BatchNorm1d(2, { variance: "sample" as never })).toThrow(/"biased" or "unbiased" as variance/);
    expect(() => new nn.BatchNorm1d(2, { runningAverage: "mean" as never })).toThrow(
      /"variance" or "std" as runningAverage/,
    );
  });
});

describe("batch norm refuses", () => {
  const norm = new nn.BatchNorm1d(2);
  const cases: [title: string, input: Tensor, says: RegExp][] = [
    ["a single example", zeros([1, 2]), /more than one value per channel.*\[1, 2\].*dropLast: true/],
    ["a single example with a single place", zeros([1, 2, 1]), /more than one value per channel/],
    ["another number of features", zeros([3, 5]), /\[n, 2\] or \[n, 2, l\], got \[3, 5\]/],
    ["one dimension", zeros([2]), /got \[2\]/],
    ["four dimensions", zeros([3, 2, 1, 1]), /got \[3, 2, 1, 1\].*flatten/],
    ["whole numbers", zeros([3, 2], { dtype: "int32" }), /float32 or float64.*to\("float32"\)/],
    ["another dtype", zeros([3, 2], { dtype: "float64" }), /one dtype.*float64 and float32.*model\.to\("float64"\)/],
    ["what is no tensor", [[1, 2]] as never, /\[n, 2\]/],
  ];
  for (const [title, input, says] of cases) {
    test(`${title}, and has not even counted it`, () => {
      const before = state(norm);
      expect(() => norm.forward(input)).toThrow(says);
      expect(() => norm.forward(input)).toThrow(TensorError);
      expect(() => norm.forward(input)).toThrow(/^BatchNorm1d\.forward: /);
      expect(state(norm)).toEqual(before);
    });
  }

  test("a single example without running statistics in evaluation too", () => {
    const untracked = new nn.BatchNorm1d(2, { trackRunningStats: false }).eval();
    expect(() => untracked.forward(zeros([1, 2]))).toThrow(/more than one value per channel/);
  });
});

describe("the function behind it", () => {
  const { batchNorm } = nn.functional;

  test("takes more dimensions, and scales or shifts alone", () => {
    const input = randn([2, 3, 2, 2]);
    const options = { training: true };
    expect(batchNorm(input, null, null, options).reshape([2, 3, 4]).toArray()).toEqual(
      batchNorm(input.reshape([2, 3, 4]), null, null, options).toArray(),
    );
    const [weight, bias] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    const plain = batchNorm(input, null, null, options);
    expectClose(
      batchNorm(input, null, null, { ...options, weight }).data,
      plain.mul(weight.reshape([3, 1, 1])).data,
      1e-6,
    );
    expectClose(batchNorm(input, null, null, { ...options, bias }).data, plain.add(bias.reshape([3, 1, 1])).data, 1e-6);
  });

  test("gives the statistics no gradient, recorded or not", () => {
    const [mean, variance, bias] = [zeros([2]), ones([2]), zeros([2])];
    for (const leaf of [mean, variance, bias]) leaf.requiresGrad = true;
    const output = batchNorm(x, mean, variance, { bias }).pow(2).sum();
    for (const createGraph of [false, true]) {
      output.backward(null, { createGraph });
      expect([mean.grad, variance.grad]).toEqual([null, null]);
    }
    expect(bias.grad).not.toBeNull();
  });

  test("moves the statistics that it is given, in place", () => {
    const [mean, variance] = [zeros([2]), zeros([2])];
    batchNorm(x, mean, variance, { training: true, momentum: 1 });
    expect([mean.toArray(), variance.toArray()]).toEqual([
      [4, 12],
      [13, 4],
    ]);
    batchNorm(x, mean, variance);
    expect([mean.toArray(), variance.toArray()]).toEqual([
      [4, 12],
      [13, 4],
    ]);
  });
});

test("batch norm's eps is PyTorch's where none is given, in the function as in the module", () => {
  const x = tensor([[0], [2e-3]], { dtype: "float64" });
  const y = nn.functional.batchNorm(x, null, null, { training: true });
  expect(Number(y.data[1])).toBeCloseTo(1e-3 / Math.sqrt(1e-6 + 1e-5), 12);
});
