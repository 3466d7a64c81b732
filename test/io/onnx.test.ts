import { manualSeed, nn, optim, randint, randn, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import { exportOnnx } from "evenkeel/io";
import * as ort from "onnxruntime-web";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { held, sessionOf } from "./onnxRun.ts";

vi.setConfig({ testTimeout: 30_000 }); // the runtime takes its time to start

beforeEach(() => void manualSeed(0));

/** Holds what runs the file of a model against what the model says in evaluation. */
async function compare(
  model: nn.Module,
  example: Tensor | readonly Tensor[],
  xs: readonly Tensor[],
  tolerance?: number,
): Promise<void> {
  const run = await sessionOf(exportOnnx(model, example));
  held(model.eval().forward(...xs), await run(...xs), tolerance);
}

/** Moves the statistics and the parameters of a model away from 0 and 1. */
function trained<M extends nn.Module>(model: M, x: Tensor): M {
  const parameters = model.parameters();
  const optimizer = parameters.length > 0 ? new optim.SGD(parameters, { lr: 0.1 }) : null;
  for (let step = 0; step < 5; step++) {
    optimizer?.zeroGrad();
    const y = model.train().forward(x);
    if (y.requiresGrad) y.square().mean().backward();
    optimizer?.step();
  }
  return model;
}

/** Attention of a sequence to itself, without the weights. */
class Attending extends nn.Module {
  readonly attention = new nn.MultiheadAttention(4, 2, { batchFirst: true, addBiasKv: true });
  override forward(x: Tensor): Tensor {
    return this.attention.forward(x, x, x, { needWeights: false })[0];
  }
}

const rows = () => randn([9, 6]).mul(2).add(0.5);
const sequences = () => randn([9, 6, 4]).mul(2).add(0.5);
const pictures = () => randn([9, 6, 5, 4]);
const numbers = () => randint(0, 11, [9, 3]);

const modules: Readonly<Record<string, { make: () => nn.Module; x: () => Tensor }>> = {
  Linear: { make: () => new nn.Linear(6, 5), x: rows },
  "Linear without bias": { make: () => new nn.Linear(6, 5, { bias: false }), x: rows },
  "Linear on sequences": { make: () => new nn.Linear(4, 5), x: sequences },
  BatchNorm1d: { make: () => new nn.BatchNorm1d(6), x: rows },
  "BatchNorm1d on sequences": { make: () => new nn.BatchNorm1d(6), x: sequences },
  "BatchNorm1d without parameters": { make: () => new nn.BatchNorm1d(6, { affine: false, eps: 0.1 }), x: rows },
  "BatchNorm1d by hand": {
    make: () => new nn.BatchNorm1d(6, { variance: "unbiased", runningAverage: "std" }),
    x: rows,
  },
  BatchNorm2d: { make: () => new nn.BatchNorm2d(6), x: pictures },
  BatchNorm3d: { make: () => new nn.Sequential(new nn.Unflatten(2, [1, 5]), new nn.BatchNorm3d(6)), x: pictures },
  Unflatten: { make: () => new nn.Unflatten(-1, [2, -1]), x: pictures },
  "Conv2d, reflected": { make: () => new nn.Conv2d(6, 4, 3, { padding: 2, paddingMode: "reflect" }), x: pictures },
  MaxPool1d: { make: () => new nn.MaxPool1d(2), x: sequences },
  MaxPool2d: {
    make: () => new nn.MaxPool2d([3, 2], { stride: 2, padding: 1, dilation: [1, 2], ceilMode: true }),
    x: pictures,
  },
  AvgPool1d: { make: () => new nn.AvgPool1d(2, { padding: 1, countIncludePad: false }), x: sequences },
  AvgPool2d: { make: () => new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }), x: pictures },
  AdaptiveAvgPool1d: { make: () => new nn.AdaptiveAvgPool1d(3), x: sequences },
  AdaptiveAvgPool2d: { make: () => new nn.AdaptiveAvgPool2d([2, null]), x: pictures },
  GhostBatchNorm1d: { make: () => new nn.GhostBatchNorm1d(6, 3), x: rows },
  LpNorm2d: { make: () => new nn.LpNorm2d(6, { p: 1 }), x: pictures },
  NoisyBatchNorm2d: { make: () => new nn.NoisyBatchNorm2d(6), x: pictures },
  Noise2d: { make: () => new nn.Sequential(new nn.Noise2d(6), new nn.Tanh()), x: pictures },
  "Linear under weight norm": { make: () => nn.utils.weightNorm(new nn.Linear(6, 5)), x: rows },
  "Conv2d under weight standardisation": {
    make: () => nn.utils.weightStandardisation(new nn.Conv2d(6, 4, 3)),
    x: pictures,
  },
  GroupNorm: { make: () => new nn.GroupNorm(2, 6), x: pictures },
  InstanceNorm1d: { make: () => new nn.InstanceNorm1d(6, { affine: true }), x: sequences },
  InstanceNorm2d: { make: () => new nn.InstanceNorm2d(6, { trackRunningStats: true }), x: pictures },
  RMSNorm: { make: () => new nn.RMSNorm([5, 4]), x: pictures },
  NoisyBatchNorm1d: { make: () => new nn.NoisyBatchNorm1d(6), x: rows },
  Noise1d: { make: () => new nn.Sequential(new nn.Noise1d(6), new nn.Tanh()), x: rows },
  LpNorm1d: { make: () => new nn.LpNorm1d(6, { p: 1 }), x: rows },
  "LpNorm1d on sequences": { make: () => new nn.LpNorm1d(6, { p: Number.POSITIVE_INFINITY }), x: sequences },
  LayerNorm: { make: () => new nn.LayerNorm([6]), x: rows },
  "LayerNorm of two dimensions": { make: () => new nn.LayerNorm([6, 4]), x: sequences },
  "LayerNorm without parameters": { make: () => new nn.LayerNorm([4], { elementwiseAffine: false }), x: sequences },
  Conv1d: { make: () => new nn.Conv1d(6, 4, 3, { padding: "same" }), x: sequences },
  Conv2d: { make: () => new nn.Conv2d(6, 4, 3, { padding: 1 }), x: pictures },
  "Conv2d with all options": {
    make: () => new nn.Conv2d(6, 4, [2, 3], { stride: [2, 1], padding: [2, 1], dilation: 2, groups: 2, bias: false }),
    x: pictures,
  },
  Embedding: { make: () => new nn.Embedding(11, 5, { paddingIdx: 0 }), x: numbers },
  Dropout: { make: () => new nn.Sequential(new nn.Dropout(0.5), new nn.Linear(6, 2)), x: rows },
  "Dropout alone": { make: () => new nn.Dropout(0.5), x: rows },
  Identity: { make: () => new nn.Identity(), x: rows },
  Flatten: { make: () => new nn.Flatten(), x: sequences },
  "Flatten of the last two": { make: () => new nn.Flatten({ startDim: -2 }), x: sequences },
  ReLU: { make: () => new nn.ReLU(), x: rows },
  Sigmoid: { make: () => new nn.Sigmoid(), x: rows },
  Tanh: { make: () => new nn.Tanh(), x: rows },
  GELU: { make: () => new nn.GELU(), x: rows },
  "GELU by tanh": { make: () => new nn.GELU({ approximate: "tanh" }), x: rows },
  MultiheadAttention: { make: () => new Attending(), x: sequences },
  SiLU: { make: () => new nn.SiLU(), x: rows },
  LeakyReLU: { make: () => new nn.LeakyReLU({ negativeSlope: 0.2 }), x: rows },
  ELU: { make: () => new nn.ELU({ alpha: 0.5 }), x: rows },
  Softplus: { make: () => new nn.Softplus({ beta: 2 }), x: rows },
  Softmax: { make: () => new nn.Softmax(1), x: rows },
  LogSoftmax: { make: () => new nn.LogSoftmax(-1), x: sequences },
  Hardtanh: { make: () => new nn.Hardtanh({ minVal: -0.5 }), x: rows },
  Dropout1d: { make: () => new nn.Sequential(new nn.Dropout1d(0.5), new nn.Tanh()), x: sequences },
  Dropout2d: { make: () => new nn.Sequential(new nn.Dropout2d(0.5), new nn.Tanh()), x: pictures },
  Sequential: {
    make: () =>
      new nn.Sequential(
        new nn.Embedding(11, 5),
        new nn.Flatten(),
        new nn.Linear(15, 8, { bias: false }),
        new nn.BatchNorm1d(8),
        new nn.Tanh(),
        new nn.Dropout(0.3),
        new nn.Sequential(new nn.Linear(8, 8), new nn.ReLU()),
        new nn.Linear(8, 3),
      ),
    x: numbers,
  },
};

const places = () => randn([9, 6, 4]);
const labels = () => randint(0, 6, [9]);
const ignored = () => labels().maskedFill(tensor([0, 1, 0, 0, 0, 0, 1, 0, 0], { dtype: "bool" }), 2);
const weight = tensor([0.5, 1, 2, 0.1, 3, 1]);

const losses: Readonly<Record<string, { loss: nn.Module; x: () => Tensor; target: () => Tensor }>> = {
  MSELoss: { loss: new nn.MSELoss(), x: rows, target: rows },
  "MSELoss, their sum": { loss: new nn.MSELoss({ reduction: "sum" }), x: sequences, target: sequences },
  "MSELoss, each": { loss: new nn.MSELoss({ reduction: "none" }), x: rows, target: rows },
  L1Loss: { loss: new nn.L1Loss(), x: rows, target: rows },
  SmoothL1Loss: { loss: new nn.SmoothL1Loss({ beta: 0.5 }), x: rows, target: rows },
  HuberLoss: { loss: new nn.HuberLoss({ reduction: "none", delta: 0.5 }), x: rows, target: rows },
  BCELoss: { loss: new nn.BCELoss({ weight }), x: () => rows().sigmoid(), target: () => rows().sigmoid() },
  BCEWithLogitsLoss: {
    loss: new nn.BCEWithLogitsLoss({ weight, reduction: "none", posWeight: weight }),
    x: rows,
    target: () => rows().sigmoid(),
  },
  KLDivLoss: { loss: new nn.KLDivLoss({ reduction: "batchmean" }), x: rows, target: () => rows().softmax(1) },
  "KLDivLoss of logarithms": { loss: new nn.KLDivLoss({ reduction: "sum", logTarget: true }), x: rows, target: rows },
  NLLLoss: { loss: new nn.NLLLoss(), x: () => rows().logSoftmax(1), target: labels },
  "NLLLoss, weighted, some ignored": {
    loss: new nn.NLLLoss({ weight, ignoreIndex: 2 }),
    x: () => rows().logSoftmax(1),
    target: ignored,
  },
  "NLLLoss at places, each": {
    loss: new nn.NLLLoss({ reduction: "none" }),
    x: () => places().logSoftmax(1),
    target: () => randint(0, 6, [9, 4]),
  },
  CrossEntropyLoss: { loss: new nn.CrossEntropyLoss(), x: rows, target: labels },
  "CrossEntropyLoss, weighted, smoothed, some ignored": {
    loss: new nn.CrossEntropyLoss({ weight, ignoreIndex: 2, labelSmoothing: 0.2 }),
    x: rows,
    target: ignored,
  },
  "CrossEntropyLoss, smoothed, each": {
    loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.2, reduction: "none" }),
    x: places,
    target: () => randint(0, 6, [9, 4]),
  },
  "CrossEntropyLoss, their sum": { loss: new nn.CrossEntropyLoss({ reduction: "sum" }), x: rows, target: labels },
  "CrossEntropyLoss of probabilities": {
    loss: new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 }),
    x: rows,
    target: () => rows().softmax(1),
  },
  "CrossEntropyLoss of probabilities at places, each": {
    loss: new nn.CrossEntropyLoss({ reduction: "none" }),
    x: places,
    target: () => places().softmax(1),
  },
};

describe.each(Object.entries(losses))("%s", (_, { loss, x, target }) => {
  test("says the same in onnxruntime and as a module of its own, for any number of examples", async () => {
    const inputs = [x(), target()];
    const examples = inputs.map((input) => input.slice(0, 0, 2));
    await compare(loss, examples, inputs);
  });
});

test("a model and its loss are one file, in float64 too", async () => {
  class Trained extends nn.Module {
    readonly linear = new nn.Linear(6, 6, { dtype: "float64" });
    readonly loss = new nn.CrossEntropyLoss({ ignoreIndex: 2 });
    override forward(x: Tensor, target: Tensor): Tensor {
      return this.loss.forward(this.linear.forward(x), target);
    }
  }
  const [x, target] = [rows().to("float64"), ignored()];
  await compare(new Trained(), [x, target], [x, target], 1e-12);
});

test("every module of the library is here", () => {
  const classes = Object.keys(nn).filter(
    (name) => /^[A-Z]/.test(name) && !/^(Module|ModuleDict|Parameter)$/.test(name),
  );
  const names = Object.keys({ ...modules, ...losses }).join(" ");
  const without = ["Fold", "Unfold"]; // this version of ONNX has no such operators
  for (const name of classes) if (!without.includes(name)) expect(names).toContain(name);
});

describe.each(Object.entries(modules))("%s", (_, { make, x }) => {
  test("says the same in onnxruntime and as a module of its own, for any number of examples", async () => {
    const inputs = x();
    const model = trained(make(), inputs);
    await compare(model, inputs.slice(0, 0, 1), [inputs]);
  });
});

class Shortcut extends nn.Module {
  readonly linear = new nn.Linear(6, 6);
  readonly norm = new nn.BatchNorm1d(6);
  readonly scale = new nn.Parameter(randn([6]));
  override forward(x: Tensor): Tensor {
    const y = this.norm.forward(this.linear.forward(x)).tanh().mul(this.scale);
    return x.add(y).div(2).sub(y.exp().add(3).log()).mul(0.5).reshape(x.shape[0], 6).matmul(this.linear.weight);
  }
}

test("a module of one's own is written by what it does, and stays as it was", async () => {
  const inputs = rows();
  const model = trained(new Shortcut(), inputs);
  const before = model.stateDict();
  const modes = model.namedModules().map(([, { training }]) => training);
  await compare(model.train(), inputs.slice(0, 0, 2), [inputs]);
  model.train();
  exportOnnx(model, inputs);
  expect(model.namedModules().map(([, { training }]) => training)).toEqual(modes);
  for (const [name, value] of Object.entries(model.stateDict())) expect(value.eq(before[name]).all().item()).toBe(true);
  expect(model.linear.forward).toBe(Object.getPrototypeOf(model.linear).forward);
});

test("a chain of a thousand operations, and weights shared by two layers, are written", async () => {
  class Long extends nn.Module {
    readonly linear = new nn.Linear(6, 6);
    override forward(x: Tensor): Tensor {
      let y = this.linear.forward(this.linear.forward(x).tanh());
      for (let i = 0; i < 1000; i++) y = y.add(0.001);
      return y;
    }
  }
  const inputs = rows();
  await compare(new Long(), inputs, [inputs]);
});

test("float64 stays float64", async () => {
  const model = new nn.Sequential(new nn.Linear(6, 4, { dtype: "float64" }), new nn.Tanh());
  const x = randn([5, 6], { dtype: "float64" });
  const session = await ort.InferenceSession.create(exportOnnx(model, x));
  const { output } = await session.run({ input: new ort.Tensor("float64", x.data as Float64Array, x.shape) });
  expect(output.type).toBe("float64");
  const y = model.forward(x);
  for (const [i, value] of Array.from(output.data as Float64Array).entries())
    expect(value).toBeCloseTo(Number(y.data[i]), 12);
});

test("names of input and output are taken", async () => {
  const bytes = exportOnnx(new nn.Linear(6, 2), rows(), { inputName: "x", outputName: "logits" });
  const session = await ort.InferenceSession.create(bytes);
  expect([session.inputNames, session.outputNames]).toEqual([["x"], ["logits"]]);
  const loss = exportOnnx(new nn.CrossEntropyLoss(), [rows(), labels()], { inputName: ["scores", "labels"] });
  expect((await ort.InferenceSession.create(loss)).inputNames).toEqual(["scores", "labels"]);
});

class Single extends nn.Module {
  readonly loss = new nn.CrossEntropyLoss();
  override forward(x: Tensor): Tensor {
    return this.loss.forward(x, tensor(1, { dtype: "int32" }));
  }
}

describe("is refused:", () => {
  const of = (forward: (x: Tensor) => Tensor) =>
    new (class extends nn.Module {
      override forward(x: Tensor): Tensor {
        return forward(x);
      }
    })();
  test.each([
    ["what is no module", () => exportOnnx({} as nn.Module, rows()), /a module/],
    ["what is no tensor", () => exportOnnx(new nn.Tanh(), [1] as never), /an example input/],
    ["a single number", () => exportOnnx(new nn.Tanh(), zeros([])), /an example input/],
    [
      "an operation that is not written",
      () =>
        exportOnnx(
          of((x) => x.index(x.gt(0))),
          rows(),
        ),
      /the operation index by a mask/,
    ],
    [
      "statistics of the batch",
      () => exportOnnx(new nn.BatchNorm1d(6, { trackRunningStats: false }), rows()),
      /no running statistics/,
    ],
    [
      "a choice by the input's values",
      () =>
        exportOnnx(
          of((x) => x.mul(x.detach().abs().sum().item())),
          rows(),
        ),
      /item/,
    ],
    ["an unknown option", () => exportOnnx(new nn.Tanh(), rows(), { input: "x" } as object), /options among/],
    ["no example", () => exportOnnx(new nn.Tanh(), []), /an example input/],
    ["one name for two inputs", () => exportOnnx(new nn.MSELoss(), [rows(), rows()], { inputName: ["x"] }), /2 inputs/],
    [
      "the same name for both",
      () => exportOnnx(new nn.MSELoss(), [rows(), rows()], { inputName: ["x", "x"] }),
      /all different/,
    ],
    ["a loss of one example's scores", () => exportOnnx(new Single(), randn([6])), /scores \[n, c\]/],
    ["a name that is none", () => exportOnnx(new nn.Tanh(), rows(), { inputName: "" }), /names/],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(TensorError);
    expect(run).toThrow(message);
  });

  test("and leaves the model as it was", () => {
    const model = new nn.Sequential(new nn.Linear(6, 6), new nn.BatchNorm1d(6, { trackRunningStats: false }));
    expect(() => exportOnnx(model, rows())).toThrow(TensorError);
    expect(model.training).toBe(true);
    expect(model[0].forward).toBe(Object.getPrototypeOf(model[0]).forward);
  });
});
