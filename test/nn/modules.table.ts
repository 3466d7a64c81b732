import { Generator, nn, randn, type Tensor, tensor } from "evenkeel";

/** One module with its options, and inputs that its gradients are checked at. */
export interface ModuleRow {
  /** The class, as `nn` exports it. */
  readonly module: keyof typeof nn;
  /** What is special about this row. */
  readonly title?: string;
  /** A new one, float64. */
  make(): nn.Module;
  /** Float64 inputs that want gradients, and others. */
  inputs(): Tensor[];
  /** What `toString` gives. */
  readonly prints: string;
}

const dtype = "float64";

/** Normally distributed, always the same. */
const normal = (shape: readonly number[]) =>
  randn(shape, { dtype, generator: new Generator().manualSeed(shape.length + 1), requiresGrad: true });

const int32 = (values: number | number[] | number[][]) => tensor(values, { dtype: "int32" });

const probabilities = (shape: readonly number[]) => {
  const made = normal(shape).softmax(1).detach();
  made.requiresGrad = true;
  return made;
};

/** A layer whose parameters are not all ones and zeros. */
function shaken<T extends nn.Module>(module: T): T {
  const generator = new Generator().manualSeed(7);
  for (const p of module.parameters()) nn.init.normal_(p, { mean: 0.3, generator });
  return module;
}

/** Batch norm that has seen a batch, so that evaluation has statistics of its own. */
function experienced<T extends nn.Module>(norm: T, shape: readonly number[] = [6, 3]): T {
  norm.forward(normal(shape).mul(2).add(1));
  return shaken(norm);
}

const weights = () => tensor([0.2, 1, 3], { dtype });

/** The outputs of attention alone, to themselves. */
class Attending extends nn.Module {
  readonly attention: nn.MultiheadAttention;
  constructor(attention: nn.MultiheadAttention) {
    super();
    this.attention = attention;
  }
  override forward(query: Tensor, key = query, value = key): Tensor {
    return this.attention.forward(query, key, value, { needWeights: false })[0];
  }
}

/** Every module, with every option that changes what it computes. */
export const modules: readonly ModuleRow[] = [
  {
    module: "Linear",
    make: () => shaken(new nn.Linear(3, 2, { dtype })),
    inputs: () => [normal([4, 3])],
    prints: "Linear(inFeatures=3, outFeatures=2, bias=true)",
  },
  {
    module: "Linear",
    title: "without bias, for one example",
    make: () => shaken(new nn.Linear(3, 2, { dtype, bias: false })),
    inputs: () => [normal([3])],
    prints: "Linear(inFeatures=3, outFeatures=2, bias=false)",
  },
  {
    module: "Linear",
    title: "of more dimensions",
    make: () => shaken(new nn.Linear(3, 2, { dtype })),
    inputs: () => [normal([2, 2, 3])],
    prints: "Linear(inFeatures=3, outFeatures=2, bias=true)",
  },
  {
    module: "BatchNorm1d",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype })),
    inputs: () => [normal([4, 3])],
    prints: "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
  },
  {
    module: "BatchNorm1d",
    title: "over places, with other numbers",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype, eps: 0.25, momentum: null })),
    inputs: () => [normal([2, 3, 2])],
    prints: "BatchNorm1d(3, eps=0.25, momentum=null, affine=true, trackRunningStats=true)",
  },
  {
    module: "BatchNorm1d",
    title: "without parameters",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype, affine: false, momentum: 1 })),
    inputs: () => [normal([4, 3])],
    prints: "BatchNorm1d(3, eps=1e-05, momentum=1, affine=false, trackRunningStats=true)",
  },
  {
    module: "BatchNorm1d",
    title: "without running statistics",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype, trackRunningStats: false, momentum: 0 })),
    inputs: () => [normal([4, 3])],
    prints: "BatchNorm1d(3, eps=1e-05, momentum=0, affine=true, trackRunningStats=false)",
  },
  {
    module: "BatchNorm1d",
    title: "by the unbiased variance, without eps",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype, variance: "unbiased", eps: 0, runningAverage: "std" })),
    inputs: () => [normal([4, 3])],
    prints:
      "BatchNorm1d(3, eps=0, momentum=0.1, affine=true, trackRunningStats=true, " +
      'variance="unbiased", runningAverage="std")',
  },
  {
    module: "BatchNorm1d",
    title: "by the unbiased variance, over places, with eps, without parameters",
    make: () => experienced(new nn.BatchNorm1d(3, { dtype, variance: "unbiased", eps: 0.25, affine: false })),
    inputs: () => [normal([2, 3, 2])],
    prints: 'BatchNorm1d(3, eps=0.25, momentum=0.1, affine=false, trackRunningStats=true, variance="unbiased")',
  },
  {
    module: "BatchNorm2d",
    make: () => experienced(new nn.BatchNorm2d(3, { dtype }), [2, 3, 2, 2]),
    inputs: () => [normal([2, 3, 2, 1])],
    prints: "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
  },
  {
    module: "BatchNorm3d",
    make: () => experienced(new nn.BatchNorm3d(3, { dtype, eps: 0.25, affine: false }), [2, 3, 2, 1, 2]),
    inputs: () => [normal([2, 3, 1, 2, 1])],
    prints: "BatchNorm3d(3, eps=0.25, momentum=0.1, affine=false, trackRunningStats=true)",
  },
  {
    module: "NoisyBatchNorm1d",
    make: () => experienced(new nn.NoisyBatchNorm1d(3, { dtype, generator: new Generator() })),
    inputs: () => [normal([4, 3])],
    prints:
      "NoisyBatchNorm1d(3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true, " +
      "nMu=0.5, nSigma=1.25, rMu=0.1, rSigma=0.1)",
  },
  {
    module: "NoisyBatchNorm1d",
    title: "over places, with other spreads",
    make: () => {
      const spreads = { nMu: 2, nSigma: 3, rMu: 0, rSigma: 1, generator: new Generator() };
      return experienced(new nn.NoisyBatchNorm1d(3, { dtype, eps: 0.25, ...spreads }));
    },
    inputs: () => [normal([2, 3, 2])],
    prints:
      "NoisyBatchNorm1d(3, eps=0.25, momentum=0.1, affine=true, trackRunningStats=true, " +
      "nMu=2, nSigma=3, rMu=0, rSigma=1)",
  },
  {
    module: "NoisyBatchNorm2d",
    make: () => experienced(new nn.NoisyBatchNorm2d(3, { dtype, eps: 0.25, generator: new Generator() }), [2, 3, 2, 2]),
    inputs: () => [normal([2, 3, 2, 1])],
    prints:
      "NoisyBatchNorm2d(3, eps=0.25, momentum=0.1, affine=true, trackRunningStats=true, " +
      "nMu=0.5, nSigma=1.25, rMu=0.1, rSigma=0.1)",
  },
  {
    module: "GhostBatchNorm1d",
    make: () => experienced(new nn.GhostBatchNorm1d(3, 3, { dtype })),
    inputs: () => [normal([6, 3])],
    prints: "GhostBatchNorm1d(3, ghostBatchSize=3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
  },
  {
    module: "GhostBatchNorm1d",
    title: "over places, without running statistics",
    make: () => shaken(new nn.GhostBatchNorm1d(3, 1, { dtype, eps: 0.25, trackRunningStats: false })),
    inputs: () => [normal([2, 3, 3])],
    prints: "GhostBatchNorm1d(3, ghostBatchSize=1, eps=0.25, momentum=0.1, affine=true, trackRunningStats=false)",
  },
  {
    module: "Noise2d",
    make: () => new nn.Noise2d(3, { generator: new Generator() }),
    inputs: () => [normal([2, 3, 2, 1])],
    prints: "Noise2d(3, nMu=0.5, nSigma=1.25, rMu=0.1, rSigma=0.1)",
  },
  {
    module: "LpNorm2d",
    make: () => experienced(new nn.LpNorm2d(3, { dtype, p: 1, eps: 0.25 }), [2, 3, 2, 2]),
    inputs: () => [normal([2, 3, 2, 1])],
    prints: "LpNorm2d(3, p=1, eps=0.25, momentum=0.1, affine=true, trackRunningStats=true)",
  },
  {
    module: "Noise1d",
    make: () => new nn.Noise1d(3, { generator: new Generator() }),
    inputs: () => [normal([4, 3])],
    prints: "Noise1d(3, nMu=0.5, nSigma=1.25, rMu=0.1, rSigma=0.1)",
  },
  {
    module: "Noise1d",
    title: "over places, with other spreads",
    make: () => new nn.Noise1d(3, { nMu: 0, nSigma: 1, rMu: 1, rSigma: 2, generator: new Generator() }),
    inputs: () => [normal([2, 3, 2])],
    prints: "Noise1d(3, nMu=0, nSigma=1, rMu=1, rSigma=2)",
  },
  ...([1, 2, Number.POSITIVE_INFINITY] as const).map(
    (p): ModuleRow => ({
      module: "LpNorm1d",
      title: `of p = ${p}`,
      make: () => experienced(new nn.LpNorm1d(3, { dtype, p })),
      inputs: () => [normal([4, 3])],
      prints: `LpNorm1d(3, p=${p}, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)`,
    }),
  ),
  {
    module: "LpNorm1d",
    title: "over places, without running statistics",
    make: () => experienced(new nn.LpNorm1d(3, { dtype, p: 1, eps: 0.25, trackRunningStats: false, momentum: null })),
    inputs: () => [normal([2, 3, 2])],
    prints: "LpNorm1d(3, p=1, eps=0.25, momentum=null, affine=true, trackRunningStats=false)",
  },
  {
    module: "LpNorm1d",
    title: "without parameters",
    make: () => experienced(new nn.LpNorm1d(3, { dtype, affine: false, momentum: 1 })),
    inputs: () => [normal([4, 3])],
    prints: "LpNorm1d(3, p=2, eps=1e-05, momentum=1, affine=false, trackRunningStats=true)",
  },
  {
    module: "LayerNorm",
    make: () => shaken(new nn.LayerNorm(3, { dtype })),
    inputs: () => [normal([2, 3])],
    prints: "LayerNorm([3], eps=1e-05, elementwiseAffine=true, bias=true)",
  },
  {
    module: "LayerNorm",
    title: "over two dimensions, without bias",
    make: () => shaken(new nn.LayerNorm([2, 3], { dtype, bias: false, eps: 0.25 })),
    inputs: () => [normal([2, 2, 3])],
    prints: "LayerNorm([2, 3], eps=0.25, elementwiseAffine=true, bias=false)",
  },
  {
    module: "LayerNorm",
    title: "without parameters",
    make: () => new nn.LayerNorm([3], { dtype, elementwiseAffine: false }),
    inputs: () => [normal([2, 3])],
    prints: "LayerNorm([3], eps=1e-05, elementwiseAffine=false, bias=false)",
  },
  {
    module: "GroupNorm",
    make: () => shaken(new nn.GroupNorm(2, 4, { dtype })),
    inputs: () => [normal([2, 4, 2])],
    prints: "GroupNorm(2, 4, eps=1e-05, affine=true)",
  },
  {
    module: "GroupNorm",
    title: "without parameters",
    make: () => new nn.GroupNorm(1, 2, { dtype, affine: false, eps: 0.25 }),
    inputs: () => [normal([2, 2])],
    prints: "GroupNorm(1, 2, eps=0.25, affine=false)",
  },
  {
    module: "InstanceNorm1d",
    make: () => shaken(new nn.InstanceNorm1d(2, { dtype, affine: true, trackRunningStats: true })),
    inputs: () => [normal([2, 2, 3])],
    prints: "InstanceNorm1d(2, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
  },
  {
    module: "InstanceNorm2d",
    make: () => new nn.InstanceNorm2d(2, { dtype, eps: 0.25, momentum: 0.5 }),
    inputs: () => [normal([2, 2, 3])],
    prints: "InstanceNorm2d(2, eps=0.25, momentum=0.5, affine=false, trackRunningStats=false)",
  },
  {
    module: "RMSNorm",
    make: () => shaken(new nn.RMSNorm(3, { dtype })),
    inputs: () => [normal([2, 3])],
    prints: "RMSNorm([3], eps=null, elementwiseAffine=true)",
  },
  {
    module: "RMSNorm",
    title: "over two dimensions, without a parameter",
    make: () => new nn.RMSNorm([2, 2], { dtype, eps: 0.25, elementwiseAffine: false }),
    inputs: () => [normal([2, 2, 2])],
    prints: "RMSNorm([2, 2], eps=0.25, elementwiseAffine=false)",
  },
  {
    module: "Conv1d",
    make: () => shaken(new nn.Conv1d(2, 3, 2, { dtype })),
    inputs: () => [normal([2, 2, 4])],
    prints: "Conv1d(2, 3, kernelSize=[2], stride=[1])",
  },
  {
    module: "Conv1d",
    title: "of one example, without bias, with all options",
    make: () => shaken(new nn.Conv1d(2, 4, 2, { dtype, stride: 2, padding: 1, dilation: 2, groups: 2, bias: false })),
    inputs: () => [normal([2, 5])],
    prints: "Conv1d(2, 4, kernelSize=[2], stride=[2], padding=[1], dilation=[2], groups=2, bias=false)",
  },
  {
    module: "Conv2d",
    make: () => shaken(new nn.Conv2d(2, 2, 2, { dtype })),
    inputs: () => [normal([2, 2, 3, 3])],
    prints: "Conv2d(2, 2, kernelSize=[2, 2], stride=[1, 1])",
  },
  {
    module: "Conv2d",
    title: "that keeps the size",
    make: () => shaken(new nn.Conv2d(1, 2, [2, 3], { dtype, padding: "same" })),
    inputs: () => [normal([2, 1, 2, 3])],
    prints: "Conv2d(1, 2, kernelSize=[2, 3], stride=[1, 1], padding=same)",
  },
  {
    module: "Conv2d",
    title: "of one example, without bias, with all options",
    make: () => {
      const places = { stride: [2, 1], padding: [0, 1], dilation: [1, 2] } as const;
      return shaken(new nn.Conv2d(2, 4, 2, { dtype, ...places, groups: 2, bias: false }));
    },
    inputs: () => [normal([2, 4, 3])],
    prints: "Conv2d(2, 4, kernelSize=[2, 2], stride=[2, 1], padding=[0, 1], dilation=[1, 2], groups=2, bias=false)",
  },
  {
    module: "Conv2d",
    title: "with what lies within around it",
    make: () => shaken(new nn.Conv2d(1, 2, [2, 3], { dtype, padding: [1, 2], paddingMode: "reflect" })),
    inputs: () => [normal([2, 1, 2, 3])],
    prints: "Conv2d(1, 2, kernelSize=[2, 3], stride=[1, 1], padding=[1, 2], paddingMode=reflect)",
  },
  {
    module: "Embedding",
    make: () => new nn.Embedding(4, 3, { dtype }),
    inputs: () => [
      int32([
        [0, 2],
        [2, 1],
      ]),
    ],
    prints: "Embedding(4, 3)",
  },
  {
    module: "Embedding",
    title: "with options that leave the gradient as it is",
    make: () => new nn.Embedding(4, 3, { dtype, paddingIdx: -1, maxNorm: 100, normType: 1, scaleGradByFreq: true }),
    inputs: () => [int32([0, 2])],
    prints: "Embedding(4, 3, paddingIdx=3, maxNorm=100, normType=1, scaleGradByFreq=true)",
  },
  {
    module: "Dropout",
    make: () => new nn.Dropout(0.3, { generator: new Generator() }),
    inputs: () => [normal([3, 4])],
    prints: "Dropout(p=0.3)",
  },
  {
    module: "Dropout",
    title: "of everything",
    make: () => new nn.Dropout(1),
    inputs: () => [normal([3])],
    prints: "Dropout(p=1)",
  },
  {
    module: "Dropout1d",
    make: () => new nn.Dropout1d(0.4, { generator: new Generator() }),
    inputs: () => [normal([2, 3, 2])],
    prints: "Dropout1d(p=0.4)",
  },
  {
    module: "Dropout2d",
    make: () => new nn.Dropout2d(0.4, { generator: new Generator() }),
    inputs: () => [normal([2, 3, 1, 2])],
    prints: "Dropout2d(p=0.4)",
  },
  {
    module: "Flatten",
    make: () => new nn.Flatten(),
    inputs: () => [normal([2, 2, 3])],
    prints: "Flatten(startDim=1, endDim=-1)",
  },
  {
    module: "Flatten",
    title: "of the first dimensions",
    make: () => new nn.Flatten({ startDim: 0, endDim: 1 }),
    inputs: () => [normal([2, 2, 3])],
    prints: "Flatten(startDim=0, endDim=1)",
  },
  {
    module: "Unflatten",
    make: () => new nn.Unflatten(1, [2, -1]),
    inputs: () => [normal([2, 6])],
    prints: "Unflatten(dim=1, unflattenedSize=[2, -1])",
  },
  {
    module: "Unfold",
    make: () => new nn.Unfold([2, 1], { dilation: [1, 2], padding: 1, stride: 2 }),
    inputs: () => [normal([2, 1, 3, 2])],
    prints: "Unfold(kernelSize=[2, 1], dilation=[1, 2], padding=[1, 1], stride=[2, 2])",
  },
  {
    module: "Fold",
    make: () => new nn.Fold([3, 2], 2),
    inputs: () => [normal([2, 4, 2])],
    prints: "Fold(outputSize=[3, 2], kernelSize=[2, 2], dilation=[1, 1], padding=[0, 0], stride=[1, 1])",
  },
  {
    module: "MaxPool1d",
    make: () => new nn.MaxPool1d(2, { padding: 1 }),
    inputs: () => [normal([2, 2, 3])],
    prints: "MaxPool1d(kernelSize=2, stride=2, padding=1, dilation=1, ceilMode=false)",
  },
  {
    module: "MaxPool2d",
    make: () => new nn.MaxPool2d([1, 2], { stride: 1, dilation: [1, 2], ceilMode: true }),
    inputs: () => [normal([2, 1, 2, 4])],
    prints: "MaxPool2d(kernelSize=[1, 2], stride=1, padding=0, dilation=[1, 2], ceilMode=true)",
  },
  {
    module: "AvgPool1d",
    make: () => new nn.AvgPool1d(2, { padding: 1, countIncludePad: false }),
    inputs: () => [normal([2, 2, 3])],
    prints: "AvgPool1d(kernelSize=2, stride=2, padding=1)",
  },
  {
    module: "AvgPool2d",
    make: () => new nn.AvgPool2d([1, 2], { stride: 1, ceilMode: true, divisorOverride: 3 }),
    inputs: () => [normal([2, 1, 2, 3])],
    prints: "AvgPool2d(kernelSize=[1, 2], stride=1, padding=0)",
  },
  {
    module: "AdaptiveAvgPool1d",
    make: () => new nn.AdaptiveAvgPool1d(2),
    inputs: () => [normal([2, 2, 3])],
    prints: "AdaptiveAvgPool1d(outputSize=2)",
  },
  {
    module: "AdaptiveAvgPool2d",
    make: () => new nn.AdaptiveAvgPool2d([null, 2]),
    inputs: () => [normal([2, 1, 2, 3])],
    prints: "AdaptiveAvgPool2d(outputSize=[null, 2])",
  },
  { module: "Identity", make: () => new nn.Identity(), inputs: () => [normal([3])], prints: "Identity()" },
  { module: "Tanh", make: () => new nn.Tanh(), inputs: () => [normal([3])], prints: "Tanh()" },
  { module: "Sigmoid", make: () => new nn.Sigmoid(), inputs: () => [normal([3])], prints: "Sigmoid()" },
  { module: "ReLU", make: () => new nn.ReLU(), inputs: () => [normal([5])], prints: "ReLU()" },
  { module: "GELU", make: () => new nn.GELU(), inputs: () => [normal([3])], prints: 'GELU(approximate="none")' },
  {
    module: "GELU",
    title: "by tanh",
    make: () => new nn.GELU({ approximate: "tanh" }),
    inputs: () => [normal([3])],
    prints: 'GELU(approximate="tanh")',
  },
  { module: "SiLU", make: () => new nn.SiLU(), inputs: () => [normal([3])], prints: "SiLU()" },
  {
    module: "LeakyReLU",
    make: () => new nn.LeakyReLU({ negativeSlope: 0.2 }),
    inputs: () => [normal([5])],
    prints: "LeakyReLU(negativeSlope=0.2)",
  },
  { module: "ELU", make: () => new nn.ELU({ alpha: 0.5 }), inputs: () => [normal([5])], prints: "ELU(alpha=0.5)" },
  {
    module: "Softplus",
    make: () => new nn.Softplus({ beta: 2, threshold: 3 }),
    inputs: () => [normal([3])],
    prints: "Softplus(beta=2, threshold=3)",
  },
  { module: "Softmax", make: () => new nn.Softmax(-1), inputs: () => [normal([2, 3])], prints: "Softmax(dim=-1)" },
  {
    module: "LogSoftmax",
    make: () => new nn.LogSoftmax(0),
    inputs: () => [normal([2, 3])],
    prints: "LogSoftmax(dim=0)",
  },
  {
    module: "Hardtanh",
    make: () => new nn.Hardtanh({ minVal: -0.5, maxVal: 0.75 }),
    inputs: () => [normal([5])],
    prints: "Hardtanh(minVal=-0.5, maxVal=0.75)",
  },
  {
    module: "MultiheadAttention",
    make: () => shaken(new Attending(new nn.MultiheadAttention(4, 2, { dtype, batchFirst: true }))),
    inputs: () => [normal([2, 3, 4])],
    prints: [
      "Attending(",
      "  (attention): MultiheadAttention(",
      "    (out_proj): Linear(inFeatures=4, outFeatures=4, bias=true)",
      "  )",
      ")",
    ].join("\n"),
  },
  {
    module: "MultiheadAttention",
    title: "of other keys, with one of its own and zeros, without biases",
    make: () => {
      const options = { dtype, kdim: 3, vdim: 1, addBiasKv: true, addZeroAttn: true, bias: false } as const;
      return shaken(new Attending(new nn.MultiheadAttention(2, 1, options)));
    },
    inputs: () => [normal([2, 2]), normal([2, 3]), normal([2, 1])],
    prints: [
      "Attending(",
      "  (attention): MultiheadAttention(",
      "    (out_proj): Linear(inFeatures=2, outFeatures=2, bias=false)",
      "  )",
      ")",
    ].join("\n"),
  },
  {
    module: "Sequential",
    make: () =>
      shaken(
        new nn.Sequential(
          new nn.Linear(2, 3, { dtype }),
          new nn.Sequential(new nn.BatchNorm1d(3, { dtype }), new nn.Tanh()),
        ),
      ),
    inputs: () => [normal([4, 2])],
    prints: [
      "Sequential(",
      "  (0): Linear(inFeatures=2, outFeatures=3, bias=true)",
      "  (1): Sequential(",
      "    (0): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
      "    (1): Tanh()",
      "  )",
      ")",
    ].join("\n"),
  },
  {
    module: "CrossEntropyLoss",
    make: () => new nn.CrossEntropyLoss(),
    inputs: () => [normal([3, 3]), int32([2, 0, 1])],
    prints: "CrossEntropyLoss()",
  },
  {
    module: "CrossEntropyLoss",
    title: "with all options",
    make: () => new nn.CrossEntropyLoss({ weight: weights(), ignoreIndex: 0, reduction: "none", labelSmoothing: 0.1 }),
    inputs: () => [
      normal([2, 3, 2]),
      int32([
        [2, 0],
        [1, 1],
      ]),
    ],
    prints: "CrossEntropyLoss()",
  },
  {
    module: "CrossEntropyLoss",
    title: "summed, for one example",
    make: () => new nn.CrossEntropyLoss({ weight: weights(), reduction: "sum" }),
    inputs: () => [normal([3]), int32(1)],
    prints: "CrossEntropyLoss()",
  },
  {
    module: "CrossEntropyLoss",
    title: "of probabilities",
    make: () => new nn.CrossEntropyLoss({ weight: weights(), labelSmoothing: 0.1 }),
    inputs: () => [normal([2, 3]), probabilities([2, 3])],
    prints: "CrossEntropyLoss()",
  },
  {
    module: "MSELoss",
    make: () => new nn.MSELoss(),
    inputs: () => [normal([3]), normal([3]).detach().add(1)],
    prints: "MSELoss()",
  },
  {
    module: "MSELoss",
    title: "unreduced, with a gradient at the target",
    make: () => new nn.MSELoss({ reduction: "none" }),
    inputs: () => [normal([2, 2]), normal([2, 2])],
    prints: "MSELoss()",
  },
  {
    module: "NLLLoss",
    make: () => new nn.NLLLoss(),
    inputs: () => [normal([3, 3]), int32([2, 0, 1])],
    prints: "NLLLoss()",
  },
  {
    module: "NLLLoss",
    title: "with all options",
    make: () => new nn.NLLLoss({ weight: weights(), ignoreIndex: 0, reduction: "none" }),
    inputs: () => [
      normal([2, 3, 2]),
      int32([
        [2, 0],
        [1, 1],
      ]),
    ],
    prints: "NLLLoss()",
  },
  {
    module: "L1Loss",
    make: () => new nn.L1Loss({ reduction: "sum" }),
    inputs: () => [normal([3]), normal([2, 3]).detach().select(0, 1)],
    prints: "L1Loss()",
  },
  {
    module: "SmoothL1Loss",
    make: () => new nn.SmoothL1Loss({ beta: 0.3 }),
    inputs: () => [normal([2, 2]), normal([3, 2, 2]).detach().select(0, 1)],
    prints: "SmoothL1Loss()",
  },
  {
    module: "HuberLoss",
    make: () => new nn.HuberLoss({ reduction: "none", delta: 0.3 }),
    inputs: () => [normal([2, 2]), normal([2, 2]).neg()],
    prints: "HuberLoss()",
  },
  {
    module: "BCELoss",
    make: () => new nn.BCELoss({ weight: weights() }),
    inputs: () => [probabilities([2, 3]), probabilities([2, 3])],
    prints: "BCELoss()",
  },
  {
    module: "BCEWithLogitsLoss",
    make: () => new nn.BCEWithLogitsLoss({ reduction: "sum" }),
    inputs: () => [normal([2, 3]), probabilities([2, 3])],
    prints: "BCEWithLogitsLoss()",
  },
  {
    module: "BCEWithLogitsLoss",
    title: "with all options",
    make: () => new nn.BCEWithLogitsLoss({ weight: weights(), reduction: "none", posWeight: weights().flip(0) }),
    inputs: () => [normal([2, 3]), probabilities([2, 3])],
    prints: "BCEWithLogitsLoss()",
  },
  {
    module: "KLDivLoss",
    make: () => new nn.KLDivLoss({ reduction: "batchmean" }),
    inputs: () => [normal([2, 3]), probabilities([2, 3])],
    prints: "KLDivLoss()",
  },
  {
    module: "KLDivLoss",
    title: "of logarithms",
    make: () => new nn.KLDivLoss({ reduction: "none", logTarget: true }),
    inputs: () => [normal([2, 3]), normal([2, 3])],
    prints: "KLDivLoss()",
  },
];
