import { Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import { batchNormHealth, batchNormHealthAsync, recalibrateBatchNorm } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

const dtype = "float64";

function network(bias = true): nn.Sequential {
  const generator = new Generator().manualSeed(1);
  return new nn.Sequential(
    new nn.Linear(3, 4, { dtype, generator, bias }),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Tanh(),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Linear(4, 1, { dtype, generator }),
  );
}

const loss = (model: nn.Module, x: Tensor): Tensor => model.forward(x).sub(1).square().mean();
const batchesOf = (...sizes: number[]) => sizes.map((n) => randn([n, 3], { dtype }).mul(3).add(n));

describe("the health of batch norm", () => {
  test("compares running, batch and whole-data statistics", () => {
    const model = network();
    const batches = batchesOf(20, 8, 20);
    const { layers } = batchNormHealth(model, batches);
    const inner = batches.map((x) => model[0].forward(x).detach());
    const whole = model[0]
      .forward(
        tensor(
          batches.flatMap((x) => x.toArray() as number[][]),
          { dtype },
        ),
      )
      .detach();
    const meanOf = (values: Tensor[]) => values.reduce((a, b) => a.add(b)).div(3).data;
    const [layer] = layers;
    expect(layers.map(({ layer: name }) => name)).toEqual(["1", "3"]);
    expectClose(layer.batch.mean, meanOf(inner.map((h) => h.mean(0))), 1e-12);
    expectClose(layer.batch.variance, meanOf(inner.map((h) => h.var(0))), 1e-12);
    expectClose(layer.data.mean, whole.mean(0).data, 1e-12);
    expectClose(layer.data.variance, whole.var(0).data, 1e-12);
    expect(layer.running).toEqual({ mean: [0, 0, 0, 0], variance: [1, 1, 1, 1] });
    expect(layer).toMatchObject({ batchesTracked: 0, smallestBatch: 8, largestBatch: 20, lastBatch: 20 });
    expect(layer).toMatchObject({ tinyBatches: 1, constantFeatures: 0 });
  });

  test("finds a shift before recalibration, and none after it", () => {
    const model = network();
    const batches = batchesOf(64, 64, 64).map((x) => x.sub(x.mean(0)).add(5));
    const before = batchNormHealth(model, batches, { loss });
    recalibrateBatchNorm(model, batches);
    const after = batchNormHealth(model, batches, { loss });
    expect(before.layers[0].largestMeanShift).toBeGreaterThan(1);
    expect(after.layers[0].largestMeanShift).toBeLessThan(1e-12);
    expect(after.layers[0].largestStdRatio).toBeCloseTo(1, 12);
    const evaluated = batches.map((x) => loss(model.eval(), x).item<number>());
    expect(after.runningLoss).toBeCloseTo(evaluated.reduce((a, b) => a + b) / 3, 12);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  });

  test("has the loss in both modes, and their gap", () => {
    const norm = new nn.BatchNorm1d(1, { dtype, eps: 0 });
    const square = (model: nn.Module, x: Tensor) => model.forward(x).square().mean();
    const batches = [tensor([[1], [3]], { dtype }), tensor([[2], [6]], { dtype })];
    const { batchLoss, runningLoss, lossGap } = batchNormHealth(norm, batches, { loss: square });
    expect([batchLoss, runningLoss, lossGap]).toEqual([1, 12.5, 11.5]); // normalised; as they are
    expect(batchNormHealth(norm, batches)).toMatchObject({ batchLoss: null, runningLoss: null, lossGap: null });
  });

  test("names a bias that batch norm takes away, and no other", () => {
    const useless = (model: nn.Module) => batchNormHealth(model, batchesOf(8)).layers.map((layer) => layer.uselessBias);
    expect(useless(network())).toEqual(["0", null]);
    expect(useless(network(false))).toEqual([null, null]);
    const model = network();
    const [x] = batchesOf(8);
    loss(model, x).backward();
    expect((model[0] as nn.Linear).bias?.grad?.abs().max().item()).toBeLessThan(1e-12);
    const wide = new nn.Sequential(new nn.Linear(3, 3), new nn.BatchNorm1d(4)); // [n, 4, 3]: features are not the Linear's
    expect(batchNormHealth(wide, [randn([2, 4, 3])]).layers[0]).toMatchObject({ uselessBias: null, smallestBatch: 6 });
  });

  test("counts features that do not vary", () => {
    const x = tensor(
      [
        [1, 2],
        [1, 3],
      ],
      { dtype },
    );
    const [layer] = batchNormHealth(new nn.BatchNorm1d(2, { dtype, trackRunningStats: false }), [x]).layers;
    expect(layer).toMatchObject({ constantFeatures: 1, running: null, batchesTracked: null, largestMeanShift: null });
  });

  test("is examined in parts, with progress and a limit", async () => {
    const model = network();
    const batches = batchesOf(8, 8);
    const seen: number[] = [];
    const report = await batchNormHealthAsync(model, batches, { loss, onProgress: ({ done }) => void seen.push(done) });
    expect([seen, report.cost]).toEqual([[1, 2, 3, 4], { forward: 4, backward: 0 }]);
    expect(report).toEqual(batchNormHealth(model, batches, { loss }));
    expect(refusal(() => batchNormHealth(model, batches, { loss, maxEvaluations: 3 })).got).toContain("4");
  });

  test("leaves everything as it was, also when it throws or is ended", () => {
    const model = network();
    const batches = batchesOf(8, 8);
    const bad = [...batches, randn([8, 2], { dtype })];
    loss(model, batches[0]).backward();
    const adam = new optim.Adam(model.parameters());
    const onProgress = () => expectUntouched(model, () => 0);
    expectUntouched(model, () => batchNormHealth(model, batches, { loss, onProgress }), adam);
    expectUntouched(model, () => expect(() => batchNormHealth(model, bad, { loss })).toThrow("Linear"), adam);
    const controller = new AbortController();
    const stop = { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
    expectUntouched(model, () => expect(() => batchNormHealth(model, batches, stop)).toThrow("enough"), adam);
    expectUntouched(model.eval(), () => noGrad(() => batchNormHealth(model, batches)), adam);
  });

  test("is refused where there is none", () => {
    const [x] = batchesOf(8);
    const model = network();
    const cases: [() => unknown, string][] = [
      [() => batchNormHealth(new nn.Linear(3, 1), [x]), "a model with batch norm"],
      [() => batchNormHealth(model, []), "one batch or more"],
      [() => batchNormHealth(model, x as unknown as Tensor[]), "one batch or more"],
      [() => batchNormHealth(model, [x], { loss: (net, y) => net.forward(y) }), "a loss of one number"],
      [() => batchNormHealth(model, [x], { loss: (net, y) => loss(net, y).mul(Number.NaN) }), "a finite loss"],
      [() => batchNormHealth(model, [x], { loss: () => tensor(1) }), "batch norm that runs"],
      [() => batchNormHealth(model, [x], { loss: 3 as unknown as typeof loss }), "a function"],
      [() => batchNormHealth(model, [x], { tiny: -1 }), "tiny"],
      [() => batchNormHealth(model, [x], { small: 1 } as object), "options among"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
