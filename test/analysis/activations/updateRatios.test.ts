import { manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import { updateRatios } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

/** One matrix `W`, and the loss `½Σ hᵢⱼWᵢⱼ²`, whose gradient is `h·W`. */
class Quadratic extends nn.Module {
  readonly w = new nn.Parameter(tensor([[3, 1, -2]], { dtype: "float64" }));
  readonly idle = new nn.Parameter(tensor([[1, 2]], { dtype: "float64" }));
  readonly h = tensor([[1, 4, 0.5]], { dtype: "float64" });
  override forward(): Tensor {
    return this.h.mul(this.w.square()).sum().mul(0.5);
  }
}

const std = (x: number[]) => {
  const mean = x.reduce((a, b) => a + b) / x.length;
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (x.length - 1));
};

describe("update ratios", () => {
  test("are log10 of std(lr·gradient)/std(data), with a guide at −3", () => {
    const model = new Quadratic();
    const report = updateRatios(model, () => model.forward(), { lr: 0.1 });
    const expected = (0.1 * std([3, 4, -1])) / std([3, 1, -2]);
    expect(report).toMatchObject({
      guide: -3,
      cost: { forward: 3, backward: 1 },
      options: { lr: 0.1, optimizer: null },
    });
    expect(report.parameters[0].ratio).toBeCloseTo(expected, 14);
    expect(report.parameters[0].log10).toBeCloseTo(Math.log10(expected), 14);
    expect(report.parameters[1]).toMatchObject({ parameter: "idle", updateStd: 0, ratio: 0, log10: null });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("are those of SGD with its learning rate", () => {
    const model = new Quadratic();
    const loss = () => model.forward();
    const byRate = updateRatios(model, loss, { lr: 0.1 }).parameters[0].log10;
    const optimizer = new optim.SGD([model.w], { lr: 0.1 });
    expect(updateRatios(model, loss, { optimizer }).parameters[0].log10).toBeCloseTo(Number(byRate), 12);
  });

  test("are those of the next step that the optimiser does take, with its momentum and its decay", () => {
    for (const make of [optim.Adam, optim.AdamW]) {
      const model = new Quadratic();
      const loss = () => model.forward();
      const optimizer = new make(model.parameters(), { lr: 0.1, weightDecay: 0.1 });
      for (let step = 0; step < 3; step++) {
        const predicted = expectUntouched(model, () => updateRatios(model, loss, { optimizer }), optimizer);
        const before = model.w.toArray() as number[][];
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
        const after = model.w.toArray() as number[][];
        const moved = after[0].map((x, i) => x - before[0][i]);
        expect(predicted.parameters[0].ratio).toBe(std(moved) / std(before[0]));
        expect(predicted.parameters[1].ratio).toBe(0); // it has no gradient, so that it does not decay
      }
    }
  });

  test("are null where the data have no spread", () => {
    const model = new nn.Linear(2, 2);
    noGrad(() => void model.weight.fill_(1));
    const x = randn([4, 2]);
    const { parameters } = updateRatios(model, () => model.forward(x).square().mean(), { lr: 0.1 });
    expect(parameters).toHaveLength(1);
    expect(parameters[0]).toMatchObject({ dataStd: 0, ratio: null, log10: null });
  });

  test("leave everything as it was, also when it throws", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
    const x = randn([6, 3], { requiresGrad: true });
    const loss = () => model.forward(x).square().mean();
    loss().backward();
    const before = x.grad?.toArray();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    optimizer.step();
    expectUntouched(model, () => updateRatios(model, loss, { optimizer }), optimizer);
    expect(x.grad?.toArray()).toEqual(before);
    optimizer.step = () => {
      noGrad(() => model.parameters().forEach((p) => void p.fill_(0)));
      throw new Error("broken");
    };
    expectUntouched(model, () => expect(() => updateRatios(model, loss, { optimizer })).toThrow("broken"), optimizer);
  });

  test("refuse what they cannot do", () => {
    const model = new nn.Linear(2, 1);
    const loss = () => model.forward(tensor([[1, 2]])).sum();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const other = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1 });
    const cases: [() => unknown, string][] = [
      [() => updateRatios(model, loss, {}), "either lr or optimizer"],
      [() => updateRatios(model, loss, undefined as never), "either lr or optimizer"],
      [() => updateRatios(model, loss, { lr: 0.1, optimizer }), "either lr or optimizer"],
      [() => updateRatios(model, loss, { lr: -1 }), "a finite number above 0 as lr"],
      [() => updateRatios(model, loss, { optimizer: {} as typeof optimizer }), "an optimiser"],
      [() => updateRatios(model, loss, { optimizer: other }), "this model's parameters"],
      [() => updateRatios(model, loss, { lr: 1, parameters: ["0"] }), "the name of a parameter"],
      [() => updateRatios(model, loss, { rate: 1 } as object), "options among"],
      [() => updateRatios(model, () => randn([]).mul(loss()), { lr: 1 }), "the same each time"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
