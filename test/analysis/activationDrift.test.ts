import { Generator, nn, optim, randn, tensor } from "evenkeel";
import { ActivationDrift } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { refusal } from "../refusal.ts";
import { snapshot } from "./untouched.ts";

const normal = (shape: number[]) => randn(shape, { generator: new Generator().manualSeed(1), dtype: "float64" });

function watchIdentity(options: ConstructorParameters<typeof ActivationDrift>[1] = {}) {
  const model = new nn.Sequential(new nn.Identity());
  return { model, drift: new ActivationDrift(model, options) };
}

test("drift of shifted and scaled samples is the closed form", () => {
  const { model, drift } = watchIdentity({ units: [1] });
  const x = normal([200, 3]);
  model.forward(x);
  drift.step();
  model.forward(x.add(0.5));
  drift.step();
  model.forward(x.mul(2));
  drift.step();
  const [layer, unit] = drift.report().series;
  expect(layer.points.map(({ step }) => step)).toEqual([0, 1, 2]);
  const [first, second, third] = layer.points;
  expect([first.meanStep, first.varianceStep, first.distanceStep, first.meanFromStart]).toEqual([0, 0, 0, 0]);
  expect(second.meanStep).toBeCloseTo(0.5, 12); // each unit's mean, and so their average
  expect(second.varianceStep).toBeCloseTo(0, 12);
  expect(second.distanceStep).toBeCloseTo(0.5, 12); // a shift moves every value by as much
  const columns = [0, 1, 2].map((j) => x.select(1, j));
  const variances = columns.map((c) => c.var(0, { correction: 0 }).item());
  const means = columns.map((c) => c.mean().item());
  const average = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  expect(third.varianceFromStart).toBeCloseTo(average(variances.map((v) => 3 * v)), 12);
  expect(third.meanFromStart).toBeCloseTo(average(means.map(Math.abs)), 12);
  expect(third.meanStep).toBeCloseTo(average(means.map((m) => Math.abs(m - 0.5))), 12);
  expect(unit).toMatchObject({ layer: "0", unit: 1 });
  expect(unit.points[0].variance).toBeCloseTo(variances[1], 12);
  expect(unit.points[2].meanFromStart).toBeCloseTo(Math.abs(means[1]), 12);
});

test("percentiles and histograms are those of the batch, with what lies beyond in the outermost bins", () => {
  const { model, drift } = watchIdentity({ edges: [0, 1, 2] });
  model.forward(tensor([[-5], [0], [0.5], [1], [1.5], [2], [9]]));
  drift.step();
  const [{ histogram, percentiles, mean }] = drift.report().series[0].points;
  expect(histogram).toEqual([3, 4]);
  expect(percentiles[1]).toBe(1);
  expect(percentiles[0]).toBeCloseTo(-0.5, 12); // 0.15·6 = 0.9 of the way from −5 to 0
  expect(mean).toBeCloseTo(9 / 7, 6);
});

test("training goes on as without it, and detaching takes the hooks off", () => {
  const build = () => {
    const generator = new Generator().manualSeed(2);
    const layers = [new nn.Linear(3, 4, { generator }), new nn.BatchNorm1d(4), new nn.Tanh()];
    const model = new nn.Sequential(...layers);
    return { model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), x: randn([8, 3], { generator }) };
  };
  const train = ({ model, optimizer, x }: ReturnType<typeof build>, after: () => void) => {
    for (let step = 0; step < 5; step++) {
      optimizer.zeroGrad();
      model.forward(x).sum().backward();
      optimizer.step();
      after();
    }
  };
  const [watched, plain] = [build(), build()];
  const untouched = snapshot(plain.model);
  expect(snapshot(build().model)).toEqual(untouched);
  const drift = new ActivationDrift(watched.model, { what: "input", layers: ["2"] });
  train(watched, () => drift.step());
  drift.detach();
  train(plain, () => {});
  const state = (model: nn.Module) => Object.values(model.stateDict()).map((value) => value.data);
  expect(state(watched.model)).toEqual(state(plain.model));
  expect(Object.hasOwn(watched.model[2], "forward")).toBe(false);
  const { series } = drift.report();
  expect(series[0].points.length).toBe(5);
  expect(series[0].points[0].mean).toBeCloseTo(0, 5); // what batch norm gives to tanh
  expect(JSON.parse(JSON.stringify(drift.report()))).toEqual(drift.report());
});

test("refuses what it cannot watch", () => {
  const model = new nn.Sequential(new nn.Identity());
  const refused = (options: ConstructorParameters<typeof ActivationDrift>[1]) =>
    refusal(() => new ActivationDrift(model, options));
  expect(refused({ layers: ["7"] }).got).toBe('"7"');
  expect(refused({ edges: [1, 1] }).expected).toMatch(/ascending/);
  expect(refused({ units: [0.5] }).expected).toMatch(/whole numbers/);
  expect(refused({ what: "both" as "input" }).got).toBe('"both"');
  const { drift } = watchIdentity();
  expect(refusal(() => drift.step()).got).toBe('none of "0"');
  const narrow = watchIdentity({ units: [3] });
  narrow.model.forward(tensor([[1, 2]]));
  expect(refusal(() => narrow.drift.step()).expected).toMatch(/units below 2/);
});
