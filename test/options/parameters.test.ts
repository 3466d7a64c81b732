import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as evenkeel from "evenkeel";
import { Generator, nn, ones, optim, randn, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as plot from "evenkeel/plot";
import * as sweep from "evenkeel/sweep";
import * as testing from "evenkeel/testing";
import { afterAll, expect, test } from "vitest";
import { describe } from "../../src/base/errors.ts";
import * as small from "../plot/small.ts";
import { type Callable, declaredCallables } from "./declared.ts";

// Every parameter of every exported function, class and method is given, in a call that is right but for it, what its
// declaration does not have: other kinds, misspelt words, places and numbers of things that there are none of, options that
// are none. Options of functions and classes are tried in options.test.ts.

afterAll(() => {
  evenkeel.useKernels("wasm"); // of calls that are right, one has others
});

const entries: Readonly<Record<string, unknown>> = { ...evenkeel, analysis, io, plot, sweep, testing };

const x = () => randn([4, 3], { generator: new Generator().manualSeed(0), dtype: "float32" });
const whole = (...values: number[]) => tensor(values, { dtype: "int32" });
const sgd = () => new optim.SGD([new nn.Parameter(ones([2]))], { lr: 0.1, momentum: 0.9 });
/** The one optimiser of a sequence, which its schedulers have to share. */
const sequenced = sgd();
const linear = () => new nn.Linear(3, 2, { generator: new Generator().manualSeed(0) });
const stack = () => new nn.Sequential(linear(), new nn.BatchNorm1d(2), new nn.Tanh(), new nn.Linear(2, 2));
const loader = () => new evenkeel.data.DataLoader([1, 2, 3, 4], { batchSize: 2 });
const doubling = { name: "doubling", forward: (_: never, y: never) => y, vjp: [(g: Tensor) => g] };

/** What methods are called on, by their class. */
const receivers: Readonly<Record<string, () => object>> = {
  Generator: () => new Generator().manualSeed(0),
  defaultGenerator: () => evenkeel.defaultGenerator,
  NDArray: () => x().array,
  Tensor: x,
  "data.DataLoader": loader,
  "data.ConcatDataset": () => new evenkeel.data.ConcatDataset([[1, 2], [3]]),
  "data.Subset": () => new evenkeel.data.Subset([1, 2, 3], [0, 2]),
  "data.TensorDataset": () => new evenkeel.data.TensorDataset(x()),
  "nn.Module": linear,
  "nn.BatchNorm1d": () => new nn.BatchNorm1d(3),
  "nn.BatchNorm2d": () => new nn.BatchNorm2d(3),
  "nn.BatchNorm3d": () => new nn.BatchNorm3d(3),
  "nn.Fold": () => new nn.Fold(4, 2),
  "nn.Unflatten": () => new nn.Unflatten(1, [3, 1]),
  "nn.Unfold": () => new nn.Unfold(2),
  "nn.AdaptiveAvgPool1d": () => new nn.AdaptiveAvgPool1d(2),
  "nn.AdaptiveAvgPool2d": () => new nn.AdaptiveAvgPool2d(2),
  "nn.AvgPool1d": () => new nn.AvgPool1d(2),
  "nn.AvgPool2d": () => new nn.AvgPool2d(2),
  "nn.MaxPool1d": () => new nn.MaxPool1d(2),
  "nn.MaxPool2d": () => new nn.MaxPool2d(2),
  "nn.GhostBatchNorm1d": () => new nn.GhostBatchNorm1d(3, 2),
  "nn.GroupNorm": () => new nn.GroupNorm(1, 3),
  "nn.InstanceNorm1d": () => new nn.InstanceNorm1d(3),
  "nn.InstanceNorm2d": () => new nn.InstanceNorm2d(3),
  "nn.RMSNorm": () => new nn.RMSNorm(3),
  "nn.Conv1d": () => new nn.Conv1d(3, 2, 3),
  "nn.Conv2d": () => new nn.Conv2d(3, 2, 3),
  "nn.CrossEntropyLoss": () => new nn.CrossEntropyLoss(),
  "nn.Dropout": () => new nn.Dropout(),
  "nn.Embedding": () => new nn.Embedding(4, 2),
  "nn.Flatten": () => new nn.Flatten(),
  "nn.GELU": () => new nn.GELU(),
  "nn.Identity": () => new nn.Identity(),
  "nn.LayerNorm": () => new nn.LayerNorm(3),
  "nn.Linear": linear,
  "nn.LpNorm1d": () => new nn.LpNorm1d(3),
  "nn.LpNorm2d": () => new nn.LpNorm2d(3),
  "nn.MSELoss": () => new nn.MSELoss(),
  "nn.NLLLoss": () => new nn.NLLLoss(),
  "nn.Noise1d": () => new nn.Noise1d(3),
  "nn.Noise2d": () => new nn.Noise2d(3),
  "nn.NoisyBatchNorm1d": () => new nn.NoisyBatchNorm1d(3),
  "nn.NoisyBatchNorm2d": () => new nn.NoisyBatchNorm2d(3),
  "nn.ReLU": () => new nn.ReLU(),
  "nn.ModuleDict": () => new nn.ModuleDict({ only: linear() }),
  "nn.Sequential": () => new nn.Sequential(linear()),
  "nn.MultiheadAttention": () => new nn.MultiheadAttention(3, 1),
  "nn.Sigmoid": () => new nn.Sigmoid(),
  "nn.Tanh": () => new nn.Tanh(),
  "nn.BCELoss": () => new nn.BCELoss(),
  "nn.BCEWithLogitsLoss": () => new nn.BCEWithLogitsLoss(),
  "nn.Dropout1d": () => new nn.Dropout1d(),
  "nn.Dropout2d": () => new nn.Dropout2d(),
  "nn.ELU": () => new nn.ELU(),
  "nn.Hardtanh": () => new nn.Hardtanh(),
  "nn.HuberLoss": () => new nn.HuberLoss(),
  "nn.KLDivLoss": () => new nn.KLDivLoss(),
  "nn.L1Loss": () => new nn.L1Loss(),
  "nn.LeakyReLU": () => new nn.LeakyReLU(),
  "nn.LogSoftmax": () => new nn.LogSoftmax(0),
  "nn.SiLU": () => new nn.SiLU(),
  "nn.SmoothL1Loss": () => new nn.SmoothL1Loss(),
  "nn.Softmax": () => new nn.Softmax(0),
  "nn.Softplus": () => new nn.Softplus(),
  "optim.AveragedModel": () => new optim.AveragedModel(new nn.Identity()),
  "optim.Optimizer": sgd,
  "optim.lrScheduler.ReduceLROnPlateau": () => new optim.lrScheduler.ReduceLROnPlateau(sgd()),
  "optim.lrScheduler.LRScheduler": () => new optim.lrScheduler.StepLR(sgd(), 2),
  "analysis.ActivationDrift": () => new analysis.ActivationDrift(null, { layers: ["a"] }),
  "analysis.LiveActivations": () => new analysis.LiveActivations(new nn.Tanh()),
  "analysis.Recorder": () => new analysis.Recorder(linear(), sgd()),
};

/** What is right for a parameter, made anew for each call: by its name, or by that and the name of what takes it. */
const right: Readonly<Record<string, () => unknown>> = {
  options: () => ({}),
  requiresGrad: () => true,
  x,
  a: x,
  b: x,
  i: () => 0,
  v: x,
  fn: () => (y: Tensor) => y.square().sum(),
  dim: () => 0,
  dims: () => [0, 1],
  shape: () => [4, 3],
  parameters: () => [new nn.Parameter(ones([2]))],
  maxNorm: () => 1,
  clipValue: () => 1,
  input: x,
  inputs: () => [ones([2], { dtype: "float64", requiresGrad: true })],
  target: x,
  value: () => 1,
  p: () => 0.5,
  numFeatures: () => 3,
  optimizer: sgd,
  model: stack,
  tensors: () => [x(), x()],
  batchNorm: () => new nn.BatchNorm1d(3),
  gradOutput: x,
  weight: () => zeros([2, 3]),
  low: () => 0,
  high: () => 5,
  start: () => 0,
  end: () => 2,
  step: () => 1,
  steps: () => 3,
  n: () => 3,
  k: () => 2,
  mean: () => 0,
  std: () => 1,
  diagonal: () => 1,
  dtype: () => "float64",
  dataset: () => [1, 2, 3],
  condition: () => x().gt(0),
  mask: () => x().gt(0),
  count: () => 1,
  startDim: () => 0,
  endDim: () => 1,
  min: () => 0,
  max: () => 1,
  times: () => [2, 1, 1],
  lambda: () => 1,
  gradient: () => undefined,
  seed: () => 3,
  bias: () => zeros([2]),
  normalizedShape: () => [3],
  inFeatures: () => 3,
  inChannels: () => 3,
  outChannels: () => 2,
  kernelSize: () => 3,
  numGroups: () => 1,
  numChannels: () => 3,
  outputSize: () => 4,
  unflattenedSize: () => [3, 1],
  padding: () => [1, 1],
  outFeatures: () => 2,
  runningMean: () => zeros([3]),
  runningVar: () => ones([3]),
  numSamples: () => 1,
  mode: () => true,
  loss: () => (z: Tensor) => z.square().sum(),
  lr: () => 0.1,
  name: () => "reference",
  output: () => ones([2], { requiresGrad: true }).sum(),
  data: () => new Float32Array(2),
  num: () => 4,
  gamma: () => 0.9,
  tMax: () => 4,
  milestones: () => [1, 2],
  maxLr: () => 0.1,
  baseLr: () => 0,
  t0: () => 4,
  metric: () => 2,
  size: () => 2,
  chunks: () => 2,
  length: () => 1,
  indices: () => [0, 1],
  shifts: () => 1,
  source: () => 0,
  destination: () => 1,
  q: () => 0.5,
  equation: () => "ij,ij->i",
  stepSize: () => 2,
  nonlinearity: () => "tanh",
  param: () => 0.2,
  numClasses: () => 3,
  layer: () => "a",
  values: () => [1, 2, 3],
  width: () => 10,
  plot: () => plot.lineProfile(small.probe()),
  format: () => "svg",
  optimum: () => ones([2, 3]),
  op: () => doubling,
  others: () => [],
  node: () => null,
  reports: () => [],
  analysis: () => "lineProbe",
  sizes: () => [{ steps: 3 }],
  "NDArray.shape": () => [2],
  "NDArray.base": () => null,
  "NDArray.dtype": () => "float32",
  "NDArray.view.shape": () => [3, 4],
  "Tensor.bernoulli_.p": () => 0.5,
  "Tensor.dot.b": () => ones([3]),
  "Tensor.gather.i": () => whole(0, 0, 0).reshape(1, 3),
  "Tensor.index.i": () => whole(0, 1),
  "Tensor.index.j": () => whole(0, 1),
  "Tensor.lerp_.end": x,
  "Tensor.lerp_.weight": () => 0.5,
  "Tensor.matmul.b": () => zeros([3, 2]),
  "Tensor.norm.p": () => 2,
  "Tensor.outer.b": () => ones([3]),
  "Tensor.prod.dim": () => 0,
  "Tensor.squeeze.dim": () => 0,
  "Tensor.transpose.a": () => 0,
  "Tensor.transpose.b": () => 1,
  "data.WeightedRandomSampler.weights": () => [1, 2],
  "data.ConcatDataset.datasets": () => [[1, 2], [3]],
  "data.randomSplit.lengths": () => [1, 2],
  "data.Subset.indices": () => [0, 2],
  "bernoulli.p": () => ones([2]),
  "bmm.a": () => ones([2, 3, 4]),
  "bmm.b": () => ones([2, 4, 5]),
  "scatter.i": () => whole(0, 0, 0).reshape(1, 3),
  "scatter.src": () => 1,
  "scatter_.i": () => whole(0, 0, 0).reshape(1, 3),
  "scatter_.src": () => 1,
  "scatterAdd.i": () => whole(0, 0, 0).reshape(1, 3),
  "scatterAdd.src": () => ones([1, 3]),
  "scatterAdd_.i": () => whole(0, 0, 0).reshape(1, 3),
  "scatterAdd_.src": () => ones([1, 3]),
  "indexAdd.i": () => whole(0, 1),
  "indexAdd.source": () => ones([2, 3]),
  "indexAdd_.i": () => whole(0, 1),
  "indexAdd_.source": () => ones([2, 3]),
  "indexPut.indices": () => [
    [0, 1],
    [2, 0],
  ],
  "indexPut.values": () => 1,
  "indexPut_.indices": () => [
    [0, 1],
    [2, 0],
  ],
  "indexPut_.values": () => 1,
  "maskedScatter.source": x,
  "maskedScatter_.source": x,
  "setAt.parts": () => ["1:", 0],
  "setAt.values": () => 1,
  "setAt_.parts": () => ["1:", 0],
  "setAt_.values": () => 1,
  "at.parts": () => ["1:", 0],
  "atan2.y": x,
  "histogram.bins": () => 3,
  "bincount.x": () => [0, 2],
  "searchsorted.sorted": () => ones([2]),
  "searchsorted.values": () => 1,
  "einsum.tensors": () => [x(), x()],
  "hstack.tensors": () => [x(), x()],
  "meshgrid.tensors": () => [ones([2]), ones([3])],
  "repeatInterleave.times": () => 2,
  "roll.dims": () => 0,
  "tile.times": () => [2, 1],
  "cat.tensors": () => [x(), x()],
  "grad.inputs": () => [],
  "multinomial.p": () => ones([3]),
  "nn.Embedding.dim": () => 2,
  "nn.BatchNorm2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.BatchNorm3d.forward.x": () => zeros([2, 3, 2, 2, 2]),
  "nn.Fold.forward.x": () => zeros([2, 12, 9]),
  "nn.Unfold.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.fold.x": () => zeros([9, 4]),
  "nn.functional.unfold.x": () => zeros([2, 3, 5, 5]),
  "nn.AdaptiveAvgPool1d.forward.x": () => zeros([2, 3, 5]),
  "nn.functional.instanceNorm.x": () => zeros([2, 3, 5]),
  "nn.functional.adaptiveAvgPool1d.x": () => zeros([2, 3, 5]),
  "nn.AdaptiveAvgPool2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.adaptiveAvgPool2d.x": () => zeros([2, 3, 5, 5]),
  "nn.AvgPool1d.forward.x": () => zeros([2, 3, 5]),
  "nn.functional.avgPool1d.x": () => zeros([2, 3, 5]),
  "nn.AvgPool2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.avgPool2d.x": () => zeros([2, 3, 5, 5]),
  "nn.MaxPool1d.forward.x": () => zeros([2, 3, 5]),
  "nn.functional.maxPool1d.x": () => zeros([2, 3, 5]),
  "nn.MaxPool2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.maxPool2d.x": () => zeros([2, 3, 5, 5]),
  "nn.InstanceNorm1d.forward.x": () => zeros([2, 3, 5]),
  "nn.InstanceNorm2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.BCELoss.forward.input": () => x().sigmoid(),
  "nn.functional.binaryCrossEntropy.input": () => x().sigmoid(),
  "nn.Dropout2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.dropout2d.x": () => zeros([2, 3, 5, 5]),
  "nn.LpNorm2d.forward.x": () => randn([2, 3, 5, 5]),
  "nn.Noise2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.NoisyBatchNorm2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.normalisationStatistics.layer": () => new nn.BatchNorm1d(3),
  "nn.utils.removeWeightNorm.module": () => nn.utils.weightNorm(linear()),
  "nn.utils.removeWeightStandardisation.module": () => nn.utils.weightStandardisation(linear()),
  "nn.utils.weightNorm.module": linear,
  "nn.utils.weightStandardisation.module": linear,
  "nn.utils.removeWeightNorm.name": () => "weight",
  "nn.utils.removeWeightStandardisation.name": () => "weight",
  ghostBatchSize: () => 2,
  swaLr: () => 0.1,
  "optim.AveragedModel.model": linear,
  "optim.AveragedModel.updateParameters.model": () => new nn.Identity(),
  embedDim: () => 4,
  numHeads: () => 2,
  query: x,
  key: x,
  "nn.MultiheadAttention.forward.value": x,
  "nn.functional.scaledDotProductAttention.value": x,
  part: () => 0,
  parts: () => 2,
  engine: () => sweep.inProcess(),
  connection: () => "redis://localhost:1", // asked when it is run
  threads: () => 1,
  paths: () => [fileURLToPath(new URL("../sweep/recorded.jsonl", import.meta.url))],
  "sweep.journal.path": () => "runs.jsonl", // made when the first line is written
  "sweep.list.configurations": () => [{ x: 1 }],
  "sweep.logUniform.low": () => 1,
  "sweep.random.options": () => ({ count: 2 }),
  "nn.Conv1d.forward.x": () => zeros([2, 3, 5]),
  "nn.Conv2d.forward.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.conv1d.x": () => zeros([2, 3, 5]),
  "nn.functional.conv1d.weight": () => zeros([2, 3, 3]),
  "nn.functional.conv2d.x": () => zeros([2, 3, 5, 5]),
  "nn.functional.conv2d.weight": () => zeros([2, 3, 3, 3]),
  "nn.Embedding.forward.i": () => whole(0, 1),
  "nn.ModuleDict.get.name": () => "only",
  "nn.ModuleDict.set.module": linear,
  "nn.Module.registerBuffer.name": () => "kept",
  "nn.Module.registerBuffer.value": x,
  "nn.NLLLoss.forward.target": () => whole(0, 1, 2, 0),
  "nn.CrossEntropyLoss.forward.target": () => whole(0, 1, 2, 0),
  "nn.Sequential.forward.x": x,
  "nn.functional.crossEntropy.target": () => whole(0, 1, 2, 0),
  "nn.functional.embedding.i": () => whole(0, 1),
  "nn.functional.nllLoss.target": () => whole(0, 1, 2, 0),
  "nn.Module.loadStateDict.dict": () => linear().stateDict(),
  "optim.SGD.params": () => [new nn.Parameter(ones([2]))],
  "analysis.toCsv.rows": () => [{ a: 1 }],
  "io.toTensorBoard.entries": () => [{ tag: "a", step: 0, value: 1 }],
  "io.exportOnnx.exampleInput": x,
  "io.exportOnnx.model": () => stack().eval(),
  "io.exportStandalone.exampleInput": x,
  "io.exportStandalone.model": () => stack().eval(),
  "oneHot.x": () => whole(0, 1),
  "optim.SGD.options": () => ({ lr: 0.1 }),
  "optim.lrScheduler.OneCycleLR.options": () => ({ totalSteps: 5 }),
  "optim.lrScheduler.SequentialLR.optimizer": () => sequenced,
  "optim.lrScheduler.SequentialLR.schedulers": () => [new optim.lrScheduler.StepLR(sequenced, 2)],
  "optim.lrScheduler.SequentialLR.milestones": () => [],
  "optim.lrScheduler.LambdaLR.lambda": () => () => 1,
  "nn.utils.vectorToParameters.vector": () => ones([2]),
  "vjp.v": () => tensor(1, { dtype: "float64" }),
};

/** What a method is called on that is not for all of its class. */
const single: Readonly<Record<string, () => object>> = {
  "Tensor.dot": () => ones([3]),
  "Tensor.outer": () => ones([3]),
  "Tensor.backward": () => ones([2], { requiresGrad: true }).sum(),
};

const rightFor = (name: string, parameter: string): unknown => {
  const make = right[`${name}.${parameter}`] ?? right[parameter];
  if (make === undefined) throw new Error(`nothing is said to be right for ${parameter} of ${name}`);
  return make();
};

function invoke(callable: Callable, given: readonly unknown[]): unknown {
  const path = callable.name.split(".");
  const args = given.flatMap((value, i) => (callable.parameters[i].isRest && Array.isArray(value) ? value : [value]));
  const owner = path.slice(0, -1).join(".");
  const on =
    single[callable.name]?.() ??
    receivers[owner]?.() ??
    path.slice(0, -1).reduce((held, key) => Reflect.get(held as object, key), entries as unknown);
  const target = Reflect.get(on as object, path.at(-1) ?? "");
  const isClass = typeof target === "function" && /^class\b/.test(String(target));
  return isClass ? Reflect.construct(target, args) : Reflect.apply(target, on, args);
}

/** What a call is refused with, or null. */
async function call(callable: Callable, given: readonly unknown[]): Promise<unknown> {
  try {
    await invoke(callable, given);
    return null;
  } catch (error) {
    return error;
  }
}

/**
 * What is made by subclasses alone, or says whether a value is one; and arrays, which kernels make in every step: what an
 * operation gives back is looked at.
 */
const aside =
  /^(NDArray(\.view)?|optim\.(Optimizer|AdamOptimizer|optionRules\..*)|optim\.lrScheduler\.LRScheduler|Tensor|TensorError|version\..*)$/;

const callables = declaredCallables().filter(
  ({ name, isMethod, parameters }) =>
    !aside.test(name) && parameters.some(({ isPlain, options }) => isPlain || (isMethod && options.length > 0)),
);

const { NaN: nan, NEGATIVE_INFINITY: below } = Number;

/** What is right, though it seems odd: values that a tensor may hold, and ends that lie beyond. */
const alsoRight: Record<string, readonly unknown[]> = {
  value: [true, nan, below],
  min: [nan, below],
  max: [nan, below],
  mean: [nan, below],
  normType: [below],
  metric: [nan, below],
  start: [below],
  end: [below],
  "Tensor.norm.p": [below],
  threshold: [below],
  values: [[nan], [below]],
  "arange.options": [1], // it is the end
  "at.parts": [null, 1],
  "Tensor.flip.dims": [1, [], [1]],
  "nn.Embedding.dim": [7],
  "nn.LogSoftmax.dim": [7, -7], // of inputs of more dimensions
  "nn.Softmax.dim": [7, -7],
  "nn.Unflatten.dim": [7, -7],
};

test.each(callables.map((callable) => [callable.name, callable] as const))("%s", async (name, callable) => {
  const args = () => callable.parameters.map((p) => rightFor(name, p.name));
  expect(await call(callable, args())).toBeNull();
  const taken: string[] = [];
  const tryOut = async (label: string, given: unknown[], value: unknown, named: string) => {
    const error = await call(callable, given);
    const isRefused = error instanceof TensorError && error.message.toLowerCase().includes(named.toLowerCase());
    if (!isRefused) taken.push(`${label} = ${describe(value)}: ${error === null ? "taken" : String(error)}`);
  };
  const isRight = (value: unknown, parameter: string): boolean =>
    [parameter, `${name}.${parameter}`].some((key) => alsoRight[key]?.some((one) => isDeepStrictEqual(one, value)));
  for (const [at, parameter] of callable.parameters.entries()) {
    const wrong = parameter.wrong.filter((value) => !isRight(value, parameter.name));
    for (const value of wrong) {
      await tryOut(parameter.name, Object.assign(args(), { [at]: value }), value, "");
    }
    for (const option of callable.isMethod ? parameter.options : []) {
      for (const value of option.wrong.filter((one) => !isRight(one, option.name))) {
        const given = args();
        given[at] = { ...(given[at] as object), [option.name]: value };
        await tryOut(option.name, given, value, option.name);
      }
    }
  }
  expect(taken).toEqual([]);
});

/** Indices that are among other things, where those of the right call are none. */
const indicesAmong: Readonly<Record<string, readonly unknown[]>> = {
  "at.parts": [[0, 2], ":"],
  "setAt.parts": [[0, 2], ":"],
  "setAt_.parts": [[0, 2], ":"],
  "repeatInterleave.times": [0, 1, 2, 0],
};

/** What takes indices or labels of any size. */
const endless = /^(bincount|repeatInterleave)\./;

const takers = declaredCallables().flatMap((callable) =>
  callable.parameters
    .map((parameter, at) => ({ name: `${callable.name}.${parameter.name}`, callable, at, type: parameter.type }))
    .filter(({ type }) => /\b(Indices|WholeNumbers|Part)\b/.test(type)),
);

/** The same with another number in place of the first. */
const withFirst = (value: unknown, first: unknown): unknown =>
  Array.isArray(value) ? [withFirst(value[0], first), ...value.slice(1)] : first;

test("the functions that take indices or labels are known by their types", () => {
  const names = takers.map(({ name }) => name);
  expect(names).toContain("nn.functional.crossEntropy.target");
  expect(names).toContain("nn.Embedding.forward.i");
  expect(names).toContain("Tensor.gather.i");
  expect(names.length).toBeGreaterThan(20);
});

test.each(takers.map((taker) => [taker.name, taker] as const))(
  "%s takes arrays of whole numbers as it takes an int32 tensor, and refuses others",
  async (name, { callable, at, type }) => {
    const isList = /Part|Indices\[\]/.test(type);
    const usual = rightFor(callable.name, callable.parameters[at].name);
    const arrays = indicesAmong[name] ?? (evenkeel.isTensor(usual) ? usual.toArray<unknown[]>() : (usual as unknown[]));
    const tensors = isList
      ? arrays.map((part) => (typeof part === "string" ? part : tensor(part as number[], { dtype: "int32" })))
      : tensor(arrays as number[], { dtype: "int32" });
    const given = (value: unknown) =>
      Object.assign(
        callable.parameters.map((p) => rightFor(callable.name, p.name)),
        { [at]: value },
      );
    const result = (value: unknown) => {
      evenkeel.manualSeed(0);
      return (invoke(callable, given(value)) as Tensor).toArray();
    };
    expect(result(arrays)).toEqual(result(tensors));
    const wrong = [0.5, Number.NaN, "0", ...(endless.test(name) ? [] : [1000, -1000])];
    const ragged = isList ? [[[0, 1], [0]]] : [[0, 1], [0]];
    for (const value of [...wrong.map((first) => withFirst(arrays, first)), ragged]) {
      expect(await call(callable, given(value)), describe(value)).toBeInstanceOf(TensorError);
    }
  },
);
