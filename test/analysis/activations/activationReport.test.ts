import { Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import { activationReport } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

const f64 = (values: number[][]) => tensor(values, { dtype: "float64" });
const only = (module: nn.Module, x: Tensor, options = {}) =>
  activationReport(new nn.Sequential(module), x, options).layers[0];

/** A network with everything that an analysis could disturb. */
function network(): nn.Sequential {
  const model = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.NoisyBatchNorm1d(4, { generator: new Generator().manualSeed(2) }),
    new nn.Tanh(),
    new nn.Dropout(0.5),
    new nn.Linear(4, 4),
    new nn.GELU(),
  );
  model
    .forward(randn([5, 3]))
    .sum()
    .backward();
  return model;
}

describe("an activation report", () => {
  test("has mean, spread, percentiles and histogram in closed form", () => {
    const layer = only(
      new nn.ReLU(),
      f64([
        [0, 1],
        [2, 3],
        [-1, 4],
      ]),
      { percentiles: [0, 50, 90, 100], bins: 4 },
    );
    expect(layer).toMatchObject({ layer: "0", type: "ReLU", calls: 1, count: 6, nonFinite: 0, min: 0, max: 4 });
    expect(layer.mean).toBeCloseTo(10 / 6, 14);
    expect(layer.std).toBeCloseTo(Math.sqrt((30 - 100 / 6) / 5), 14);
    expect(layer.percentiles).toEqual([
      { percent: 0, value: 0 },
      { percent: 50, value: 1.5 },
      { percent: 90, value: 3.5 },
      { percent: 100, value: 4 },
    ]);
    expect(layer.histogram).toEqual({ edges: [0, 1, 2, 3, 4], counts: [2, 1, 1, 2] });
  });

  test("counts as saturated what lies beyond the thresholds, by default and by choice", () => {
    const at = (y: number) => Math.atanh(y);
    const x = f64([[at(0.96)], [at(-0.98)], [at(0.995)], [0]]);
    expect(only(new nn.Tanh(), x).saturatedFraction).toBe(0.5);
    expect(only(new nn.Tanh(), x, { thresholds: { tanh: 0.99 } }).saturatedFraction).toBe(0.25);
    const logits = f64([[-4], [4], [-3], [0]]); // sigmoid(−4) = 0.018, sigmoid(−3) = 0.047
    expect(only(new nn.Sigmoid(), logits).saturatedFraction).toBe(0.5);
    expect(only(new nn.Sigmoid(), logits, { thresholds: { sigmoid: 0.05 } }).saturatedFraction).toBe(0.75);
    expect(only(new nn.ReLU(), f64([[-1], [0], [0.1], [2]])).saturatedFraction).toBe(0.5);
    expect(only(new nn.ReLU(), f64([[-1], [0], [0.1], [2]]), { thresholds: { relu: 0.1 } }).saturatedFraction).toBe(
      0.75,
    );
    expect(only(new nn.GELU(), logits).saturatedFraction).toBeNull();
  });

  test("says by how much an activation multiplies the gradient", () => {
    const x = f64([[0.3], [-2], [1.1]]);
    const mean = (f: (x: number) => number) => [0.3, -2, 1.1].reduce((sum, v) => sum + f(v), 0) / 3;
    expect(only(new nn.Tanh(), x).localGradient).toBeCloseTo(
      mean((v) => 1 - Math.tanh(v) ** 2),
      14,
    );
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    expect(only(new nn.Sigmoid(), x).localGradient).toBeCloseTo(
      mean((v) => sigmoid(v) * (1 - sigmoid(v))),
      14,
    );
    expect(only(new nn.ReLU(), x).localGradient).toBeCloseTo(2 / 3, 14);
    const h = 1e-5;
    const gelu = (v: number) => new nn.GELU().forward(tensor([v], { dtype: "float64" })).item<number>();
    expect(only(new nn.GELU(), x).localGradient).toBeCloseTo(
      mean((v) => (gelu(v + h) - gelu(v - h)) / 2 / h),
      8,
    );
    expect(only(new nn.Linear(1, 1, { dtype: "float64" }), x, { modules: ["0"] }).localGradient).toBeNull();
  });

  test("tells units apart, in dimension 1 or another", () => {
    const x = randn([3, 2, 5], { dtype: "float64" });
    const unit = (y: Tensor) => y.tanh().mean().item<number>();
    const units = only(new nn.Tanh(), x).units.map(({ mean }) => mean);
    expect(units).toHaveLength(2);
    units.forEach((mean, u) => expect(mean).toBeCloseTo(unit(x.select(1, u)), 14));
    const last = only(new nn.Tanh(), x, { unitDim: -1 }).units.map(({ mean }) => mean);
    last.forEach((mean, u) => expect(mean).toBeCloseTo(unit(x.select(2, u)), 14));
    expect(only(new nn.Tanh(), tensor([1, 2])).units).toHaveLength(1);
  });

  test("takes all runs of a module together, and leaves out one that does not run", () => {
    class Twice extends nn.Module {
      act = new nn.Tanh();
      idle = new nn.ReLU();
      override forward(x: Tensor): Tensor {
        return this.act.forward(this.act.forward(x));
      }
    }
    const { layers } = activationReport(new Twice(), f64([[1], [2]]));
    expect(layers.map(({ layer, calls, count }) => [layer, calls, count])).toEqual([["act", 2, 4]]);
  });

  test("counts what is not finite, and leaves it out of the rest", () => {
    const layer = only(
      new nn.ReLU(),
      f64([
        [1, Number.POSITIVE_INFINITY],
        [3, Number.NaN],
      ]),
    );
    expect(layer).toMatchObject({ count: 4, nonFinite: 2, mean: 2, min: 1, max: 3, saturatedFraction: 0 });
    expect(layer.units[1]).toEqual({ mean: null, std: null, saturatedFraction: null, localGradient: null });
    expect(JSON.parse(JSON.stringify(layer))).toEqual(layer);
  });

  test("uses the batch's statistics, or the running ones", () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(1, { dtype: "float64", eps: 0 }), new nn.ReLU()).eval();
    const x = f64([[11], [13]]);
    expect(activationReport(model, x).layers[0].max).toBeCloseTo(1, 12);
    expect(activationReport(model, x, { batchNorm: "running" }).layers[0].max).toBe(13);
  });

  test("leaves everything as it was, also when it throws, and under noGrad", () => {
    const model = network();
    const adam = new optim.Adam(model.parameters());
    const [x, wrong] = [randn([6, 3]), randn([6, 2])];
    const { options, cost } = expectUntouched(model, () => activationReport(model, x), adam);
    expect([options.modules, cost]).toEqual([["2", "5"], { forward: 1, backward: 0 }]);
    expectUntouched(model, () => noGrad(() => activationReport(model, [x])), adam);
    expectUntouched(model, () => expect(() => activationReport(model, wrong)).toThrow("Linear"), adam);
    expectUntouched(model, () => refusal(() => activationReport(model, x, { unitDim: 3 })), adam);
  });

  test("refuses what it cannot do", () => {
    const model = network();
    const x = randn([6, 3]);
    const cases: [() => unknown, string][] = [
      [() => activationReport(model, x, { modules: ["7"] }), "the name of a module"],
      [() => activationReport(model, x, { modules: [] }), "a list of names"],
      [() => activationReport(new nn.Linear(3, 1), x), "Tanh, Sigmoid, ReLU and GELU"],
      [() => activationReport(model, x, { bin: 3 } as object), "options among"],
      [() => activationReport(model, x, { bins: 0 }), "bins"],
      [() => activationReport(model, x, { percentiles: [101] }), "percentiles"],
      [() => activationReport(model, x, { thresholds: { tanh: 2 } }), "threshold"],
      [() => activationReport(model, x, { thresholds: { relu: -1 } }), "threshold"],
      [() => activationReport(model, x, { unitDim: 0 }), "unitDim"],
      [() => activationReport(model, x, { batchNorm: "eval" as "batch" }), "batchNorm"],
      [() => activationReport(model, 3 as unknown as Tensor), "a list of the arguments"],
      [() => activationReport({} as nn.Module, x), "a module"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
