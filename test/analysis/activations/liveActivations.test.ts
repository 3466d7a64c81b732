import { nn, optim, randn, tensor } from "evenkeel";
import { activationReport, LiveActivations } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { refusal } from "../../refusal.ts";

test("what is counted of a pass is what activationReport says of it, and training is as it would be", () => {
  const build = () => new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 4), new nn.ReLU());
  const [watched, alone] = [build(), build()];
  alone.loadStateDict(watched.stateDict());
  const live = new LiveActivations(watched, { bins: 20 });
  const x = randn([16, 3]).mul(4);
  for (const model of [watched, alone]) {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      model.forward(x).square().mean().backward();
      if (step < 2) optimizer.step();
    }
  }
  expect(watched.parameters().map((p) => [...p.data])).toEqual(alone.parameters().map((p) => [...p.data]));
  const seen = live.layers();
  live.detach();
  const report = activationReport(watched, x).layers;
  expect(seen.map(({ layer, type, count, saturatedFraction }) => ({ layer, type, count, saturatedFraction }))).toEqual(
    report.map(({ layer, type, count, saturatedFraction }) => ({ layer, type, count, saturatedFraction })),
  );
  watched.forward(randn([2, 3]));
  expect(live.layers()).toEqual(seen);
});

test("what lies beyond the range is in the outer bins, and what is not finite is counted apart", () => {
  const model = new nn.Sequential(new nn.ReLU());
  const live = new LiveActivations(model, { bins: 2, range: [1, 3] });
  expect(live.layers()).toEqual([
    {
      layer: "0",
      type: "ReLU",
      histogram: [0, 0],
      count: 0,
      nonFinite: 0,
      mean: null,
      std: null,
      saturatedFraction: null,
    },
  ]);
  model.forward(tensor([-1, 1.5, 9, Number.POSITIVE_INFINITY, Number.NaN]));
  expect(live.layers()).toMatchObject([
    { histogram: [2, 1], count: 3, nonFinite: 2, mean: 3.5, saturatedFraction: 1 / 3 },
  ]);
});

test("refuses models without activations, unknown layers, and no bins", () => {
  expect(refusal(() => new LiveActivations(new nn.Linear(2, 2))).hint).toMatch(/use a module/);
  expect(refusal(() => new LiveActivations(new nn.Tanh(), { layers: ["7"] })).got).toBe('"7"');
  expect(refusal(() => new LiveActivations(new nn.Tanh(), { bins: 0 })).expected).toContain("bins");
  expect(refusal(() => new LiveActivations(new nn.Tanh(), { range: [1, 1] })).expected).toContain("range");
});
