import { defaultGenerator, manualSeed, nn, ones, randn, TensorError, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";

const { functional: F, init } = nn;
const labels = (values: number | number[]) => tensor(values, { dtype: "int32" });
const logits = randn([2, 3]);
const wide = randn([2, 3], { dtype: "float64" });
const matrix = randn([2, 3]);
const linear = new nn.Linear(3, 2);
const attention = new nn.MultiheadAttention(3, 1);
const table = new nn.Embedding(3, 2);
const images = new nn.Linear(784, 2);
const conv = new nn.Conv2d(3, 4, 3);
const wideConv = new nn.Conv2d(3, 4, 5);
const grayConv = new nn.Conv2d(1, 4, 3);
const conv1d = new nn.Conv1d(3, 4, 3);
const spreadConv1d = new nn.Conv1d(3, 4, 3, { padding: 1, dilation: 4 });

/** What is called, and what its message says: where, what was expected, what came, what to do. */
const refusals: Record<string, readonly [run: () => unknown, says: RegExp][]> = {
  Linear: [
    [() => new nn.Linear(2.5, 3), /^Linear: expected a whole number of 0 or more as inFeatures, got 2.5/],
    [() => new nn.Linear(2, -1), /outFeatures, got -1/],
    [() => new nn.Linear(2, 3, { bias: "no" as never }), /true or false as bias, got "no"/],
    [() => new nn.Linear(2, 3, { bais: false } as never), /got "bais". Did you mean "bias"/],
    [() => new nn.Linear(2, 3, false as never), /an object of options .*got false/],
    [() => new nn.Linear(2, 3, { dtype: "int32" }), /"float32" or "float64" as dtype, got "int32"/],
    [() => new nn.Linear(2, 3, { generator: 5 as never }), /a Generator as generator, got 5/],
    [
      () => images.forward(zeros([8, 28, 28])),
      /^Linear\.forward: expected an input of shape \[\*, 784\], got \[8, 28, 28\].*x\.flatten\(1\)/,
    ],
    [() => linear.forward(zeros([])), /\[\*, 3\], got \[\]/],
    [() => linear.forward(wide), /one dtype, got float64 and float32.*model\.to\("float64"\)/],
    [() => linear.forward(matrix.to("int32")), /int32 and float32\. Convert one: x\.to\("float32"\)\.$/],
    [() => linear.forward([1, 2, 3] as never), /a tensor as input, got \[1, 2, 3\]/],
    [() => F.linear(matrix, zeros([3])), /^linear: expected a weight \[out, in\], got \[3\]/],
    [() => F.linear(matrix, zeros([4, 3]), zeros([3])), /a bias of shape \[4\], got \[3\]/],
  ],
  BatchNorm1d: [
    [() => new nn.BatchNorm1d(-1), /numFeatures, got -1/],
    [() => new nn.BatchNorm1d(3, { eps: -1 }), /a finite number of 0 or more as eps, got -1/],
    [() => new nn.BatchNorm1d(3, { momentum: 1.5 }), /from 0 to 1, or null, as momentum, got 1.5/],
    [() => new nn.BatchNorm1d(3, { momentum: Number.NaN }), /from 0 to 1, or null, as momentum, got NaN/],
    [() => new nn.BatchNorm1d(3, { affine: 1 as never }), /true or false as affine/],
    [() => new nn.BatchNorm1d(3, { trackRunningStats: 0 as never }), /trackRunningStats/],
    [() => new nn.BatchNorm1d(3, { track_running_stats: true } as never), /Did you mean "trackRunningStats"/],
    [
      () => new nn.BatchNorm1d(3).forward(zeros([2, 4, 3])),
      /got \[2, 4, 3\]\. Features come second: x\.transpose\(1, 2\)/,
    ],
    [() => F.batchNorm(zeros([3]), null, null, { training: true }), /an input \[n, c\]/],
    [() => F.batchNorm(logits, null, null), /runningMean and runningVar, to evaluate with, got neither/],
    [() => F.batchNorm(logits, zeros([3]), null), /got no runningVar/],
    [() => F.batchNorm(logits, null, zeros([3]), { training: true }), /both running statistics, or neither/],
    [() => F.batchNorm(logits, zeros([2]), zeros([3])), /runningMean of shape \[3\], got \[2\]/],
    [() => F.batchNorm(logits, zeros([3]), ones([3]), { weight: ones([2]) }), /weight of shape \[3\], got \[2\]/],
    [() => F.batchNorm(wide, zeros([3]), ones([3])), /input and runningMean of one dtype/],
    [() => F.batchNorm(logits, zeros([3]), ones([3]), { training: "yes" as never }), /true or false as training/],
    [() => F.batchNorm(logits, zeros([3]), ones([3]), { momentum: 2 }), /a number from 0 to 1 as momentum, got 2/],
  ],
  LayerNorm: [
    [() => new nn.LayerNorm(2.5), /a shape of whole numbers, got \[2.5\]/],
    [() => new nn.LayerNorm("3" as never), /a shape, such as/],
    [() => new nn.LayerNorm([]).forward(zeros([2])), /at least one size/],
    [() => new nn.LayerNorm(3, { eps: -1 }), /0 or more as eps/],
    [() => new nn.LayerNorm(3, { elementwiseAffine: 1 as never }), /elementwiseAffine/],
    [() => new nn.LayerNorm([2, 3]).forward(zeros([3])), /^LayerNorm\.forward: .*\[\*, 2, 3\], got \[3\]/],
    [() => new nn.LayerNorm(3).forward(wide), /one dtype/],
    [() => F.layerNorm(logits, [3], { weight: ones([2, 3]) }), /weight of shape \[3\], got \[2, 3\]/],
  ],
  Embedding: [
    [() => new nn.Embedding(3, 1.5), /whole number of 0 or more as dim/],
    [() => new nn.Embedding(3, 2, { paddingIdx: 3 }), /a paddingIdx from -3 to 2, got 3/],
    [() => new nn.Embedding(3, 2, { paddingIdx: 0.5 }), /got 0.5/],
    [() => new nn.Embedding(3, 2, { maxNorm: -1 }), /0 or more, or null, as maxNorm/],
    [() => new nn.Embedding(3, 2, { normType: -1 }), /0 or more as normType/],
    [() => new nn.Embedding(3, 2, { scaleGradByFreq: 1 as never }), /scaleGradByFreq/],
    [() => table.forward(labels([0, 3])), /^Embedding\.forward: .*indices from 0 to 2.*got 3/],
    [() => table.forward(labels([-1])), /got -1/],
    [() => table.forward(tensor([1, 2])), /int32 tensor of indices.*i\.to\("int32"\)/],
    [() => F.embedding(labels([0]), zeros([3])), /^embedding: expected a float tensor \[num, dim\] as weight/],
    [() => F.embedding(labels([0]), zeros([3, 2], { dtype: "int32" })), /got an int32 tensor/],
  ],
  Dropout: [
    [() => new nn.Dropout(1.5), /^Dropout: expected a number from 0 to 1 as p, got 1.5/],
    [() => new nn.Dropout(-0.1), /got -0.1/],
    [() => new nn.Dropout({ p: 0.5 } as never), /from 0 to 1 as p, got an object/],
    [() => new nn.Dropout(0.5, { generator: "g" as never }), /a Generator/],
    [() => new nn.Dropout().forward(labels([1])), /^Dropout\.forward: expected a float32 or float64/],
    [() => F.dropout(logits, { p: Number.NaN }), /got NaN/],
    [() => F.dropout(logits, { training: 1 as never }), /training/],
    [() => F.dropout(logits, { rate: 0.1 } as never), /options among p, training, generator, got "rate"/],
  ],
  "Conv1d and Conv2d": [
    [() => new nn.Conv2d(3, 4, 0), /^Conv2d: expected a whole number of 1 or more, or two, as kernelSize, got 0/],
    [() => new nn.Conv2d(3, 4, [3, 3, 3] as never), /kernelSize, got \[3, 3, 3\]/],
    [() => new nn.Conv1d(3, 4, [3] as never), /^Conv1d: expected a whole number of 1 or more as kernelSize, got \[3\]/],
    [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), /groups that divide the channels.*got 2 for 3 in and 4 out/],
    [() => new nn.Conv2d(4, 3, 3, { groups: 2 }), /got 2 for 4 in and 3 out/],
    [() => new nn.Conv2d(4, 4, 3, { groups: 0 }), /1 or more as groups, got 0/],
    [() => new nn.Conv2d(3, 4, 3, { stride: 0 }), /1 or more, or two, as stride, got 0/],
    [() => new nn.Conv2d(3, 4, 3, { padding: -1 }), /0 or more, or two, or "same" or "valid", as padding, got -1/],
    [() => new nn.Conv2d(3, 4, 3, { padding: "full" as never }), /"same" or "valid", as padding, got "full"/],
    [() => new nn.Conv2d(3, 4, 3, { padding: "same", stride: 2 }), /a stride of 1 with padding "same", got \[2, 2\]/],
    [
      () => F.conv1d(zeros([1, 1, 4]), zeros([1, 1, 2]), null, { padding: "same", stride: 2 }),
      /^conv1d: .*stride of 1/,
    ],
    [() => new nn.Conv2d(3, 4, 3, { paddings: 1 } as never), /got "paddings". Did you mean "padding"/],
    [
      () => wideConv.forward(zeros([2, 3, 4, 9])),
      /^Conv2d\.forward: expected a kernel no larger than the padded input, got .*\[5, 5\].*\[4, 9\]\. Padding makes room/,
    ],
    [() => spreadConv1d.forward(zeros([3, 6])), /spans \[9\].* of \[8\]/],
    [() => conv.forward(zeros([2, 4, 8, 8])), /\[n, 3, h, w\] or \[3, h, w\], got \[2, 4, 8, 8\]/],
    [() => conv.forward(zeros([2, 28, 28, 3])), /Channels come before places/],
    [
      () => conv.forward(zeros([2, 784])),
      /got \[2, 784\]\. Rows of pixels become pictures: x\.reshape\(n, channels, h, w\)/,
    ],
    [() => grayConv.forward(zeros([5, 28, 28])), /x\.unsqueeze\(1\)/],
    [() => conv1d.forward(zeros([3])), /\[n, 3, l\] or \[3, l\], got \[3\]/],
    [() => conv.forward(zeros([2, 3, 8, 8], { dtype: "float64" })), /one dtype/],
    [() => conv.forward(zeros([2, 3, 8, 8], { dtype: "int32" })), /float32 or float64 tensor as input/],
    [() => F.conv2d(zeros([2, 3, 8, 8]), zeros([4, 3, 3])), /a weight of shape \[out, channels \/ groups, k0, k1\]/],
    [() => F.conv2d(zeros([2, 3, 8, 8]), zeros([4, 3, 3, 3]), zeros([3])), /a bias of shape \[4\], got \[3\]/],
  ],
  "BatchNorm2d and BatchNorm3d": [
    [
      () => new nn.BatchNorm2d(3).forward(zeros([2, 3, 4])),
      /^BatchNorm2d\.forward: .*\[n, 3, h, w\], got \[2, 3, 4\].*unsqueeze/,
    ],
    [() => new nn.BatchNorm2d(3).forward(zeros([2, 4, 5, 5])), /\[n, 3, h, w\], got \[2, 4, 5, 5\]/],
    [() => new nn.BatchNorm2d(3).forward(zeros([1, 3, 1, 1])), /more than one value per channel/],
    [() => new nn.BatchNorm3d(3).forward(zeros([2, 3, 4, 4])), /^BatchNorm3d\.forward: .*\[n, 3, d, h, w\]/],
    [() => new nn.BatchNorm3d(3).forward(zeros([2, 3, 2, 2, 2], { dtype: "int32" })), /float32 or float64/],
    [() => new nn.BatchNorm2d(3, { eps: -1 }), /^BatchNorm2d: .*0 or more as eps, got -1/],
  ],
  "pad, unfold and fold": [
    [
      () => F.pad(matrix, [1]),
      /^pad: expected whole numbers as padding, two for each of at most 2 dimensions, got \[1\]/,
    ],
    [() => F.pad(matrix, [1, 1, 1, 1, 1, 1]), /at most 2 dimensions/],
    [() => F.pad(matrix, [0.5, 1]), /whole numbers as padding/],
    [
      () => F.pad(matrix, [3, 0], { mode: "reflect" }),
      /at most 2 on a side of dimension 1, with mode "reflect", got \[3, 0\] for \[2, 3\]/,
    ],
    [() => F.pad(matrix, [0, 0, 0, 3], { mode: "circular" }), /at most 2 on a side of dimension 0/],
    [() => F.pad(zeros([0, 3]), [0, 0, 1, 0], { mode: "replicate" }), /dimension 0, with mode "replicate"/],
    [() => F.pad(matrix, [-2, -2]), /no more cut off dimension 1 than is there, got \[-2, -2\]/],
    [
      () => F.pad(matrix, [1, 1], { mode: "mirror" as never }),
      /"constant" or "reflect" or "replicate" or "circular" as mode, got "mirror"/,
    ],
    [() => F.unfold(matrix, 2), /^unfold: expected an input \[n, c, h, w\] or \[c, h, w\], got \[2, 3\]/],
    [
      () => F.unfold(zeros([1, 2, 2]), 3),
      /^unfold: expected a kernel no larger than the padded input, got .*\[3, 3\].*\[2, 2\]/,
    ],
    [() => F.fold(zeros([4, 5]), 3, 2), /^fold: expected an input \[n, c·4, 4\] or \[c·4, 4\], got \[4, 5\]/],
    [() => F.fold(zeros([5, 4]), 3, 2), /got \[5, 4\]/],
    [() => new nn.Unflatten(1, []), /^Unflatten: expected a shape as unflattenedSize/],
    [() => new nn.Unflatten(1, [-1, -1]), /at most one size of −1/],
    [
      () => new nn.Unflatten(1, [2, 2]).forward(matrix),
      /^Unflatten\.forward: expected an input whose dimension 1 is 4, got \[2, 3\]/,
    ],
    [() => new nn.Unflatten(1, [2, -1]).forward(matrix), /a multiple of 2/],
  ],
  pools: [
    [() => new nn.MaxPool2d(0), /^MaxPool2d: expected a whole number of 1 or more, or two, as kernelSize, got 0/],
    [() => new nn.MaxPool1d(3, { padding: 2 }), /padding of at most half the kernel, got \[2\] for a kernel of \[3\]/],
    [() => new nn.AvgPool2d(2, { divisorOverride: 0 }), /1 or more, or null, as divisorOverride, got 0/],
    [() => new nn.AvgPool1d(2, { divisorOverride: 2 } as never), /got "divisorOverride"/],
    [() => new nn.AvgPool2d(2, { ceilMode: 1 as never }), /true or false as ceilMode, got 1/],
    [() => new nn.AdaptiveAvgPool2d(0), /^AdaptiveAvgPool2d: .*1 or more as outputSize/],
    [() => new nn.AdaptiveAvgPool2d(null as never), /outputSize, or two, of which each may be null, got null/],
    [
      () => F.adaptiveAvgPool1d(matrix, [2] as never),
      /^adaptiveAvgPool1d: expected a whole number of 1 or more as outputSize/,
    ],
    [() => F.maxPool2d(matrix, 2), /^maxPool2d: expected an input \[n, c, h, w\] or \[c, h, w\], got \[2, 3\]/],
    [() => F.avgPool1d(matrix, 4), /^avgPool1d: expected a kernel no larger than the padded input, got .*\[4\].*\[3\]/],
    [() => F.maxPool1d(matrix.to("int32"), 2), /float32 or float64 tensor as input/],
    [() => F.adaptiveAvgPool2d(zeros([2, 3, 0, 4]), 1), /an input with places, got \[2, 3, 0, 4\]/],
  ],
  "group, instance and RMS norm": [
    [() => new nn.GroupNorm(3, 4), /^GroupNorm: expected groups that divide the channels, got 3 groups of 4 channels/],
    [() => new nn.GroupNorm(0, 4), /1 or more as numGroups, got 0/],
    [
      () => new nn.GroupNorm(2, 4).forward(matrix),
      /^GroupNorm\.forward: expected an input of shape \[n, 4, …\], got \[2, 3\]/,
    ],
    [() => F.groupNorm(zeros([3]), 1), /^groupNorm: expected an input \[n, c\] or \[n, c, …\], got \[3\]/],
    [() => F.groupNorm(matrix, 2), /2 groups of 3 channels/],
    [
      () => new nn.InstanceNorm1d(3).forward(zeros([2, 3, 1])),
      /^InstanceNorm1d\.forward: expected more than one place/,
    ],
    [() => new nn.InstanceNorm2d(3).forward(zeros([2, 4, 5, 5])), /\[n, 3, h, w\] or \[3, h, w\], got \[2, 4, 5, 5\]/],
    [() => new nn.InstanceNorm2d(3, { momentum: null as never }), /a number from 0 to 1 as momentum, got null/],
    [() => F.instanceNorm(matrix), /^instanceNorm: expected an input \[n, c, …\], got \[2, 3\]/],
    [() => F.instanceNorm(zeros([2, 3, 1])), /^instanceNorm: expected more than one place/],
    [
      () => F.instanceNorm(zeros([2, 3, 4]), { runningVar: ones([3]) }),
      /both running statistics, or neither, got no runningMean/,
    ],
    [() => F.instanceNorm(zeros([2, 3, 4]), { useInputStats: false }), /to normalise by, got neither/],
    [() => F.instanceNorm(zeros([2, 3, 4]), { weight: ones([4]) }), /weight of shape \[3\], got \[4\]/],
    [() => F.instanceNorm(zeros([2, 3, 4]), { useInputStats: 1 as never }), /true or false as useInputStats/],
    [() => new nn.RMSNorm([]), /^RMSNorm: expected at least one size/],
    [() => new nn.RMSNorm(2).forward(matrix), /^RMSNorm\.forward: expected an input of shape \[\*, 2\], got \[2, 3\]/],
    [() => F.rmsNorm(matrix, [3], { weight: ones([2]) }), /a weight of shape \[3\], got \[2\]/],
  ],
  "other layers": [
    [() => new nn.Flatten({ startDim: 0.5 }), /a whole number as startDim, got 0.5/],
    [() => new nn.Flatten({ startDim: 4 }).forward(zeros([2, 2])), /a dimension from -2 to 1, got 4/],
    [() => new nn.Flatten().forward(3 as never), /^Flatten\.forward: expected a tensor as input, got 3/],
    [() => new nn.Identity().forward(3 as never), /^Identity\.forward/],
    [() => new nn.Tanh().forward([1] as never), /^tanh: expected a tensor as input, got \[1\]/],
    [() => new nn.Sigmoid().forward(1 as never), /^sigmoid: /],
    [() => new nn.ReLU().forward(1 as never), /^relu: /],
    [() => new nn.GELU({ approximate: "fast" as never }), /"none" or "tanh" as approximate, got "fast"/],
    [() => F.gelu(1 as never), /^gelu: /],
    [() => new nn.SiLU().forward(1 as never), /^SiLU\.forward: expected a float32 or float64 tensor as input, got 1/],
    [() => F.silu(labels([1])), /^silu: .*got an int32 tensor/],
    [() => new nn.LeakyReLU(0.1 as never), /^LeakyReLU: expected an object of options \(negativeSlope\), got 0.1/],
    [() => F.leakyRelu(logits, { negativeSlope: Number.NaN }), /^leakyRelu: expected a finite number as negativeSlope/],
    [() => new nn.ELU({ alpha: "1" as never }), /^ELU: expected a finite number as alpha, got "1"/],
    [() => new nn.ELU().forward(labels([1])), /^ELU\.forward: /],
    [() => new nn.Hardtanh({ minVal: 1, maxVal: 1 }), /^Hardtanh: expected a minVal below maxVal, got 1 and 1/],
    [() => F.hardtanh(logits, { maxVal: Number.NaN }), /^hardtanh: expected a number as maxVal, got NaN/],
    [() => new nn.Hardtanh().forward(labels([1])), /^Hardtanh\.forward: /],
    [() => new nn.Softplus({ beta: 0 }), /^Softplus: expected a finite number other than 0 as beta, got 0/],
    [() => F.softplus(logits, { threshold: Number.NaN }), /^softplus: expected a number as threshold, got NaN/],
    [() => F.softplus(1 as never), /^softplus: expected a tensor as input/],
    [() => new nn.Softmax(undefined as never), /^Softmax: expected a whole number as dim, got undefined/],
    [() => new nn.LogSoftmax({ dim: 1 } as never), /^LogSoftmax: expected a whole number as dim/],
    [() => new nn.Softmax(2).forward(logits), /a dimension from -2 to 1, got 2/],
    [() => new nn.Dropout1d(1.5), /^Dropout1d: expected a number from 0 to 1 as p, got 1.5/],
    [() => new nn.Dropout2d(0.5, { generator: 1 as never }), /^Dropout2d: expected a Generator as generator, got 1/],
    [
      () => new nn.Dropout1d().forward(zeros([3])),
      /^Dropout1d\.forward: expected an input \[n, c, l\] or \[c, l\], got \[3\]/,
    ],
    [
      () => new nn.Dropout2d().eval().forward(zeros([2, 3, 4])),
      /^Dropout2d\.forward: expected an input \[n, c, h, w\], got \[2, 3, 4\]\. For one picture: x\.unsqueeze\(0\)/,
    ],
    [() => F.dropout1d(labels([1])), /^dropout1d: expected a float32/],
    [() => F.dropout2d(zeros([1, 1, 1, 1]), { p: 2 }), /^dropout2d: expected a number from 0 to 1 as p/],
    [() => F.softmax(logits, 2), /^softmax: expected a dimension from -2 to 1, got 2/],
    [() => F.softmax(logits, undefined as never), /a dimension from -2 to 1, got undefined/],
    [() => F.logSoftmax(1 as never, 0), /^logSoftmax: /],
  ],
  CrossEntropyLoss: [
    [() => F.crossEntropy(logits, tensor([0, 1])), /int32 labels of shape \[2\].*target\.to\("int32"\)/],
    [() => F.crossEntropy(logits, tensor([0.5, 1])), /target\.to\("int32"\)/],
    [() => F.crossEntropy(logits, labels([0, 3])), /^crossEntropy: expected labels from 0 to 2, or -100.*got 3/],
    [() => F.crossEntropy(logits, labels([0, -1])), /got -1/],
    [() => F.crossEntropy(logits, labels([0, -100]), { ignoreIndex: 7 }), /or 7 \(ignoreIndex\), got -100/],
    [() => F.crossEntropy(logits, labels([0, 1, 2])), /shape \[2\] for scores of shape \[2, 3\], got .*\[3\]/],
    [() => F.crossEntropy(logits, logits.to("int32")), /For probabilities .*target\.to\("float32"\)/],
    [() => F.crossEntropy(logits, tensor([true, false])), /got a bool tensor/],
    [() => F.crossEntropy(zeros([2, 4, 3]), zeros([2, 4]).to("int32")), /Classes come second.*input\.flatten\(0, -2\)/],
    [
      () => F.crossEntropy(zeros([3]), labels([1])),
      /shape \[\] for scores of shape \[3\], got an int32 tensor of shape \[1\]/,
    ],
    [() => F.crossEntropy(zeros([]), labels(0)), /an input \[c\], \[n, c\] or \[n, c, …\], got \[\]/],
    [() => F.crossEntropy(logits.to("int32"), labels([0, 1])), /float32 or float64 tensor as input/],
    [() => F.crossEntropy(logits, 3 as never), /a tensor as target, got 3/],
    [() => F.crossEntropy(logits, labels([0, 1]), { weight: ones([2]) }), /weight of shape \[3\], got \[2\]/],
    [() => F.crossEntropy(wide, labels([0, 1]), { weight: ones([3]) }), /input and weight of one dtype/],
    [
      () => F.crossEntropy(logits, labels([0, 1]), { reduction: "avg" as never }),
      /"mean" or "sum" or "none" as reduction, got "avg"/,
    ],
    [() => F.crossEntropy(logits, labels([0, 1]), { labelSmoothing: 1.5 }), /from 0 to 1 as labelSmoothing, got 1.5/],
    [() => F.crossEntropy(logits, labels([0, 1]), { labelSmoothing: -0.1 }), /got -0.1/],
    [() => F.crossEntropy(logits, labels([0, 1]), { ignoreIndex: 0.5 }), /a whole number as ignoreIndex/],
    [
      () => F.crossEntropy(logits, logits.softmax(1), { ignoreIndex: 0 }),
      /int32 labels .*ignoreIndex 0.*leave its row/,
    ],
    [() => F.crossEntropy(wide, logits.softmax(1)), /input and target of one dtype/],
    [() => F.crossEntropy(logits, zeros([2, 4])), /int32 labels of shape \[2\]/],
    [() => new nn.CrossEntropyLoss({ label_smoothing: 0.1 } as never), /Did you mean "labelSmoothing"/],
    [() => new nn.CrossEntropyLoss({ reduction: "avg" as never }), /^CrossEntropyLoss: /],
    [() => new nn.CrossEntropyLoss({ weight: [1, 2] as never }), /a tensor, or null, as weight/],
    [() => new nn.CrossEntropyLoss().forward(logits, labels([9, 9])), /^CrossEntropyLoss\.forward: /],
  ],
  attention: [
    [
      () => new nn.MultiheadAttention(5, 2),
      /^MultiheadAttention: expected heads that divide embedDim, got 2 heads of 5 numbers/,
    ],
    [() => new nn.MultiheadAttention(4, 0), /1 or more as numHeads, got 0/],
    [() => new nn.MultiheadAttention(4, 2, { dropout: 2 }), /a number from 0 to 1 as dropout, got 2/],
    [() => new nn.MultiheadAttention(4, 2, { kdim: 0.5 }), /1 or more, or null, as kdim, got 0.5/],
    [() => new nn.MultiheadAttention(4, 2, { batch_first: true } as never), /Did you mean "batchFirst"/],
    [() => new nn.MultiheadAttention(4, 2, { addBiasKv: 1 as never }), /true or false as addBiasKv/],
    [
      () => attention.forward(zeros([3, 2, 3]), zeros([3, 2, 3]), zeros([3, 2, 4])),
      /^MultiheadAttention\.forward: expected a query \[l, n, 3\], a key .*, all with n or without, got \[3, 2, 3\], \[3, 2, 3\], \[3, 2, 4\]/,
    ],
    [() => attention.forward(matrix, zeros([1, 2, 3]), zeros([1, 2, 3])), /got \[2, 3\], \[1, 2, 3\]/],
    [() => attention.forward(wide, wide, wide), /one dtype/],
    [() => attention.forward(matrix, matrix, 1 as never), /a tensor as value, got 1/],
    [
      () => attention.forward(matrix, matrix, matrix, { attnMask: zeros([2, 3]) }),
      /attnMask of shape \[2, 2\], got \[2, 3\]/,
    ],
    [
      () => attention.forward(matrix, matrix, matrix, { attnMask: zeros([2, 2]).to("int32") }),
      /float32 or float64 tensor as attnMask/,
    ],
    [
      () => attention.forward(matrix, matrix, matrix, { keyPaddingMask: zeros([1, 2]) }),
      /keyPaddingMask of shape \[2\], got \[1, 2\]/,
    ],
    [() => attention.forward(matrix, matrix, matrix, { needWeights: 0 as never }), /true or false as needWeights/],
    [
      () => F.scaledDotProductAttention(matrix, zeros([2, 4]), matrix),
      /^scaledDotProductAttention: expected a query \[…, l, e\], a key .* got \[2, 3\], \[2, 4\], \[2, 3\]/,
    ],
    [() => F.scaledDotProductAttention(matrix, matrix, wide), /input and value of one dtype/],
    [
      () => F.scaledDotProductAttention(matrix, matrix, matrix, { isCausal: true, attnMask: zeros([2, 2]) }),
      /a mask or isCausal, not both/,
    ],
    [
      () => F.scaledDotProductAttention(matrix, matrix, matrix, { attnMask: zeros([5, 2, 2]) }),
      /an attnMask that broadcasts to \[2, 2\], got \[5, 2, 2\]/,
    ],
    [
      () => F.scaledDotProductAttention(matrix, matrix, matrix, { scale: Number.NaN }),
      /a finite number, or null, as scale/,
    ],
    [() => F.scaledDotProductAttention(matrix, matrix, matrix, { dropoutP: -1 }), /a number from 0 to 1 as dropoutP/],
  ],
  "losses of pairs": [
    [
      () => F.l1Loss(zeros([2, 1]), zeros([2])),
      /^l1Loss: .*one shape, got \[2, 1\] and \[2\]\. Losses do not broadcast/,
    ],
    [
      () => new nn.L1Loss({ reduction: "batchmean" as never }),
      /^L1Loss: .*"mean" or "sum" or "none" as reduction, got "batchmean"/,
    ],
    [() => new nn.L1Loss().forward(logits, wide), /^L1Loss\.forward: expected input and target of one dtype/],
    [() => new nn.SmoothL1Loss({ beta: -1 }), /^SmoothL1Loss: expected a finite number of 0 or more as beta, got -1/],
    [() => F.smoothL1Loss(logits, 1 as never), /^smoothL1Loss: .*as target, got 1/],
    [() => F.huberLoss(logits, logits, { delta: 0 }), /^huberLoss: expected a finite number above 0 as delta, got 0/],
    [() => new nn.HuberLoss().forward(logits, zeros([3])), /^HuberLoss\.forward: /],
    [
      () => F.klDiv(logits, logits, { reduction: "batchMean" as never }),
      /^klDiv: .*"batchmean" as reduction, got "batchMean"\. Did you mean "batchmean"/,
    ],
    [() => new nn.KLDivLoss({ logTarget: 1 as never }), /^KLDivLoss: expected true or false as logTarget/],
    [
      () => F.binaryCrossEntropy(tensor([0.5, 1.5]), tensor([1, 0])),
      /^binaryCrossEntropy: expected probabilities from 0 to 1 as input, got 1.5\. Of logits take binaryCrossEntropyWithLogits/,
    ],
    [() => new nn.BCELoss().forward(tensor([Number.NaN]), tensor([1])), /^BCELoss\.forward: .*got NaN/],
    [() => F.binaryCrossEntropy(tensor([-0.5]), tensor([1])), /got -0.5/],
    [() => new nn.BCELoss({ weight: 2 as never }), /^BCELoss: expected a tensor, or null, as weight, got 2/],
    [
      () => F.binaryCrossEntropyWithLogits(logits, logits, { weight: ones([2]) }),
      /^binaryCrossEntropyWithLogits: expected a weight that broadcasts to \[2, 3\], got \[2\].*weight\.unsqueeze\(1\)/,
    ],
    [() => F.binaryCrossEntropyWithLogits(logits, logits, { weight: ones([1, 2, 3]) }), /got \[1, 2, 3\]/],
    [() => F.binaryCrossEntropyWithLogits(wide, wide, { posWeight: ones([3]) }), /input and posWeight of one dtype/],
    [() => new nn.BCEWithLogitsLoss({ pos_weight: ones([3]) } as never), /Did you mean "posWeight"/],
    [() => new nn.BCEWithLogitsLoss().forward(logits, labels([1])), /^BCEWithLogitsLoss\.forward: .*as target/],
  ],
  "MSELoss and NLLLoss": [
    [() => F.mseLoss(zeros([2, 1]), zeros([2])), /one shape, got \[2, 1\] and \[2\]\. Losses do not broadcast/],
    [() => F.mseLoss(logits, wide), /input and target of one dtype/],
    [() => F.mseLoss(labels([1]), labels([1])), /float32 or float64 tensor as input/],
    [() => F.mseLoss(logits, 1 as never), /tensor as target, got 1/],
    [() => F.mseLoss(logits, logits, { reduction: "avg" as never }), /got "avg"/],
    [() => new nn.MSELoss({ reduction: 1 as never }), /^MSELoss: /],
    [() => new nn.MSELoss().forward(logits, zeros([3])), /^MSELoss\.forward: /],
    [() => F.nllLoss(logits, tensor([0, 1])), /^nllLoss: expected int32 labels/],
    [() => F.nllLoss(logits, labels([0, 3])), /labels from 0 to 2/],
    [() => F.nllLoss(logits, labels([0, 1]), { weight: ones([4]) }), /weight of shape \[3\], got \[4\]/],
    [() => new nn.NLLLoss({ ignoreIndex: "x" as never }), /^NLLLoss: expected a whole number as ignoreIndex/],
    [() => new nn.NLLLoss().forward(logits, labels([0])), /^NLLLoss\.forward: /],
  ],
  init: [
    [
      () => init.calculateGain("gelu" as never),
      /^calculateGain: expected "linear" or .* as nonlinearity, got "gelu"\.$/,
    ],
    [() => init.calculateGain("leaky_relu" as never), /got "leaky_relu"\. Did you mean "leakyRelu"/],
    [() => init.calculateGain("leakyRelu", Number.NaN), /slope of leakyRelu, got NaN/],
    [
      () => init.kaimingUniform_(matrix, { mode: "fan_in" as never }),
      /"fanIn" or "fanOut" as mode, got "fan_in".*"fanIn"\?$/,
    ],
    [() => init.kaimingNormal_(matrix, { nonlinearity: "swish" as never }), /got "swish"/],
    [() => init.kaimingNormal_(matrix, { a: "1" as never }), /a finite number as a, got "1"/],
    [() => init.kaimingUniform_(zeros([3])), /^kaimingUniform_: .*two dimensions or more/],
    [() => init.xavierUniform_(matrix, { gain: -1 }), /^xavierUniform_: .*0 or more as gain, got -1/],
    [() => init.xavierNormal_(matrix.to("int32")), /float32 or float64 tensor as weight/],
    [() => init.orthogonal_(zeros([3])), /^orthogonal_: .*two dimensions/],
    [() => init.orthogonal_(matrix, { gain: Number.NaN }), /gain/],
    [() => init.uniform_(matrix, { a: 2, b: 1 }), /low ≤ high, got 2 and 1/],
    [() => init.uniform_(matrix, { low: 2 } as never), /options among a, b, generator, got "low"/],
    [() => init.normal_(matrix, { std: -1 }), /0 or more as std/],
    [() => init.normal_(matrix, { generator: {} as never }), /a Generator/],
    [() => init.constant_(matrix, "1" as never), /a number, got "1"/],
    [() => init.zeros_([1] as never), /a tensor as weight/],
    [() => init.truncNormal_(matrix, { a: 1, b: 1 }), /^truncNormal_: expected a below b, got a = 1 and b = 1\. /],
    [() => init.truncNormal_(matrix, { a: 3 }), /a below b, got a = 3 and b = 2\. .*not of the mean/],
    [() => init.truncNormal_(matrix, { std: 0 }), /a finite number above 0 as std, got 0\. .*constant_/],
    [() => init.truncNormal_(matrix, { std: -1 }), /above 0 as std, got -1/],
    [() => init.truncNormal_(matrix, { std: Number.NaN }), /above 0 as std, got NaN\.$/],
    [() => init.truncNormal_(matrix, { mean: Number.NaN }), /a finite number as mean, got NaN/],
    [() => init.truncNormal_(matrix, { b: Number.POSITIVE_INFINITY }), /a finite number as b, got Infinity/],
    [() => init.truncNormal_(matrix, { a: "1" as never }), /a finite number as a, got "1"/],
    [() => init.truncNormal_(matrix, { low: 1 } as never), /options among mean, std, a, b, generator, got "low"/],
    [
      () => init.truncNormal_(matrix, { a: 6, b: 8 }),
      /\[a, b\] where float32 tells the values apart, got \[6, 8\].*float64/,
    ],
    [() => init.truncNormal_(matrix.to("int32")), /^truncNormal_: .*float32 or float64 tensor as weight/],
    [() => init.truncNormal_(matrix, { generator: {} as never }), /^truncNormal_: .*a Generator/],
  ],
};

for (const [name, cases] of Object.entries(refusals)) {
  describe(`${name} refuses with the reason, and changes nothing`, () => {
    test.each(cases.map(([run, says]) => ({ run, says, title: String(run).replace(/^\(\) => /, "") })))(
      "$title",
      ({ run, says }) => {
        manualSeed(1);
        const watched = [logits, wide, matrix].map((x) => x.toArray());
        let thrown: unknown;
        try {
          run();
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(TensorError);
        expect((thrown as TensorError).message).toMatch(says);
        expect([logits, wide, matrix].map((x) => x.toArray())).toEqual(watched);
        const state = defaultGenerator.getState();
        expect(manualSeed(1).getState()).toEqual(state);
      },
    );
  });
}
