import { nn, randn, type Tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { isNormalisation } from "../../../src/nn/normalisation/statistics.ts";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { modules } from "../modules.table.ts";

type Layer = nn.Module & { weight: nn.Parameter | null; bias?: nn.Parameter | null };

const rows = modules.filter(({ make }) => isNormalisation(make()));

test("every normalisation layer says what its statistics are over", () => {
  const names = Object.keys(nn).filter((name) => /Norm(\dd)?$/.test(name));
  expect(names.filter((name) => !rows.some(({ module }) => module === name))).toEqual([]);
});

describe.each(rows.map((row) => [`${row.module}${row.title ? `, ${row.title}` : ""}`, row] as const))(
  "%s",
  (_, row) => {
    test.each([true, false])("is (x − mean)/scale, then γ and β where it says, in training %s", (training) => {
      const layer = row.make().train(training) as Layer;
      const [x] = row.inputs();
      const before = JSON.stringify(layer.stateDict());
      const { sizes, axes, affineAxes, mean, scale, from } = nn.normalisationStatistics(layer, x);
      expect(JSON.stringify(layer.stateDict())).toBe(before);
      const isRunning = !training && (layer as { runningMean?: unknown }).runningMean instanceof Object;
      expect(from).toBe(isRunning ? "running" : "input");
      expect(scale.shape).toEqual(sizes.map((size, dim) => (axes.includes(dim) || scale.shape[dim] === 1 ? 1 : size)));
      const plain = x.detach().reshape(sizes);
      const normalised = (mean === null ? plain : plain.sub(mean)).div(scale).reshape(x.shape);
      const meeting = (v: Tensor) => v.reshape(x.shape.map((size, dim) => (affineAxes.includes(dim) ? size : 1)));
      const scaled = layer.weight === null ? normalised : normalised.mul(meeting(layer.weight));
      const expected = layer.bias ? scaled.add(meeting(layer.bias)) : scaled;
      if (/^Noisy/.test(row.module)) layer.training = false; // the noise comes after all that
      const y = /^Noisy/.test(row.module) && training ? null : layer.forward(x);
      if (y !== null) expectClose(y.detach().data, expected.detach().data, 1e-12);
    });
  },
);

test("axes are those of the shape as the layer looks at it", () => {
  const over = (layer: nn.Module, shape: number[]) => {
    const { sizes, axes, affineAxes, by } = nn.normalisationStatistics(layer, zeros(shape));
    return [sizes, axes, affineAxes, by];
  };
  expect(over(new nn.BatchNorm3d(4), [2, 4, 3, 3, 3])).toEqual([[2, 4, 3, 3, 3], [0, 2, 3, 4], [1], "variance"]);
  expect(over(new nn.GroupNorm(2, 4), [2, 4, 3])).toEqual([[2, 2, 2, 3], [2, 3], [1], "variance"]);
  expect(over(new nn.GhostBatchNorm1d(4, 8), [24, 4])).toEqual([[3, 8, 4], [1], [1], "variance"]);
  expect(over(new nn.InstanceNorm2d(4), [4, 3, 3])).toEqual([[4, 3, 3], [1, 2], [0], "variance"]);
  expect(over(new nn.RMSNorm([3, 3]), [2, 4, 3, 3])).toEqual([[2, 4, 3, 3], [2, 3], [2, 3], "meanSquare"]);
  expect(over(new nn.LpNorm2d(4), [2, 4, 3, 3])).toEqual([[2, 4, 3, 3], [0, 2, 3], [1], "norm"]);
});

test("asking another layer, or with an input that does not fit, is refused", () => {
  const ask = (layer: nn.Module, shape: number[]) => refusal(() => nn.normalisationStatistics(layer, zeros(shape)));
  expect(ask(new nn.Tanh(), [2, 3]).expected).toBe("a normalisation layer");
  expect(ask(new nn.GroupNorm(2, 4), [2, 3, 5]).got).toBe("[2, 3, 5]");
  expect(ask(new nn.GroupNorm(2, 4), [4]).got).toBe("[4]");
  expect(ask(new nn.LayerNorm([3, 4]), [4]).got).toBe("[4]");
  expect(ask(new nn.InstanceNorm2d(3), [3]).got).toBe("[3]");
  expect(ask(new nn.GhostBatchNorm1d(3, 4), [6, 3]).expected).toMatch(/cuts into whole parts/);
});

describe("ghost batches", () => {
  test("are batches of batch norm, one after the other, with its bits", () => {
    for (const options of [{}, { momentum: null }, { variance: "unbiased", runningAverage: "std" }] as const) {
      const [ghost, plain] = [new nn.GhostBatchNorm1d(3, 4, options), new nn.BatchNorm1d(3, options)];
      const x = randn([12, 3]);
      const parts = [0, 4, 8].map((start) => plain.forward(x.slice(0, start, start + 4)).toArray());
      expect(ghost.forward(x).toArray()).toEqual(parts.flat());
      expect(ghost.stateDict()).toEqual(plain.stateDict());
      expect(ghost.eval().forward(x).toArray()).toEqual(plain.eval().forward(x).toArray());
    }
  });

  test("that do not come out whole are refused before anything has changed", () => {
    const ghost = new nn.GhostBatchNorm1d(3, 4);
    const before = ghost.stateDict();
    expect(refusal(() => ghost.forward(randn([10, 3]))).hint).toMatch(/dropLast/);
    expect(refusal(() => new nn.GhostBatchNorm1d(3, 1).forward(randn([2, 3]))).expected).toMatch(/more than one value/);
    expect(ghost.stateDict()).toEqual(before);
    expect(ghost.eval().forward(randn([10, 3])).shape).toEqual([10, 3]);
    expect(refusal(() => new nn.GhostBatchNorm1d(3, 0)).expected).toMatch(/ghostBatchSize/);
  });
});
