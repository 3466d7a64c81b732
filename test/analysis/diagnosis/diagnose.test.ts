import { manualSeed, nn, noGrad, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import {
  activationReport,
  batchNormHealth,
  type Comparison,
  compare,
  type DiagnosableReport,
  deadUnits,
  diagnose,
  gradientReport,
  initialLossCheck,
  Recorder,
  type Recording,
  recalibrateBatchNorm,
  updateRatios,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";

beforeEach(() => void manualSeed(0));

const codes = (...reports: DiagnosableReport[]) => diagnose(...reports).map(({ code, layer }) => `${code} ${layer}`);
const act = (module: nn.Module, x: Tensor) => activationReport(new nn.Sequential(module), x);
const linear = (weight: number, bias: number, outputs = 2) => {
  const layer = new nn.Linear(2, outputs);
  noGrad(() => {
    layer.weight.mul_(weight);
    layer.bias?.fill_(bias);
  });
  return layer;
};

/** A module that adds up to a number, whatever goes in. */
class Still extends nn.Module {
  readonly weight: nn.Parameter;
  constructor(value: number) {
    super();
    this.weight = new nn.Parameter(tensor([value]));
  }
  override forward(x: Tensor): Tensor {
    return this.weight.mul(x);
  }
}

/** A recording of metrics of one layer, as a recorder makes it. */
function recordingOf(metrics: Record<string, number[]>, layer = ""): Recording {
  const model = new Still(1);
  const empty = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 })).recording();
  const rows = Object.entries(metrics).flatMap(([metric, values]) =>
    values.map((value, step) => ({ step, layer, metric, value })),
  );
  return { ...empty, rows };
}

describe("a diagnosis", () => {
  test("has nothing to say about a healthy model", () => {
    const model = new nn.Sequential(
      new nn.Linear(8, 20, { bias: false }),
      new nn.BatchNorm1d(20),
      new nn.Tanh(),
      new nn.Linear(20, 4),
    );
    const [x, labels] = [randn([64, 8]), randint(0, 4, [64])];
    const loss = () => new nn.CrossEntropyLoss().forward(model.forward(x), labels);
    recalibrateBatchNorm(model, [x]);
    const reports = [
      activationReport(model, x),
      deadUnits(model, [x]),
      gradientReport(model, loss),
      updateRatios(model, loss, { lr: 0.01 }),
      initialLossCheck(model, loss, { numClasses: 4 }),
      batchNormHealth(model, [x], { loss: () => loss() }),
    ];
    expect(diagnose(...reports)).toEqual([]);
    expect(diagnose(...(JSON.parse(JSON.stringify(reports)) as DiagnosableReport[]))).toEqual([]);
    expect(diagnose()).toEqual([]);
  });

  test("reads activations", () => {
    expect(codes(act(new nn.Tanh(), tensor([[0.1], [0.2], [0.3], [5]])))).toEqual(["saturated 0"]);
    expect(diagnose(act(new nn.Tanh(), tensor([[0.1], [0.2], [0.3], [5]])))[0].severity).toBe("warning");
    expect(diagnose(act(new nn.Sigmoid(), tensor([[9], [7]])))[0].severity).toBe("critical");
    expect(codes(act(new nn.ReLU(), tensor([[-1], [0]])))).toEqual(["constant-activations 0", "inactive 0"]);
    expect(codes(act(new nn.ReLU(), tensor([[1], [Number.NaN], [2]])))).toEqual(["non-finite 0"]);
  });

  test("reads dead units, and those that have died", () => {
    const [alive, dead] = [1, -10].map((bias) => new nn.Sequential(linear(0.1, bias), new nn.ReLU()));
    const x = randn([20, 2]);
    const since = deadUnits(alive, [x]);
    expect(codes(since)).toEqual([]);
    expect(codes(deadUnits(dead, [x], { since }))).toEqual(["dead-units 1", "units-died 1"]);
    expect(diagnose(deadUnits(dead, [x]))[0]).toMatchObject({ severity: "critical" });
    expect(diagnose(deadUnits(dead, [x]))[0].message).toBe("2 of 2 units are dead on all 20 examples.");
  });

  test("reads gradients", () => {
    const model = new nn.Sequential(linear(1, 0), linear(1e-4, 0), linear(1, 0));
    const x = randn([20, 2]);
    const report = (factor: number) => gradientReport(model, () => model.forward(x).square().mean().mul(factor));
    expect(codes(report(1))).toContain("gradient-spread null");
    expect(codes(report(1e-6))).toContain("vanishing-gradient 0.weight");
    const still = new nn.Sequential(linear(1, -9), new nn.ReLU(), linear(1, 0));
    expect(codes(gradientReport(still, () => still.forward(x).square().add(1).mean()))).toContain(
      "no-gradient 0.weight",
    );
  });

  test("reads update ratios", () => {
    const model = linear(1, 0);
    const x = randn([20, 2]);
    const at = (lr: number) => diagnose(updateRatios(model, () => model.forward(x).square().mean(), { lr }));
    expect(at(100)[0]).toMatchObject({ code: "update-too-large", severity: "critical", layer: "weight" });
    expect(at(1e-7)[0]).toMatchObject({ code: "update-too-small", severity: "warning" });
    expect(at(1e-3)).toEqual([]);
  });

  test("reads the initial loss", () => {
    const model = linear(50, 0, 3);
    const [x, labels] = [randn([30, 2]), randint(0, 3, [30])];
    const loss = () => new nn.CrossEntropyLoss().forward(model.forward(x), labels);
    expect(codes(initialLossCheck(model, loss, { numClasses: 3 }))).toEqual(["initial-loss-high null"]);
    const check = initialLossCheck(model, loss, { numClasses: 3, logits: () => model.forward(x) });
    expect(diagnose(check)[0].message).toContain("Logits have a scale of ");
    expect(diagnose(check)[0].suggestion).toMatch(/by a factor of 0\.\d+ or less/);
    const low = initialLossCheck(model, () => loss().mul(0.01), { numClasses: 3 });
    expect(codes(low)).toEqual(["initial-loss-low null"]);
  });

  test("reads the health of batch norm, critical things first", () => {
    const model = new nn.Sequential(linear(0, 3), new nn.BatchNorm1d(2));
    const health = batchNormHealth(model, [randn([4, 2])], { loss: (net, x) => net.forward(x).square().mean() });
    expect(codes(health)).toEqual([
      "never-tracked 1",
      "tiny-batches 1",
      "constant-features 1",
      "loss-gap null",
      "useless-bias 1",
    ]);
    const short = new nn.BatchNorm1d(1);
    const all = randn([84, 1]);
    const sizes = [all, all, all.slice(0, 0, 20)];
    recalibrateBatchNorm(short, [all]);
    expect(codes(batchNormHealth(short, sizes))).toContain("short-last-batch ");
    expect(codes(batchNormHealth(short, sizes.toReversed()))).not.toContain("short-last-batch ");
    const norm = new nn.BatchNorm1d(1);
    norm.forward(tensor([[0], [1]]));
    expect(codes(batchNormHealth(norm, [randn([20, 1]).add(9)]))).toEqual(["stale-statistics "]);
    const severities = diagnose(health, act(new nn.Tanh(), tensor([[9], [8]]))).map(({ severity }) => severity);
    expect(severities).toEqual(["critical", "warning", "warning", "warning", "warning", "info"]);
  });

  test("reads nothing else", () => {
    const cases = [{}, null, { kind: "toString" }, { kind: "lineProbe" }] as unknown as DiagnosableReport[];
    for (const report of cases) expect(refusal(() => diagnose(report)).expected).toContain("deadUnits");
    const broken = [{ kind: "recording" }, { kind: "deadUnits", layers: [{}] }] as unknown as DiagnosableReport[];
    for (const report of broken) expect(refusal(() => diagnose(report)).expected).toMatch(/a whole report of/);
  });

  test("reads recordings: what diverged, did not learn, is saturated, or moves by too much", () => {
    const run = recordingOf({ loss: [...new Array<number>(10).fill(1), ...new Array<number>(10).fill(2)] });
    expect(codes(run)).toEqual(["not-learning null"]);
    expect(codes({ ...run, divergedAt: 20 })).toEqual(["diverged null"]);
    expect(codes(recordingOf({ loss: Array.from({ length: 40 }, (_, i) => 2 - i / 40) }))).toEqual([]);
    const layers = recordingOf({ saturated: [0, 0.9], "update ratio": [1e-3, 0.5], "gradient norm": [1, 1e-9] }, "a");
    expect(codes(layers)).toEqual(["update-too-large a", "saturated a", "vanishing-gradient a"]);
    expect(codes(recordingOf({ saturated: [0.9, 0.1], "update ratio": [0.5, 1e-3] }, "a"))).toEqual([]);
    expect(codes(recordingOf({}))).toEqual([]);
  });

  test("reads comparisons: which variant ends lowest, and whether seeds overlap", () => {
    const lossOf = { a: [1, 2], b: [3, 4], c: [1.5, 5] };
    const of = (names: (keyof typeof lossOf)[]): Comparison => {
      const make = (x: number) => () => new nn.Sequential(new Still(x));
      const comparison = compare({
        variants: Object.fromEntries(names.map((name) => [name, (seed) => make(lossOf[name][seed])()])),
        data: [tensor([1])],
        loss: (model, x) => model.forward(x).sum(),
        optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0 }),
        steps: 3,
        seed: [0, 1],
      });
      return JSON.parse(JSON.stringify(comparison));
    };
    const [apart] = diagnose(of(["b", "a"]));
    expect(apart.message).toMatch(/^a ends with the lowest loss: a 1.50 \(1.00 to 2.00\), b 3.50/);
    expect([apart.code, apart.severity]).toEqual(["lowest-loss", "info"]);
    expect(apart.suggestion).toMatch(/worst seed is better/);
    expect(diagnose(of(["a", "c"]))[0].suggestion).toMatch(/overlap/);
    expect(diagnose(of(["a"]))).toEqual([]);
    const one = of(["a", "b"]);
    const runs = one.runs.map((run) => ({ ...run, recording: { ...run.recording, divergedAt: 1 }, divergedAt: 1 }));
    expect(diagnose({ ...one, runs }).map(({ message }) => message.slice(0, 10))).toEqual([
      "a, seed 0:",
      "b, seed 0:",
      "a, seed 1:",
      "b, seed 1:",
    ]);
  });
});
