import { Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  explainBatchNormGradient,
  foldBatchNorm,
  recalibrateBatchNorm,
  recalibrateBatchNormAsync,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched, snapshot } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

function network(momentum: number | null = 0.1): nn.Sequential {
  const generator = new Generator().manualSeed(1);
  const options = { generator, dtype: "float64" } as const;
  return new nn.Sequential(
    new nn.Linear(3, 4, options),
    new nn.BatchNorm1d(4, { momentum, dtype: "float64" }),
    new nn.Tanh(),
    new nn.Linear(4, 2, options),
    new nn.BatchNorm1d(2, { momentum, dtype: "float64" }),
  );
}

const batches = (n = 8) => Array.from({ length: 5 }, () => randn([n, 3], { dtype: "float64" }).mul(2).add(1));
const buffers = (model: nn.Module) => model.namedBuffers().map(([, b]) => b);

describe("recalibrated batch norm", () => {
  test("has E[μ_B] and m/(m − 1)·E[σ²_B] for running statistics", () => {
    const model = network();
    const data = batches();
    const { layers, cost } = recalibrateBatchNorm(model, data);
    const inner = data.map((x) => model[0].forward(x).detach());
    const mean = inner
      .map((h) => h.mean(0))
      .reduce((a, b) => a.add(b))
      .div(5);
    const biased = inner
      .map((h) => h.var(0, { correction: 0 }))
      .reduce((a, b) => a.add(b))
      .div(5);
    expectClose(model.namedBuffers()[0][1].data, mean.data, 1e-12);
    expectClose(model.namedBuffers()[1][1].data, biased.mul(8 / 7).data, 1e-12);
    expect(cost).toEqual({ forward: 5, backward: 0 });
    expect(layers.map(({ layer, batches }) => [layer, batches])).toEqual([
      ["1", 5],
      ["4", 5],
    ]);
  });

  test("is what a momentum of null has after one pass, for batches of any sizes", () => {
    const [model, oracle] = [network(), network(null)];
    const data = [...batches(4), ...batches(9)];
    recalibrateBatchNorm(model.eval(), data);
    noGrad(() => data.forEach((x) => void oracle.forward(x)));
    buffers(model).forEach((b, i) => expectClose(b.data, buffers(oracle)[i].data, 1e-12));
    expect(model.training).toBe(false);
  });

  test("says how far the statistics have moved", () => {
    const norm = new nn.BatchNorm1d(1, { dtype: "float64" });
    const [layer] = recalibrateBatchNorm(norm, [tensor([[1], [5]], { dtype: "float64" })]).layers;
    expect(layer.largestMeanShift).toBeCloseTo(3 / Math.sqrt(8), 14);
    expect(layer.largestStdRatio).toBeCloseTo(Math.sqrt(8), 14);
  });

  test("changes nothing else", () => {
    const model = network();
    model
      .forward(randn([8, 3], { dtype: "float64" }))
      .sum()
      .backward();
    const data = batches();
    const adam = new optim.Adam(model.parameters());
    const rest = () => {
      const { tensors, ...others } = snapshot(model, adam) as { tensors: { name: string }[] };
      return { tensors: tensors.filter(({ name }) => !/running|num_batches/.test(name)), ...others };
    };
    const before = rest();
    recalibrateBatchNorm(model, data);
    expect(rest()).toEqual(before);
  });

  test("changes all or nothing", async () => {
    const model = network();
    const data = batches();
    const wrong = [...data, randn([8, 2], { dtype: "float64" })];
    expectUntouched(model, () => expect(() => recalibrateBatchNorm(model, wrong)).toThrow("Linear"));
    const infinite = [...data, data[0].mul(Number.POSITIVE_INFINITY)];
    expectUntouched(model, () =>
      expect(refusal(() => recalibrateBatchNorm(model, infinite)).expected).toContain("finite"),
    );
    const controller = new AbortController();
    const stop = { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
    expectUntouched(model, () => expect(() => recalibrateBatchNorm(model, data, stop)).toThrow("enough"));
    const onProgress = () => expectUntouched(model, () => 0);
    const other = network();
    expect(await recalibrateBatchNormAsync(model, data, { onProgress })).toEqual(recalibrateBatchNorm(other, data));
    buffers(model).forEach((b, i) => expect(b.data).toEqual(buffers(other)[i].data));
  });

  test("is refused where there is none", () => {
    class Idle extends nn.Module {
      norm = new nn.BatchNorm1d(2);
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    const x = randn([4, 2]);
    const cases: [() => unknown, string][] = [
      [() => recalibrateBatchNorm(new nn.Linear(2, 2), [x]), "a model with batch norm"],
      [() => recalibrateBatchNorm(new nn.BatchNorm1d(2, { trackRunningStats: false }), [x]), "running statistics"],
      [() => recalibrateBatchNorm(new nn.BatchNorm1d(2), []), "one batch or more"],
      [() => recalibrateBatchNorm(new Idle(), [x]), "every batch norm to run"],
      [() => recalibrateBatchNorm(new nn.BatchNorm1d(2), [x], { momentum: 1 } as object), "options among"],
      [() => recalibrateBatchNorm(new nn.BatchNorm1d(2), [x, x], { maxEvaluations: 1 }), "at most 1"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});

test("ghost batches count each, and theorems about the whole batch are refused of them", () => {
  const x = randn([12, 3], { dtype: "float64", generator: new Generator().manualSeed(3) });
  const [ghost, plain] = [
    new nn.GhostBatchNorm1d(3, 4, { dtype: "float64" }),
    new nn.BatchNorm1d(3, { dtype: "float64" }),
  ];
  const parts = [0, 4, 8].map((start) => x.slice(0, start, start + 4));
  expect(recalibrateBatchNorm(ghost, [x]).layers).toEqual(recalibrateBatchNorm(plain, parts).layers);
  expect(ghost.stateDict()).toEqual(plain.stateDict());
  expect(refusal(() => explainBatchNormGradient(ghost, x, x)).got).toBe("a GhostBatchNorm1d");
  expect(refusal(() => explainBatchNormGradient(new nn.InstanceNorm1d(3, { trackRunningStats: true }), x, x)).got).toBe(
    "a InstanceNorm1d",
  );
  const model = new nn.Sequential(new nn.Linear(3, 3, { dtype: "float64" }), ghost);
  expectClose(foldBatchNorm(model).forward(x).data, model.eval().forward(x).data, 1e-13);
});
