import { Generator, grad, manualSeed, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import { gradientReport } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

const stdOf = (x: Tensor) => x.reshape([-1]).std(0).item<number>();

describe("a gradient report", () => {
  test("has the gradients at outputs and parameters that grad has", () => {
    const generator = new Generator().manualSeed(1);
    const options = { dtype: "float64", generator } as const;
    const [first, act, last] = [new nn.Linear(3, 4, options), new nn.Tanh(), new nn.Linear(4, 2, options)];
    const model = new nn.Sequential(first, act, last);
    const x = randn([5, 3], { dtype: "float64" });
    const report = gradientReport(model, () => model.forward(x).square().mean());
    const a = first.forward(x);
    const h = act.forward(a);
    const y = last.forward(h);
    const [ga, gh, gy, gw] = grad(y.square().mean(), [a, h, y, first.weight]);
    expect(report.cost).toEqual({ forward: 3, backward: 1 });
    expect(report.loss).toBeCloseTo(y.square().mean().item(), 14);
    expect(report.activations.map(({ layer, type, calls, count }) => [layer, type, calls, count])).toEqual([
      ["0", "Linear", 1, 20],
      ["1", "Tanh", 1, 20],
      ["2", "Linear", 1, 10],
    ]);
    [ga, gh, gy].forEach((g, i) => {
      expect(report.activations[i].std).toBeCloseTo(stdOf(g), 14);
      expect(report.activations[i].norm).toBeCloseTo(Math.sqrt(g.square().sum().item()), 14);
      expect(report.activations[i].meanAbsolute).toBeCloseTo(g.abs().mean().item(), 14);
    });
    const [weight] = report.parameters;
    expect(weight).toMatchObject({ parameter: "0.weight", layer: "0", shape: [4, 3], count: 12 });
    expect(weight.gradToData).toBeCloseTo(stdOf(gw) / stdOf(first.weight.detach()), 13);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("shows tanh layers that lose the gradient, and none where they are linear", () => {
    const layers = (make: () => nn.Module, gain: number) => {
      const list = Array.from({ length: 6 }, () => {
        const linear = new nn.Linear(30, 30);
        nn.init.normal_(linear.weight, { std: gain / Math.sqrt(30) });
        return [linear, make()];
      });
      const model = new nn.Sequential(...list.flat());
      const x = randn([40, 30]);
      const { activations } = gradientReport(model, () => model.forward(x).square().sum());
      return (activations[0].std ?? 0) / (activations[11].std ?? 0);
    };
    expect(layers(() => new nn.Tanh(), 0.3)).toBeLessThan(0.02);
    const level = layers(() => new nn.Identity(), 1);
    expect(level).toBeGreaterThan(0.3);
    expect(level).toBeLessThan(3);
  });

  test("takes the parameters it is told to", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
    const loss = () => model.forward(tensor([[1, 2]])).sum();
    const names = (parameters: "all" | "matrices" | string[]) =>
      gradientReport(model, loss, { parameters }).options.parameters;
    expect(names("all")).toHaveLength(4);
    expect(names("matrices")).toEqual(["0.weight", "1.weight"]);
    expect(names(["1.bias"])).toEqual(["1.bias"]);
    const bias = gradientReport(model, loss, { parameters: ["1.bias"] }).parameters[0];
    expect(bias).toMatchObject({ layer: "1", mean: 1, std: null, dataStd: null, gradToData: null });
  });

  test("leaves everything as it was, also when it throws", () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.NoisyBatchNorm1d(4, { generator: new Generator().manualSeed(2) }),
      new nn.Linear(4, 1),
    );
    const x = randn([6, 3]);
    const loss = () => {
      (model[1] as nn.NoisyBatchNorm1d & { generator: Generator }).generator?.manualSeed(1);
      return model.forward(x).square().mean();
    };
    loss().backward();
    const adam = new optim.Adam(model.parameters());
    expectUntouched(model, () => gradientReport(model, loss), adam);
    expectUntouched(model, () => refusal(() => gradientReport(model, () => model.forward(x).square().mean())), adam);
  });

  test("refuses what it cannot do", () => {
    const model = new nn.Linear(2, 1);
    const loss = () => model.forward(tensor([[1, 2]])).sum();
    const cases: [() => unknown, string][] = [
      [
        () =>
          gradientReport(model, () =>
            model.forward(
              tensor([
                [1, 2],
                [1, 2],
              ]),
            ),
          ),
        "a loss of one number",
      ],
      [() => gradientReport(model, () => tensor(1)), "depends on the parameters"],
      [() => gradientReport(model, () => loss().mul(Number.NaN)), "a finite loss"],
      [() => gradientReport(new nn.ReLU(), loss), "a model with parameters"],
      [() => gradientReport(model, loss, { modules: ["1"] }), "the name of a module"],
      [() => gradientReport(model, loss, { parameters: ["1"] }), "the name of a parameter"],
      [() => gradientReport(model, loss, { parameters: [] }), "names"],
      [() => gradientReport(new nn.BatchNorm1d(2), loss, { parameters: "matrices" }), "two dimensions"],
      [() => gradientReport(model, loss, { lr: 1 } as object), "options among"],
      [() => gradientReport(model, loss, { bins: 1.5 }), "bins"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
