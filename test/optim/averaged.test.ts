import { manualSeed, nn, noGrad, ones, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { recalibrateBatchNorm } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { expectClose } from "../close.ts";
import golden from "../golden/optim/averaged.json" with { type: "json" };
import { refusal } from "../refusal.ts";

const dtype = "float64";

const options: Readonly<Record<string, optim.AveragedModelOptions>> = {
  mean: {},
  "mean of buffers too": { useBuffers: true },
  "moving average": { decay: 0.75, useBuffers: true },
};

type State = Readonly<Record<string, { readonly shape: number[]; readonly data: number | number[] }>>;

function expectState(model: nn.Module, expected: State): void {
  const state = model.stateDict();
  expect(Object.keys(state)).toEqual(Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) expectClose(state[name].data, [data].flat(), 1e-13);
}

test("an average copies what is in Maps and plain objects, once where it stands in two places", () => {
  class Branches extends nn.Module {
    readonly first = new nn.Linear(1, 1, { bias: false });
    readonly branches = new Map([["a", this.first]]);
    readonly more = { b: [new nn.Linear(1, 1, { bias: false })] };
    override forward(x: Tensor): Tensor {
      return (this.branches.get("a") as nn.Linear).forward(this.more.b[0].forward(x));
    }
  }
  const model = new Branches();
  for (const p of model.parameters()) nn.init.constant_(p, 2);
  const averaged = new optim.AveragedModel(model);
  for (const p of model.parameters()) nn.init.constant_(p, 3);
  expect(averaged.module.forward(ones([1, 1])).item()).toBe(4);
  expect(averaged.module.branches.get("a") === averaged.module.first).toBe(true);
  averaged.updateParameters(model);
  expect(averaged.forward(ones([1, 1])).item()).toBe(9);
  expect(model.forward(ones([1, 1])).item()).toBe(9);
});

test.each(golden.averages)("the $name is PyTorch's, and so are the statistics of batch norm afterwards", (given) => {
  manualSeed(7);
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { dtype }),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Tanh(),
    new nn.Linear(4, 2, { dtype }),
  );
  const [x, y] = [randn([12, 3], { dtype }), randn([12, 2], { dtype })];
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const averaged = new optim.AveragedModel(model, options[given.name]);
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    model.forward(x).sub(y).square().mean().backward();
    optimizer.step();
    averaged.updateParameters(model);
  }
  expectState(averaged, given.state as unknown as State);
  recalibrateBatchNorm(averaged, [x.slice(0, 0, 6), x.slice(0, 6)]);
  expectState(averaged, given.recalibrated as unknown as State);
  expectClose(averaged.eval().forward(x).detach().data, given.output, 1e-12);
});

test.each(golden.rates)("SWALR to $swa_lr with $options has PyTorch's rates", ({ swa_lr, options, rows }) => {
  const optimizer = new optim.SGD([{ params: zeros([1]) }, { params: zeros([1]), lr: 0.1 }], { lr: 1 });
  const { anneal_epochs, anneal_strategy } = options as { anneal_epochs?: number; anneal_strategy?: "linear" };
  const scheduler = new optim.lrScheduler.SWALR(optimizer, swa_lr, {
    ...(anneal_epochs === undefined ? {} : { annealEpochs: anneal_epochs }),
    ...(anneal_strategy === undefined ? {} : { annealStrategy: anneal_strategy }),
  });
  rows.forEach((row, epoch) => {
    expectClose(
      optimizer.paramGroups.map(({ lr }) => lr),
      row,
      1e-13,
    );
    if (epoch === 2) optimizer.paramGroups[0].lr *= 0.5;
    scheduler.step();
  });
});

describe("an averaged model", () => {
  test("is a copy that shares nothing with the model, keeps what is tied, and has its own average", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    (model[1] as nn.Linear).weight = (model[0] as nn.Linear).weight;
    const averaged = new optim.AveragedModel(model, { avgFn: (a, x, n) => a.add(x.mul(n)) });
    expect(averaged.module.parameters().length).toBe(3);
    averaged.updateParameters(model);
    const before = averaged.stateDict();
    noGrad(() => model.parameters()[0].fill_(100));
    expect(averaged.stateDict()).toEqual(before);
    averaged.updateParameters(model);
    const expected = before["module.0.weight"].add(100);
    expect(averaged.stateDict()["module.1.weight"].toArray()).toEqual(expected.toArray());
    expect(averaged.forward(ones([1, 2])).shape).toEqual([1, 2]);
  });

  test("refuses what it cannot average, before anything has changed", () => {
    const model = new nn.Linear(2, 2);
    const make = (given: object) => refusal(() => new optim.AveragedModel(model, given));
    for (const given of [{ decay: 2 }, { decay: 0.5, avgFn: (a: Tensor) => a }, { avgFn: 3 }, { useBuffers: 1 }]) {
      expect(make(given).where).toBe("AveragedModel");
    }
    expect(refusal(() => new optim.AveragedModel(3 as never)).got).toBe("3");
    const averaged = new optim.AveragedModel(model, { avgFn: (_, x) => (x.ndim === 1 ? (null as never) : x.mul(2)) });
    averaged.updateParameters(model);
    const before = averaged.stateDict();
    expect(refusal(() => averaged.updateParameters(model)).got).toBe("null");
    expect(refusal(() => averaged.updateParameters(new nn.Linear(2, 3))).got).toBe("[3, 2]");
    expect(refusal(() => averaged.updateParameters(new nn.Tanh() as never)).got).toBe("none");
    expect(averaged.stateDict()).toEqual(before);
    expect(tensor(1).item()).toBe(averaged.nAveraged.item());
  });
});
