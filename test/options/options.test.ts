import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as evenkeel from "evenkeel";
import { Generator, grad, nn, ones, optim, randn, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as plot from "evenkeel/plot";
import * as sweep from "evenkeel/sweep";
import * as testing from "evenkeel/testing";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as small from "../plot/small.ts";
import { declaredCallables, declaredOptions } from "./declared.ts";

type Options = Readonly<Record<string, unknown>>;

/** A call that is right but for the options that are given it. */
type Call = (options: never) => unknown;

const x = () => randn([4, 3], { generator: new Generator().manualSeed(0) });

function model(): nn.Sequential {
  const generator = new Generator().manualSeed(0);
  return new nn.Sequential(
    new nn.Linear(3, 2, { generator }),
    new nn.BatchNorm1d(2),
    new nn.Tanh(),
    new nn.Linear(2, 2, { generator }),
  );
}

/** An analysis of a model and its loss; with options that it has to have, unless they are given. */
const ofLoss =
  (run: (m: nn.Module, loss: () => Tensor, options: never) => unknown, own: Options = {}): Call =>
  (options: Options) => {
    const [m, inputs] = [model(), x()];
    return run(m, () => m.forward(inputs).square().mean(), { ...own, ...options } as never);
  };

const ofBatches =
  (run: (m: nn.Module, batches: Tensor[], options: never) => unknown): Call =>
  (options: never) =>
    run(model(), [x()], options);

const ofInputs =
  (run: (m: nn.Module, inputs: Tensor, options: never) => unknown): Call =>
  (options: never) =>
    run(model(), x(), options);

const slice = (run: (target: analysis.Slice, options: never) => unknown): Call =>
  ofLoss((m, loss, options) => run({ model: m, loss }, options), { starts: [0], lr: 0.1 });

const between = (run: typeof analysis.interpolate): Call =>
  ofLoss((m, loss, options) => run(m, loss, m.stateDict(), m.stateDict(), options));

const comparing =
  (run: typeof analysis.compare): Call =>
  (options: Options) =>
    run({
      variants: { one: model },
      data: [x()],
      loss: (m: nn.Module, batch: Tensor) => m.forward(batch).square().mean(),
      optimizer: (m: nn.Module) => new optim.SGD(m.parameters(), { lr: 0.1 }),
      steps: 1,
      ...options,
    } as never);

const shape = [2, 2];
const parameters = () => [new nn.Parameter(ones([2]))];
const sgd = () => new optim.SGD(parameters(), { lr: 0.1, momentum: 0.9 });
const logits = () => [zeros([2, 3]), tensor([0, 1], { dtype: "int32" })] as const;
const norm = () => new nn.BatchNorm1d(3);
const { functional: F, init } = nn;
const { lrScheduler } = optim;

/** Analyses that take what others take too, and their twins that let others work. */
const analyses: Readonly<Record<string, (run: never) => Call>> = {
  batchNormHealth: ofBatches,
  compare: comparing,
  deadUnits: ofBatches,
  descend1d: slice,
  effectiveRank: ofInputs,
  exampleCorrelation: ofInputs,
  gradientAlignment: ofLoss,
  gradientReport: ofLoss,
  hessianDiagonal: ofLoss,
  hessianEigenvalues: ofLoss,
  hessianTrace: ofLoss,
  initialLossCheck: (run) => ofLoss(run, { numClasses: 2 }),
  internalCovariateShift: (run) => ofLoss(run, { lr: 0.1 }),
  interpolate: between,
  learningRateTest: (run) => ofLoss(run, { steps: 2 }),
  layerInterference: (run) => ofLoss(run, { lr: 0.1 }),
  lineProbe: (run) => ofLoss(run, { steps: [0.1] }),
  lossSurface: (run) => ofLoss(run, { points: 1 }),
  recalibrateBatchNorm: ofBatches,
  spectralDensity: ofLoss,
  summary: ofInputs,
  updateRatios: (run) => ofLoss(run, { lr: 0.1 }),
  weightScaleInvariance: ofLoss,
};

const functions = analysis as unknown as Readonly<Record<string, never>>;
const called = Object.entries(analyses).flatMap(([name, call]) =>
  [name, `${name}Async`]
    .filter((own) => own in functions)
    .map((own) => [`analysis.${own}`, call(functions[own])] as const),
);

/** Every function and class that takes options. */
const calls: Record<string, Call> = {
  ...Object.fromEntries(called),
  grad: (o) => {
    const w = ones([2], { requiresGrad: true });
    return grad(w.square().sum(), [w], o);
  },
  compiled: (o) => evenkeel.compiled((a: Tensor) => a.square(), o),
  tensor: (o) => tensor([1], o),
  arange: (o) => evenkeel.arange(3, o),
  eye: (o) => evenkeel.eye(2, o),
  full: (o) => evenkeel.full(shape, 1, o),
  linspace: (o) => evenkeel.linspace(0, 1, 3, o),
  ones: (o) => ones(shape, o),
  onesLike: (o) => evenkeel.onesLike(x(), o),
  zeros: (o) => zeros(shape, o),
  zerosLike: (o) => evenkeel.zerosLike(x(), o),
  bernoulli: (o) => evenkeel.bernoulli(ones([2]), o),
  multinomial: (o) => evenkeel.multinomial(ones([3]), 2, o),
  rand: (o) => evenkeel.rand(shape, o),
  randint: (o) => evenkeel.randint(0, 5, shape, o),
  randn: (o) => randn(shape, o),
  randperm: (o) => evenkeel.randperm(4, o),
  argsort: (o) => evenkeel.argsort(x(), 0, o),
  histogram: (o) => evenkeel.histogram(x(), 3, o),
  indexAdd: (o) => evenkeel.indexAdd(x(), 0, [0], ones([1, 3]), o),
  indexAdd_: (o) => evenkeel.indexAdd_(x(), 0, [0], ones([1, 3]), o),
  indexPut: (o) => evenkeel.indexPut(x(), [[0]], 1, o),
  indexPut_: (o) => evenkeel.indexPut_(x(), [[0]], 1, o),
  bincount: (o) => evenkeel.bincount([0, 2], o),
  searchsorted: (o) => evenkeel.searchsorted(ones([2]), 1, o),
  cdist: (o) => evenkeel.cdist(x(), x(), o),
  fullLike: (o) => evenkeel.fullLike(x(), 1, o),
  median: (o) => evenkeel.median(x(), 0, o),
  meshgrid: (o) => evenkeel.meshgrid([ones([2]), ones([3])], o),
  nanToNum: (o) => evenkeel.nanToNum(x(), o),
  nanmean: (o) => evenkeel.nanmean(x(), 0, o),
  nansum: (o) => evenkeel.nansum(x(), 0, o),
  quantile: (o) => evenkeel.quantile(x(), 0.5, 0, o),
  randLike: (o) => evenkeel.randLike(x(), o),
  randintLike: (o) => evenkeel.randintLike(x(), 0, 5, o),
  randnLike: (o) => evenkeel.randnLike(x(), o),
  stdMean: (o) => evenkeel.stdMean(x(), 0, o),
  varMean: (o) => evenkeel.varMean(x(), 0, o),
  setPrintoptions: (o) => evenkeel.setPrintoptions(o),
  "data.DataLoader": (o) => new evenkeel.data.DataLoader([1, 2, 3], o),
  "data.WeightedRandomSampler": (o) => new evenkeel.data.WeightedRandomSampler([1, 2], 2, o),
  "data.randomSplit": (o) => evenkeel.data.randomSplit([1, 2, 3], [1, 2], o),
  "nn.BatchNorm1d": (o) => new nn.BatchNorm1d(3, o),
  "nn.Parameter": (o) => new nn.Parameter(ones([2]), o),
  "nn.BatchNorm2d": (o) => new nn.BatchNorm2d(3, o),
  "nn.BatchNorm3d": (o) => new nn.BatchNorm3d(3, o),
  "nn.Fold": (o) => new nn.Fold(4, 2, o),
  "nn.Unfold": (o) => new nn.Unfold(2, o),
  "nn.functional.fold": (o) => F.fold(zeros([4, 9]), 4, 2, o),
  "nn.functional.pad": (o) => F.pad(x(), [1, 1], o),
  "nn.functional.unfold": (o) => F.unfold(zeros([1, 4, 4]), 2, o),
  "nn.AvgPool1d": (o) => new nn.AvgPool1d(2, o),
  "nn.AvgPool2d": (o) => new nn.AvgPool2d(2, o),
  "nn.MaxPool1d": (o) => new nn.MaxPool1d(2, o),
  "nn.MaxPool2d": (o) => new nn.MaxPool2d(2, o),
  "nn.functional.avgPool1d": (o) => F.avgPool1d(zeros([1, 4]), 2, o),
  "nn.functional.avgPool2d": (o) => F.avgPool2d(zeros([1, 4, 4]), 2, o),
  "nn.functional.maxPool1d": (o) => F.maxPool1d(zeros([1, 4]), 2, o),
  "nn.functional.maxPool2d": (o) => F.maxPool2d(zeros([1, 4, 4]), 2, o),
  "nn.GhostBatchNorm1d": (o) => new nn.GhostBatchNorm1d(3, 2, o),
  "nn.GroupNorm": (o) => new nn.GroupNorm(2, 4, o),
  "nn.InstanceNorm1d": (o) => new nn.InstanceNorm1d(3, o),
  "nn.InstanceNorm2d": (o) => new nn.InstanceNorm2d(3, o),
  "nn.RMSNorm": (o) => new nn.RMSNorm(3, o),
  "nn.functional.groupNorm": (o) => F.groupNorm(x(), 1, o),
  "nn.functional.instanceNorm": (o) => F.instanceNorm(zeros([2, 3, 4]), o),
  "nn.functional.rmsNorm": (o) => F.rmsNorm(x(), [3], o),
  "nn.Conv1d": (o) => new nn.Conv1d(2, 4, 3, o),
  "nn.Conv2d": (o) => new nn.Conv2d(2, 4, 3, o),
  "nn.functional.conv1d": (o) => F.conv1d(zeros([2, 2, 5]), zeros([4, 2, 3]), null, o),
  "nn.functional.conv2d": (o) => F.conv2d(zeros([2, 2, 5, 5]), zeros([4, 2, 3, 3]), null, o),
  "nn.CrossEntropyLoss": (o) => new nn.CrossEntropyLoss(o).forward(...logits()),
  "nn.Dropout": (o) => new nn.Dropout(0.5, o).forward(x()),
  "nn.Embedding": (o) => new nn.Embedding(4, 3, o),
  "nn.Flatten": (o) => new nn.Flatten(o),
  "nn.GELU": (o) => new nn.GELU(o),
  "nn.LayerNorm": (o) => new nn.LayerNorm(3, o),
  "nn.Linear": (o) => new nn.Linear(3, 2, o),
  "nn.LpNorm1d": (o) => new nn.LpNorm1d(3, o),
  "nn.LpNorm2d": (o) => new nn.LpNorm2d(3, o),
  "nn.MSELoss": (o) => new nn.MSELoss(o),
  "nn.NLLLoss": (o) => new nn.NLLLoss(o).forward(...logits()),
  "nn.Noise1d": (o) => new nn.Noise1d(3, o),
  "nn.Noise2d": (o) => new nn.Noise2d(3, o),
  "nn.NoisyBatchNorm2d": (o) => new nn.NoisyBatchNorm2d(3, o),
  "nn.utils.weightNorm": (o) => nn.utils.weightNorm(new nn.Linear(3, 2), o),
  "nn.utils.weightStandardisation": (o) => nn.utils.weightStandardisation(new nn.Linear(3, 2), o),
  "nn.NoisyBatchNorm1d": (o) => new nn.NoisyBatchNorm1d(3, o),
  "nn.BCELoss": (o) => new nn.BCELoss(o).forward(x().sigmoid(), x()),
  "nn.BCEWithLogitsLoss": (o) => new nn.BCEWithLogitsLoss(o).forward(x(), x()),
  "nn.Dropout1d": (o) => new nn.Dropout1d(0.5, o).forward(x()),
  "nn.Dropout2d": (o) => new nn.Dropout2d(0.5, o).forward(zeros([1, 2, 3, 4])),
  "nn.ELU": (o) => new nn.ELU(o),
  "nn.Hardtanh": (o) => new nn.Hardtanh(o),
  "nn.HuberLoss": (o) => new nn.HuberLoss(o),
  "nn.KLDivLoss": (o) => new nn.KLDivLoss(o),
  "nn.L1Loss": (o) => new nn.L1Loss(o),
  "nn.LeakyReLU": (o) => new nn.LeakyReLU(o),
  "nn.SmoothL1Loss": (o) => new nn.SmoothL1Loss(o),
  "nn.Softplus": (o) => new nn.Softplus(o),
  "nn.functional.binaryCrossEntropy": (o) => F.binaryCrossEntropy(x().sigmoid(), x(), o),
  "nn.functional.binaryCrossEntropyWithLogits": (o) => F.binaryCrossEntropyWithLogits(x(), x(), o),
  "nn.functional.dropout1d": (o) => F.dropout1d(x(), o),
  "nn.functional.dropout2d": (o) => F.dropout2d(zeros([1, 2, 3, 4]), o),
  "nn.functional.elu": (o) => F.elu(x(), o),
  "nn.functional.hardtanh": (o) => F.hardtanh(x(), o),
  "nn.functional.huberLoss": (o) => F.huberLoss(x(), x(), o),
  "nn.functional.klDiv": (o) => F.klDiv(x(), x(), o),
  "nn.functional.l1Loss": (o) => F.l1Loss(x(), x(), o),
  "nn.functional.leakyRelu": (o) => F.leakyRelu(x(), o),
  "nn.functional.smoothL1Loss": (o) => F.smoothL1Loss(x(), x(), o),
  "nn.functional.softplus": (o) => F.softplus(x(), o),
  "nn.MultiheadAttention": (o) => new nn.MultiheadAttention(4, 2, o),
  "nn.functional.scaledDotProductAttention": (o) => F.scaledDotProductAttention(x(), x(), x(), o),
  "nn.functional.gelu": (o) => F.gelu(x(), o),
  "nn.functional.batchNorm": (o: Options) => F.batchNorm(x(), zeros([3]), ones([3]), { training: true, ...o }),
  "nn.functional.crossEntropy": (o) => F.crossEntropy(...logits(), o),
  "nn.functional.dropout": (o) => F.dropout(x(), o),
  "nn.functional.embedding": (o) => F.embedding(tensor([0], { dtype: "int32" }), x(), o),
  "nn.functional.layerNorm": (o) => F.layerNorm(x(), [3], o),
  "nn.functional.mseLoss": (o) => F.mseLoss(x(), x(), o),
  "nn.functional.nllLoss": (o) => F.nllLoss(...logits(), o),
  "nn.init.normal_": (o) => init.normal_(zeros(shape), o),
  "nn.init.uniform_": (o) => init.uniform_(zeros(shape), o),
  "nn.init.kaimingNormal_": (o) => init.kaimingNormal_(zeros(shape), o),
  "nn.init.kaimingUniform_": (o) => init.kaimingUniform_(zeros(shape), o),
  "nn.init.orthogonal_": (o) => init.orthogonal_(zeros(shape), o),
  "nn.init.truncNormal_": (o) => init.truncNormal_(zeros(shape), o),
  "nn.init.xavierNormal_": (o) => init.xavierNormal_(zeros(shape), o),
  "nn.init.xavierUniform_": (o) => init.xavierUniform_(zeros(shape), o),
  "nn.utils.clipGradNorm_": (o) => nn.utils.clipGradNorm_(parameters(), 1, o),
  "optim.Adam": (o) => new optim.Adam(parameters(), o),
  "optim.AdamW": (o) => new optim.AdamW(parameters(), o),
  "optim.Adagrad": (o) => new optim.Adagrad(parameters(), o),
  "optim.LBFGS": (o) => new optim.LBFGS(parameters(), o),
  "optim.Lion": (o) => new optim.Lion(parameters(), o),
  "optim.NAdam": (o) => new optim.NAdam(parameters(), o),
  "optim.RAdam": (o) => new optim.RAdam(parameters(), o),
  "optim.RMSprop": (o) => new optim.RMSprop(parameters(), o),
  "optim.SGD": (o: Options) => new optim.SGD(parameters(), { lr: 0.1, ...o }),
  "optim.lrScheduler.CosineAnnealingLR": (o) => new lrScheduler.CosineAnnealingLR(sgd(), 5, o),
  "optim.lrScheduler.CosineAnnealingWarmRestarts": (o) => new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 5, o),
  "optim.AveragedModel": (o) => new optim.AveragedModel(new nn.Linear(3, 2), o),
  "optim.lrScheduler.SWALR": (o) => new lrScheduler.SWALR(sgd(), 0.1, o),
  "optim.lrScheduler.CyclicLR": (o) => new lrScheduler.CyclicLR(sgd(), 0, 1, o),
  "optim.lrScheduler.LinearLR": (o) => new lrScheduler.LinearLR(sgd(), o),
  "optim.lrScheduler.PolynomialLR": (o) => new lrScheduler.PolynomialLR(sgd(), o),
  "optim.lrScheduler.ReduceLROnPlateau": (o) => new lrScheduler.ReduceLROnPlateau(sgd(), o),
  "optim.lrScheduler.ExponentialLR": (o) => new lrScheduler.ExponentialLR(sgd(), 0.9, o),
  "optim.lrScheduler.LambdaLR": (o) => new lrScheduler.LambdaLR(sgd(), () => 1, o),
  "optim.lrScheduler.MultiStepLR": (o) => new lrScheduler.MultiStepLR(sgd(), [2], o),
  "optim.lrScheduler.OneCycleLR": (o: Options) => new lrScheduler.OneCycleLR(sgd(), 0.1, { totalSteps: 5, ...o }),
  "optim.lrScheduler.StepLR": (o) => new lrScheduler.StepLR(sgd(), 2, o),
  "analysis.ActivationDrift": (o) => new analysis.ActivationDrift(model(), o),
  "analysis.LiveActivations": (o) => new analysis.LiveActivations(model(), o),
  "analysis.Recorder": (o) => {
    const m = model();
    return new analysis.Recorder(m, new optim.SGD(m.parameters(), { lr: 0.1 }), o);
  },
  "analysis.activationReport": (o) => analysis.activationReport(model(), x(), o),
  "analysis.computationGraph": (o) => analysis.computationGraph(ones([2], { requiresGrad: true }).sum(), o),
  "analysis.effectiveLearningRate": (o) => analysis.effectiveLearningRate(model(), 0.1, o),
  "analysis.explainBatchNormCurvature": (o) =>
    analysis.explainBatchNormCurvature(norm(), x(), (z) => z.square().sum(), o),
  "analysis.explainBatchNormGradient": (o) => analysis.explainBatchNormGradient(norm(), x(), x(), o),
  "analysis.explainBatchNormMinimax": (o) => analysis.explainBatchNormMinimax(norm(), x(), x(), o),
  "io.exportOnnx": (o) => io.exportOnnx(model().eval(), x(), o),
  "io.loadCheckpoint": (o) => {
    const m = model();
    return io.loadCheckpoint(io.saveCheckpoint({ m }), { m }, o);
  },
  "io.fromNpy": (o) => io.fromNpy(io.toNpy(x()), o),
  "io.fromSafetensors": (o) => io.fromSafetensors(io.toSafetensors({ a: x() }), o),
  "io.fromTorch": (o) => io.fromTorch(io.toTorch({ a: x() }), o),
  "io.openNpz": (o) => io.openNpz(io.toNpz({ a: x() }), o),
  "io.readTorch": (o) => io.readTorch(io.toTorch({ a: x() }), o),
  "io.readNpz": (o) => io.readNpz(io.toNpz({ a: x() }), o),
  "io.readSafetensors": (o) => io.readSafetensors(io.toSafetensors({ a: x() }), o),
  "io.readRows": (o) => io.readRows(new Uint8Array(0), o),
  "io.toTensorBoard": (o) => io.toTensorBoard([], o),
  "io.toSafetensors": (o) => io.toSafetensors({ a: x() }, o),
  "io.writeSafetensors": (o) => io.writeSafetensors({ a: x() }, o),
  "analysis.sharpnessProbe": (o) => analysis.sharpnessProbe(o),
  "plot.LiveView": (o) => new plot.LiveView(() => plot.lineProfile(small.probe()), o),
  "plot.ProgressLine": (o: Options) => new plot.ProgressLine({ steps: 3, write: () => {}, ...o } as never),
  "plot.activationHistograms": (o) => plot.activationHistograms(small.activations(), o),
  "plot.activationRidges": (o) => plot.activationRidges(small.drift([0]), o),
  "plot.covariateShiftBars": (o) => plot.covariateShiftBars(small.shift(), o),
  "plot.deadUnitTimeline": (o) => plot.deadUnitTimeline(small.deadTimeline(), o),
  "plot.descentPaths": (o) => plot.descentPaths(small.descents(), o),
  "plot.gradientProjection": (o) => plot.gradientProjection(small.theorems().gradient, o),
  "plot.gradientHistograms": (o) => plot.gradientHistograms(small.gradients(), o),
  "plot.hessianSpectrum": (o) => plot.hessianSpectrum(small.density(), o),
  "plot.interferenceHeatMap": (o) => plot.interferenceHeatMap(small.interference(), o),
  "plot.interpolationCurve": (o) => plot.interpolationCurve(small.between(), o),
  "plot.landscapeBands": (o) => plot.landscapeBands(small.probes(), o),
  "plot.lineProfile": (o) => plot.lineProfile(small.probe(), o),
  "plot.lossCurves": (o) => plot.lossCurves(small.comparison(), o),
  "plot.ownPlot": (o: Options) => plot.ownPlot({ mark: "bar" }, { title: "Mine", ...o } as never),
  "plot.percentileBands": (o) => plot.percentileBands(small.drift([0]), o),
  "plot.profileCurves": (o) => plot.profileCurves(small.correlation(), o),
  "plot.rateTestCurve": (o) => plot.rateTestCurve(small.rateTest(), o),
  "plot.rateScaleMap": (o) => plot.rateScaleMap(small.cells(), o),
  "plot.render": (o) => plot.render(plot.lineProfile(small.probe()), "svg", o),
  "plot.report": (o) => plot.report(small.comparison(), o),
  "plot.reportPage": (o: Options) => plot.reportPage({ title: "A page", ...o } as never),
  "plot.saturationBitmap": (o) => plot.saturationBitmap(small.dead(), o),
  "plot.surfaceContours": (o) => plot.surfaceContours(small.surface(), o),
  "plot.surfaceRelief": (o) => plot.surfaceRelief(small.surface(), o),
  "plot.theoremTerms": (o) => plot.theoremTerms(small.theorems().gradient, o),
  "plot.updateRatioCurves": (o) => plot.updateRatioCurves(small.comparison(), o),
  "plot.updateRatioDots": (o) => plot.updateRatioDots(small.ratios(), o),
  "sweep.openSweep": (o: Options) => sweep.openSweep({ space: sweep.list([{ x: 1 }]), cell: () => 1, ...o } as never),
  "sweep.queue": (o) => sweep.queue("redis://localhost:1", o),
  "sweep.sweepReport": (o) => sweep.sweepReport(small.swept(), o),
  "sweep.sweepWorkers": (o) => sweep.sweepWorkers("redis://localhost:1", o),
  "sweep.random": (o: Options) => sweep.random({ x: [1, 2] }, { count: 3, ...o }),
  "sweep.sweep": (o: Options) => sweep.sweep({ space: sweep.list([{ x: 1 }]), cell: () => 1, ...o } as never),
  "sweep.sweepRateScaleMap": (o) => sweep.sweepRateScaleMap(small.swept(), o),
  "testing.allclose": (o) => testing.allclose(x(), x(), o),
  "testing.gradcheck": (o) =>
    testing.gradcheck((a) => a.square(), [ones([2], { dtype: "float64", requiresGrad: true })], o),
  "testing.gradgradcheck": (o) =>
    testing.gradgradcheck((a) => a.square(), [ones([2], { dtype: "float64", requiresGrad: true })], o),
};

/** Made by subclasses alone, which say what options there are. */
const abstract = ["optim.Optimizer", "optim.AdamOptimizer"];

/** Numbers that are right, though the sentence speaks of a number of something. */
const alsoRight: Record<string, readonly unknown[]> = {
  startDim: [7, -7], // of inputs of more dimensions
  endDim: [7, -7],
  tiny: [1.5, Number.POSITIVE_INFINITY], // a threshold
  scale: [1.5], // of pixels
  normType: [Number.NEGATIVE_INFINITY], // the smallest of sizes
  eigenvalues: [[null], [Number.NaN], [Number.NEGATIVE_INFINITY]], // left out, as in any figure
  value: [Number.NaN, Number.NEGATIVE_INFINITY], // what is put around
  nan: [Number.NaN, Number.NEGATIVE_INFINITY], // what stands in its place may be any number
  posinf: [Number.NaN, Number.NEGATIVE_INFINITY],
  neginf: [Number.NaN, Number.NEGATIVE_INFINITY],
  minVal: [Number.NEGATIVE_INFINITY], // no bound
  threshold: [Number.NEGATIVE_INFINITY], // beyond which all is
  seed: [-1], // counted from 2^64 down
};

const callables = declaredCallables();
const declared = declaredOptions(callables.filter(({ isMethod }) => !isMethod));

test("every function and class that takes options is here", () => {
  expect(Object.keys(calls).sort()).toEqual([...declared.keys()].filter((name) => !abstract.includes(name)).sort());
});

/** Options that have the rules of others: of the same names, or with one number in the place of one or two. */
const ruledAs: Readonly<Record<string, string>> = {
  BatchNorm1dOptions: "BatchNormLayerOptions",
  BatchNorm2dOptions: "BatchNormLayerOptions",
  BatchNorm3dOptions: "BatchNormLayerOptions",
  Conv1dFunctionOptions: "Conv2dFunctionOptions",
  Conv1dOptions: "Conv2dOptions",
  MaxPool1dOptions: "MaxPool2dOptions",
};

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const ruleSources = globSync("**/*.ts", { cwd: src }).map((name) => readFileSync(src + name, "utf8"));

/** The interface of options that a type is, or is a part of. */
const interfaceOf = (type: string): string => /^(?:Partial<)?(\w+)/.exec(type)?.[1] ?? "";

test("every interface of options has a record of rules", () => {
  const ruled = new Set(
    ruleSources.flatMap((text) =>
      [...text.matchAll(/(?:Option|Declared)Rules<(?:Partial<)?(\w+)/g)].map(([, name]) => name),
    ),
  );
  const taken = callables
    .filter(({ isMethod }) => !isMethod)
    .flatMap(({ parameters }) => parameters.filter(({ options: own }) => own.length > 0))
    .map(({ type }) => interfaceOf(type));
  expect([...new Set(taken)].filter((name) => name !== "" && !ruled.has(ruledAs[name] ?? name))).toEqual([]);
  expect(taken.length).toBeGreaterThan(50);
});

type Literal = ts.ObjectLiteralExpression;

/** The constants of a file that are written out as an object, by name, with the type that they satisfy. */
function objectsIn(text: string): { readonly name: string; readonly of: string; readonly object: Literal }[] {
  const source = ts.createSourceFile("rules.ts", text, ts.ScriptTarget.Latest, true);
  const recordsIn = (node: ts.Expression): readonly Literal[] => {
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))
      return recordsIn(node.expression);
    if (ts.isCallExpression(node)) return node.arguments.flatMap(recordsIn); // Object.assign
    return ts.isObjectLiteralExpression(node) ? [node] : [];
  };
  return source.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const [{ name, initializer }] = declarationList.declarations;
    if (initializer === undefined) return [];
    const of = ts.isSatisfiesExpression(initializer) ? initializer.type.getText() : "";
    return recordsIn(initializer).map((object) => ({ name: name.getText(), of, object }));
  });
}

const objects = ruleSources.flatMap(objectsIn);
/** Rules that several records share. */
const sharedRules = new Map(
  objects
    .filter(({ object }) => object.properties.some((property) => /^(is|words)$/.test(property.name?.getText() ?? "")))
    .map(({ name, object }) => [name, object]),
);

/** The rules that are written out, each with the interface that it is of, and the option's name. */
const rules = objects.flatMap(({ of: type, object }) => {
  const [, of] = /^(?:Option|Declared)Rules<(?:Partial<)?(\w+)/.exec(type) ?? [];
  if (of === undefined) return [];
  return object.properties.flatMap((property) => {
    const option = property.name?.getText() ?? "";
    const given = ts.isPropertyAssignment(property) ? property.initializer : property.name;
    const rule = given && (ts.isObjectLiteralExpression(given) ? given : sharedRules.get(given.getText()));
    return rule === undefined ? [] : [{ of, option, rule }];
  });
});

/**
 * Those whose default depends on others: two places look for one seed, a plane reaches as far as its path, lines stay or not, AdamW
 * decays by itself, and whole random numbers are int32.
 */
const dependent = [
  "AdamOptions.weightDecay",
  "LossSurfaceOptions.extent",
  "ProgressLineOptions.interval",
  "RandintOptions.dtype",
  "RandomTensorOptions.dtype",
  "SeedOptions.seed",
];

test("the default of a rule is the one that its sentence says", () => {
  const said = new Map<string, string>(
    callables.flatMap(({ parameters }) =>
      parameters.flatMap(({ type, options: own }) =>
        own.map(({ name, text }) => [`${interfaceOf(type)}.${name}`, text] as [string, string]),
      ),
    ),
  );
  const known = rules.flatMap(({ of, option, rule }) => {
    const place = `${of}.${option}`;
    const [, literal] = /Default\s`("[^"]*"|true|false|[\d.e-]+)`/.exec(said.get(place) ?? "") ?? [];
    const own = rule.properties.find((property) => property.name?.getText() === "default");
    const actual = own !== undefined && ts.isPropertyAssignment(own) ? own.initializer.getText() : undefined;
    return literal === undefined || dependent.includes(place) ? [] : [{ place, literal, actual }];
  });
  expect(known.filter(({ literal, actual }) => Number(literal) !== Number(actual) && literal !== actual)).toEqual([]);
  expect(known.length).toBeGreaterThan(150);
});

/** What comes of a call: the error that it is refused with, another error, or nothing. */
async function outcome(call: Call, options: Options): Promise<unknown> {
  try {
    await call(options as never);
    return null;
  } catch (error) {
    return error;
  }
}

const shown = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : String(value));

describe.each(Object.entries(calls))("%s", (name, call) => {
  const options = declared.get(name) ?? [];

  test("takes none, and undefined for each", async () => {
    expect(await outcome(call, {})).toBe(null);
  });

  test.each(options.map((option) => [option.name, option] as const))(
    "refuses a wrong %s by its name",
    async (own, option) => {
      const taken: string[] = [];
      for (const value of option.wrong.filter(
        (wrong) => !alsoRight[own]?.some((right) => isDeepStrictEqual(wrong, right)),
      )) {
        const error = await outcome(call, { [own]: value });
        const isRefused = error instanceof TensorError && error.message.toLowerCase().includes(own.toLowerCase());
        if (!isRefused) taken.push(`${shown(value)}: ${error === null ? "taken" : String(error)}`);
      }
      expect(taken, option.type).toEqual([]);
    },
  );
});
