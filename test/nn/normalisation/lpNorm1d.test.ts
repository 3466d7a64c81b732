import { Generator, grad, nn, noGrad, randn, type Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { preserving } from "../../../src/analysis/measuring/preserving.ts";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";

const dtype = "float64";
const plain = { eps: 0, affine: false, dtype } as const;
const x = tensor(
  [
    [1, -2],
    [3, 4],
    [8, -5],
  ],
  { dtype },
); // means 4 and −1
const random = (shape: number[], seed = 0) => randn(shape, { dtype, generator: new Generator().manualSeed(seed) });
const state = (norm: nn.LpNorm1d) => Object.values(norm.stateDict()).map((value) => value.toArray());

describe("lp normalisation", () => {
  test.each([
    [1, 4, 11 / 3],
    [2, Math.sqrt(74 / 3), Math.sqrt(45 / 3)],
    [Number.POSITIVE_INFINITY, 8, 5],
  ])("of p = %s divides by the average norm of the values before they are centred", (p, first, second) => {
    const y = new nn.LpNorm1d(2, { p, ...plain }).forward(x);
    const expected = [-3 / first, -1 / second, -1 / first, 5 / second, 4 / first, -4 / second];
    expectClose(y.data, expected, 1e-15);
  });

  test("of p = 2 is not batch norm, but where the mean is 0", () => {
    const centred = x.sub(x.mean(0));
    const [lp, norm] = [new nn.LpNorm1d(2, { p: 2, ...plain }), new nn.BatchNorm1d(2, plain)];
    expectClose(lp.forward(centred).data, norm.forward(centred).data, 1e-14);
    // By √(variance/(variance + mean²)) smaller otherwise.
    const [variance, mean] = [x.var(0, { correction: 0 }), x.mean(0)];
    const factor = variance.div(variance.add(mean.square())).sqrt();
    expectClose(lp.forward(x).data, norm.forward(x).mul(factor).data, 1e-14);
    expect(factor.max().item()).toBeLessThan(0.98);
  });

  test.each([1, 2, Number.POSITIVE_INFINITY])("of p = %s does not depend on the scale of its input", (p) => {
    const norm = new nn.LpNorm1d(3, { p, ...plain });
    const input = random([5, 3]);
    expectClose(norm.forward(input.mul(1000)).data, norm.forward(input).data, 1e-13);
    const leaf = input.detach();
    leaf.requiresGrad = true;
    const [g] = grad(norm.forward(leaf).pow(3).sum(), [leaf]);
    expect(g.mul(leaf).sum(0).abs().max().item()).toBeLessThan(1e-12); // so the gradient is orthogonal to it
  });

  test("takes mean and norm over places too", () => {
    const norm = new nn.LpNorm1d(2, { p: 1, ...plain });
    const input = random([3, 2, 4]);
    const rows = input.permute(0, 2, 1).reshape([12, 2]);
    const y = norm.forward(rows).reshape([3, 4, 2]).permute(0, 2, 1);
    expectClose(norm.forward(input).data, y.data, 1e-14);
  });

  test("adds eps to the norm, so that a column of zeros gives zeros with finite gradients", () => {
    for (const p of [1, 2, Number.POSITIVE_INFINITY]) {
      const input = zeros([3, 1], { requiresGrad: true });
      const y = new nn.LpNorm1d(1, { p }).forward(input);
      expect(y.toArray()).toEqual([[0], [0], [0]]);
      const [g] = grad(y.mul(tensor([[1], [2], [6]])).sum(), [input]);
      expect(g.toArray<number[][]>().flat().every(Number.isFinite)).toBe(true);
    }
    const y = new nn.LpNorm1d(2, { p: 1, eps: 4, affine: false, dtype }).forward(x);
    expect(y.select(1, 0).toArray()).toEqual([-3 / 8, -1 / 8, 4 / 8]);
  });

  test("scales and shifts", () => {
    const norm = new nn.LpNorm1d(2, { p: Number.POSITIVE_INFINITY, eps: 0, dtype });
    noGrad(() => {
      norm.weight?.copy_(tensor([8, 5], { dtype }));
      norm.bias?.fill_(100);
    });
    expectClose(norm.forward(x).data, [97, 99, 99, 105, 104, 96], 1e-15);
  });
});

describe("its running statistics", () => {
  test("move by the momentum towards mean and norm, and take the batch's place in evaluation", () => {
    const norm = new nn.LpNorm1d(2, { p: 1, momentum: 0.5, ...plain });
    norm.forward(x);
    expectClose((norm.runningMean as Tensor).data, [2, -0.5], 1e-15);
    expectClose((norm.runningNorm as Tensor).data, [2.5, 0.5 + 11 / 6], 1e-15);
    expect(norm.numBatchesTracked?.item()).toBe(1);
    const before = state(norm);
    expectClose(norm.eval().forward(tensor([[7, -0.5]], { dtype })).data, [2, 0], 1e-15);
    expect(state(norm)).toEqual(before);
    norm.resetRunningStats();
    expect(state(norm)).toEqual(state(new nn.LpNorm1d(2, { p: 1, ...plain })));
  });

  test("are the mean over all batches where the momentum is null", () => {
    const norm = new nn.LpNorm1d(2, { p: 2, momentum: null, ...plain });
    norm.forward(x);
    norm.forward(x.mul(3));
    expectClose((norm.runningMean as Tensor).data, [8, -2], 1e-15);
    expectClose((norm.runningNorm as Tensor).data, [2 * Math.sqrt(74 / 3), 2 * Math.sqrt(15)], 1e-15);
  });

  test("are part of no graph, and missing where they are not tracked", () => {
    const norm = new nn.LpNorm1d(2, { dtype });
    const input = x.detach();
    input.requiresGrad = true;
    norm.forward(input);
    for (const [, buffer] of norm.namedBuffers()) expect(buffer.requiresGrad).toBe(false);
    const untracked = new nn.LpNorm1d(2, { trackRunningStats: false, affine: false });
    expect(untracked.stateDict()).toEqual({});
    expect(Object.keys(norm.stateDict()).join(" ")).toBe("weight bias running_mean running_norm num_batches_tracked");
  });

  test("stay, but count, where there are no examples", () => {
    const norm = new nn.LpNorm1d(2);
    expect(norm.forward(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(state(norm)).toEqual([[1, 1], [0, 0], [0, 0], [1, 1], 1]);
  });
});

test("an analysis puts it on the batch's statistics, or the running ones, as batch norm", () => {
  const model = new nn.Sequential(new nn.LpNorm1d(2, { dtype }), new nn.NoisyBatchNorm1d(2, { dtype })).eval();
  const modes = (batchNorm: "batch" | "running") =>
    preserving(model, () => [...model].map(({ training }) => training), { batchNorm });
  expect([modes("batch"), modes("running")]).toEqual([
    [true, true],
    [false, false],
  ]);
  expect(model[0].training).toBe(false);
});

describe("lp normalisation refuses", () => {
  const norm = new nn.LpNorm1d(2);
  const cases: [title: string, run: () => unknown, says: RegExp][] = [
    ["another p", () => new nn.LpNorm1d(2, { p: 3 }), /^LpNorm1d: expected 1, 2 or Infinity as p, got 3/],
    ["a misspelt option", () => new nn.LpNorm1d(2, { momentun: 1 } as never), /Did you mean "momentum"/],
    ["a momentum above 1", () => new nn.LpNorm1d(2, { momentum: 2 }), /from 0 to 1, or null, as momentum/],
    ["a single example", () => norm.forward(zeros([1, 2])), /more than one value per feature.*\[1, 2\].*dropLast/],
    ["another number of features", () => norm.forward(zeros([3, 5])), /^LpNorm1d\.forward: .*got \[3, 5\]/],
    ["another dtype", () => norm.forward(x), /one dtype, got float64 and float32/],
    ["whole numbers", () => norm.forward(zeros([3, 2], { dtype: "int32" })), /float32 or float64/],
    ["what is no tensor", () => norm.forward([1] as never), /\[n, 2\]/],
  ];
  test.each(cases)("%s", (_, run, says) => {
    const before = state(norm);
    expect(refusal(run).message).toMatch(says);
    expect(state(norm)).toEqual(before);
  });
});
