import { grad, nn, optim, randn, type Tensor } from "evenkeel";
import { effectiveLearningRate } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const model = new nn.Sequential(
  new nn.Linear(2, 3, { bias: false, dtype: "float64" }),
  new nn.BatchNorm1d(3, { dtype: "float64", eps: 0 }),
  new nn.Linear(3, 1, { dtype: "float64" }),
);
const first = model[0] as nn.Linear;
first.weight.data.set([3, 4, 0, 0.5, 0, 0]);

describe("effectiveLearningRate", () => {
  test("is lr/‖w‖² for each row, null where there is none", () => {
    const { layers, options } = expectUntouched(model, () => effectiveLearningRate(model, 0.5));
    expect(options.layers).toEqual(["0"]);
    expect(layers[0]).toEqual({
      name: "0",
      lr: 0.5,
      rates: [0.02, 2, null],
      weightNorms: [5, 0.5, 0],
      mean: 1.01,
      smallest: 0.02,
      largest: 2,
    });
    const result = effectiveLearningRate(model, 0.5, { layers: ["2"] });
    expect(result.layers[0].name).toBe("2");
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test("reads the rates of an optimiser, group by group", () => {
    const optimizer = new optim.SGD([{ params: [first.weight], lr: 0.25 }, { params: model[2].parameters() }], {
      lr: 1,
    });
    const { layers } = effectiveLearningRate(model, optimizer, { layers: ["0", "2"] });
    expect(layers.map(({ lr }) => lr)).toEqual([0.25, 1]);
  });

  test("is what decides: a weight of a times the size needs a² times the rate for the same change of direction", () => {
    const x = randn([8, 2], { dtype: "float64" });
    const norm = new nn.BatchNorm1d(1, { dtype: "float64", eps: 0 });
    const target = randn([8, 1], { dtype: "float64" });
    const directionAfter = (scale: number, lr: number): Tensor => {
      const linear = new nn.Linear(2, 1, { bias: false, dtype: "float64" });
      linear.weight.data.set([scale, 2 * scale]);
      const loss = norm.forward(linear.forward(x)).sub(target).square().mean();
      const [g] = grad(loss, [linear.weight]);
      const next = linear.weight.detach().sub(g.mul(lr));
      return next.div(next.norm());
    };
    const apart = directionAfter(1, 0.1).sub(directionAfter(7, 4.9)).norm().item();
    expect(apart).toBeLessThan(1e-12);
    expect(directionAfter(1, 0.1).sub(directionAfter(7, 0.1)).norm().item()).toBeGreaterThan(1e-4);
  });

  test("takes a layer of zeros, and refuses what makes no sense", () => {
    const zero = new nn.Sequential(new nn.Linear(2, 1), new nn.BatchNorm1d(1));
    nn.init.zeros_((zero[0] as nn.Linear).weight);
    expect(effectiveLearningRate(zero, 1).layers[0]).toMatchObject({ rates: [null], mean: null, largest: null });
    const bad = (lr: unknown, options: object = {}) =>
      refusal(() => effectiveLearningRate(model, lr as number, options)).expected;
    expect(bad(-1)).toContain("from 0 on");
    expect(bad("fast")).toContain("from 0 on");
    expect(bad(null)).toContain("from 0 on");
    expect(bad(new optim.SGD(model[2].parameters(), { lr: 1 }))).toContain('the weight of "0"');
    expect(bad(1, { layer: ["0"] })).toContain("layers");
    expect(bad(1, { layers: ["7"] })).toContain("the name of a module");
  });
});
