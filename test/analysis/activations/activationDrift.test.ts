import { Generator, nn, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { ActivationDrift, type DriftPoint } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { snapshot } from "../untouched.ts";

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

/** `∫|F⁻¹ − G⁻¹|` by making both lists as long as their lengths' product. */
function slowDistance(a: readonly number[], b: readonly number[]): number {
  const stretch = (list: readonly number[], times: number) =>
    [...list].sort((x, y) => x - y).flatMap((value) => new Array<number>(times).fill(value));
  const [long, other] = [stretch(a, b.length), stretch(b, a.length)];
  return long.reduce((sum, value, i) => sum + Math.abs(value - other[i]), 0) / long.length;
}

test("Wasserstein's distance is exact for small batches, also of other sizes, and near for large ones", () => {
  const values = (x: Tensor) => x.flatten().toArray<number[]>();
  const distances = (...xs: Tensor[]) => {
    const drift = new ActivationDrift(null, { layers: ["x"] });
    for (const x of xs) {
      drift.observe("x", x);
      drift.step();
    }
    return drift.report().series[0].points;
  };
  const x = normal([60, 2]);
  const size = x.abs().mean().item();
  const [, doubled, back, shifted] = distances(x, x.mul(2), x, x.sub(0.25));
  // Scaling by s > 0 keeps the order, so that every value x goes to s·x; and 2x is (1 + 1)·x away from x.
  expect(doubled.distanceStep).toBeCloseTo(size, 12);
  expect(doubled.distanceFromStart).toBeCloseTo(size, 12);
  expect(back).toMatchObject({ distanceFromStart: 0 });
  expect(back.distanceStep).toBeCloseTo(size, 12);
  expect(shifted.distanceStep).toBeCloseTo(0.25, 12);
  const y = normal([37, 2]).mul(3).add(1);
  expect(distances(x, y)[1].distanceStep).toBeCloseTo(slowDistance(values(x), values(y)), 12);
  expect(distances(x, x.neg())[1].distanceStep).toBeCloseTo(slowDistance(values(x), values(x.neg())), 12);
  const large = normal([3000, 1]);
  const [, moved, wide] = distances(large, large.add(0.5), large.mul(1.5).add(0.5));
  expect(moved.distanceStep).toBeCloseTo(0.5, 12);
  const exact = large.abs().mean().item() / 2;
  expect(Math.abs(wide.distanceStep / exact - 1)).toBeLessThan(1e-3);
});

test("what is not finite is counted and left out, and a step without a finite value has no point", () => {
  const drift = new ActivationDrift(null, { layers: ["a"], units: [1] });
  const steps = [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [2, Number.NaN],
      [4, Number.POSITIVE_INFINITY],
    ],
    [
      [1, 5],
      [3, 5],
    ],
  ];
  for (const rows of steps) {
    drift.observe("a", tensor(rows, { dtype: "float64" }));
    drift.step();
  }
  const report = drift.report();
  const [layer, unit] = report.series;
  expect(report.steps).toBe(3);
  expect(layer.points.map(({ nonFinite, mean }) => [nonFinite, mean])).toEqual([
    [0, 2.5],
    [2, 3],
    [0, 3.5],
  ]);
  expect(layer.points.map(({ meanStep }) => meanStep)).toEqual([0, 1, 1]); // of the units known in both steps
  expect(unit.points.map(({ step, meanStep }) => [step, meanStep])).toEqual([
    [0, 0],
    [2, 2], // from the last step that had a value
  ]);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  (report.series[0].points as DriftPoint[]).length = 0;
  expect(drift.report().series[0].points.length).toBe(3);
});

test("what a pass shows in a chain is what is observed, and the model is as it was", () => {
  const generator = new Generator().manualSeed(5);
  const layers = [new nn.Linear(3, 4, { generator }), new nn.Tanh(), new nn.Linear(4, 2, { generator })];
  const model = new nn.Sequential(...layers).eval();
  const x = randn([6, 3], { generator });
  model.forward(x).sum().backward();
  const before = snapshot(model);
  const drift = new ActivationDrift(model, { layers: ["0", "1"] });
  const observed = new ActivationDrift(null, { layers: ["0", "1"] });
  model.forward(randn([9, 3], { generator })); // only the last pass before a step counts
  model.forward(x);
  drift.step();
  drift.detach();
  expect(snapshot(model)).toEqual(before);
  const hidden = layers[0].forward(x);
  observed.observe("0", hidden);
  observed.observe("1", hidden.tanh());
  observed.step();
  const { series, ...rest } = drift.report();
  expect({ ...rest, series: series.map((one) => ({ ...one, type: null })) }).toEqual(observed.report());
  expect(series.map(({ type }) => type)).toEqual(["Linear", "Tanh"]);
  model.forward(x);
  expect(refusal(() => drift.step()).got).toBe('none of "0"');
});

test("a step that is refused takes nothing, and what is watched never stops a pass", () => {
  const model = new nn.Sequential(new nn.Identity(), new nn.Flatten());
  const drift = new ActivationDrift(model);
  const see = (shape: number[]) => model.forward(zeros(shape));
  see([2, 3]);
  drift.step();
  see([2, 4]);
  expect(refusal(() => drift.step())).toMatchObject({ expected: '3 units in "0", as before', got: "4" });
  expect(drift.report().series.map(({ points }) => points.length)).toEqual([1, 1]);
  see([5, 3]);
  drift.step();
  expect(drift.report().series.map(({ points }) => points.length)).toEqual([2, 2]);
  expect(refusal(() => drift.observe("2", zeros([1, 1]))).expected).toBe('a layer among "0", "1"');
  expect(refusal(() => drift.observe("0", zeros([3]))).expected).toMatch(/\[n, units\]/);
  drift.detach();
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
  expect(watched.model[2].forward).toBe(Object.getPrototypeOf(watched.model[2]).forward);
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
  expect(refused({ layers: [] }).expected).toMatch(/each once/);
  expect(refused({ layers: ["0", "0"] }).expected).toMatch(/each once/);
  expect(refusal(() => new ActivationDrift(null)).got).toBe("[]");
  expect(refused({ edges: [0, Number.POSITIVE_INFINITY] }).expected).toMatch(/ascending/);
  expect(refused({ edges: [1, 1] }).expected).toMatch(/ascending/);
  expect(refused({ units: [0.5] }).expected).toMatch(/whole numbers/);
  expect(refused({ what: "both" as "input" }).got).toBe('"both"');
  const { drift } = watchIdentity();
  expect(refusal(() => drift.step()).got).toBe('none of "0"');
  const narrow = watchIdentity({ units: [3] });
  narrow.model.forward(tensor([[1, 2]]));
  expect(refusal(() => narrow.drift.step()).expected).toMatch(/units below 2/);
});
