import { arange, cat, nn, zeros } from "evenkeel";
import {
  batchNormEvaluating,
  batchNormInputGradient,
  batchNormTraining,
  batchNormWeightGradient,
} from "../../../src/ops/batchNorm.ts";
import { linear } from "../../../src/ops/linear.ts";
import { crossEntropy } from "../../../src/ops/losses/crossEntropy.ts";
// Not the public one: that takes an operation for a user's own, whose gradients it does not use again.
import { apply } from "../../../src/tensor/tensor.ts";
import { constant, distinct, float, int, mask, nonzero, type Row, two } from "./row.ts";

const { functional: F } = nn;

// The first label is 0 and counts: were all ignored, a mean would be NaN.
const ce = (title: string, torch: string, settings: Parameters<typeof crossEntropy>[0]): Row => ({
  op: "crossEntropy",
  title,
  torch: `lambda x, t, w: F.cross_entropy(x, torch.cat([torch.zeros(1), t.flatten()[1:]]).reshape(t.shape).long(), w, ${torch})`,
  run: (x, t, w) => {
    const first = zeros([1], { dtype: "int32" });
    const labels = cat([first, t.flatten().slice(0, 1)]).reshape(t.shape);
    return apply(crossEntropy(settings, true), x, labels, w);
  },
  inputs: (n, c) => [float([n, 4, c]), int([n, c], 0, 4), constant([4], 0.2, 2)],
  sizes: nonzero,
});

/** Fused operations. */
export const fused: readonly Row[] = [
  {
    op: "batchNorm",
    title: "by the statistics of the batch",
    torch: "lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 0.1)",
    run: (x, w, b) => apply(batchNormTraining(0.1), x, w, b),
    inputs: (n, c) => [float([n + 1, c, 2]), float([c], 0.5, 2), float([c])],
    sizes: nonzero,
  },
  {
    op: "batchNorm",
    title: "by given statistics",
    torch: "lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, False, 0.1, 0.1)",
    run: (x, m, v, w, b) => apply(batchNormEvaluating(0.1), x, m, v, w, b),
    inputs: (n, c) => [float([n, c, 2]), constant([c], -2, 2), constant([c], 0.5, 2), float([c], 0.5, 2), float([c])],
    sizes: nonzero,
  },
  {
    op: "batchNormInputGradient",
    torch:
      "lambda g, x, w: " +
      "torch.autograd.grad(F.batch_norm(x, None, None, w, None, True, 0.1, 0.1), x, g, create_graph=True)[0]",
    run: (g, x, w) => apply(batchNormInputGradient(0.1), g, x, w),
    inputs: (n, c) => [float([n + 1, c]), float([n + 1, c]), float([c], 0.5, 2)],
    sizes: nonzero,
  },
  {
    op: "batchNormWeightGradient",
    torch:
      "lambda g, x: " +
      "(lambda w: torch.autograd.grad(F.batch_norm(x, None, None, w, None, True, 0.1, 0.1), w, g, create_graph=True)[0])" +
      "(torch.ones(x.shape[1], dtype=x.dtype, requires_grad=True))",
    run: (g, x) => apply(batchNormWeightGradient(0.1), g, x),
    inputs: (n, c) => [float([n + 1, c, 2]), float([n + 1, c, 2])],
    sizes: nonzero,
  },
  {
    op: "linear",
    torch: "F.linear",
    run: (x, w, b) => apply(linear, x, w, b),
    inputs: (n, c) => [float([n, 3]), float([c, 3]), float([c])],
  },
  {
    op: "linear",
    title: "without bias",
    torch: "F.linear",
    run: (x, w) => apply(linear, x, w),
    inputs: (n, c) => [float([n, 3]), float([c, 3])],
  },
  ce("mean", "ignore_index=1", { ignoreIndex: 1, reduction: "mean", labelSmoothing: 0 }),
  ce("sum, smoothed", "label_smoothing=0.2, reduction='sum'", {
    ignoreIndex: -100,
    reduction: "sum",
    labelSmoothing: 0.2,
  }),
  ce("each", "ignore_index=2, label_smoothing=0.1, reduction='none'", {
    ignoreIndex: 2,
    reduction: "none",
    labelSmoothing: 0.1,
  }),
  {
    op: "l1Loss",
    torch: "F.l1_loss",
    run: (x, t) => F.l1Loss(x, t),
    inputs: (n, c) => [distinct([n, c]), float([n, c], -0.02, 0.02)],
  },
  {
    op: "smoothL1Loss",
    torch: "lambda x, t: F.smooth_l1_loss(x, t, reduction='sum', beta=0.5)",
    run: (x, t) => F.smoothL1Loss(x, t, { reduction: "sum", beta: 0.5 }),
    inputs: (n, c) => [distinct([n, c]), float([n, c], -0.02, 0.02)],
    edges: [0.5, -0.5, 0.25],
  },
  {
    op: "huberLoss",
    torch: "lambda x, t: F.huber_loss(x, t, reduction='none', delta=1.5)",
    run: (x, t) => F.huberLoss(x, t, { reduction: "none", delta: 1.5 }),
    inputs: (n, c) => [distinct([n, c]), float([n, c], -0.02, 0.02)],
    edges: [1.5, 0, 0.75],
  },
  {
    op: "binaryCrossEntropy",
    torch: "lambda x, t, w: F.binary_cross_entropy(x.clamp(0, 1), t, w, reduction='sum')",
    run: (x, t, weight) => F.binaryCrossEntropy(x.clamp(0, 1), t, { weight, reduction: "sum" }),
    inputs: (n, c) => [float([n, c], 0.1, 0.9), float([n, c], 0, 1), constant([c], 0.5, 2)],
    edges: [0, 1, 0.25, 1, 1, 0.75],
  },
  {
    op: "binaryCrossEntropyWithLogits",
    torch: "F.binary_cross_entropy_with_logits",
    run: (x, t) => F.binaryCrossEntropyWithLogits(x, t),
    inputs: (n, c) => [float([n, c], -4, 4), float([n, c], 0, 1)],
  },
  {
    op: "binaryCrossEntropyWithLogits",
    title: "weighted",
    torch: "lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, w, reduction='none', pos_weight=p)",
    run: (x, t, weight, posWeight) => F.binaryCrossEntropyWithLogits(x, t, { weight, reduction: "none", posWeight }),
    inputs: (n, c) => [float([n, c], -4, 4), float([n, c], 0, 1), constant([n, 1], 0.5, 2), constant([c], 0.5, 5)],
  },
  {
    op: "klDiv",
    torch: "lambda x, t: F.kl_div(x, t, reduction='batchmean')",
    run: (x, t) => F.klDiv(x, t, { reduction: "batchmean" }),
    inputs: (n, c) => [float([n, c], -3, 0), float([n, c], 0.1, 1)],
  },
  {
    op: "klDiv",
    title: "of logarithms",
    torch: "lambda x, t: F.kl_div(x, t, reduction='none', log_target=True)",
    run: (x, t) => F.klDiv(x, t, { reduction: "none", logTarget: true }),
    inputs: two,
  },
  {
    op: "scaledDotProductAttention",
    torch: "lambda q, k, v: (q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1)).softmax(-1) @ v",
    run: (q, k, v) => F.scaledDotProductAttention(q, k, v),
    inputs: (n, c) => [float([n, 2, 3]), float([n, c, 3]), float([n, c, 2])],
    sizes: nonzero,
  },
  {
    op: "scaledDotProductAttention",
    title: "masked",
    torch:
      "lambda q, k, v, m: (0.7 * q @ k.transpose(-2, -1) + torch.zeros(m.shape, dtype=q.dtype).masked_fill(~(m | (torch.arange(m.shape[-1]) == 0)), float('-inf'))).softmax(-1) @ v",
    run: (q, k, v, m) => {
      const first = arange(0, m.shape[2]).eq(0);
      return F.scaledDotProductAttention(q, k, v, { attnMask: m.maximum(first), scale: 0.7 });
    },
    inputs: (n, c) => [float([n, 2, 3]), float([n, c, 3]), float([n, c, 2]), mask([n, 1, c])],
    sizes: nonzero,
  },
  {
    op: "scaledDotProductAttention",
    title: "causal",
    torch:
      "lambda q, k, v: (q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1) + torch.full((q.shape[1], k.shape[1]), float('-inf'), dtype=q.dtype).triu(1)).softmax(-1) @ v",
    run: (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }),
    inputs: (n, c) => [float([n, 3, 3]), float([n, c, 3]), float([n, c, 2])],
    sizes: nonzero,
  },
  {
    op: "scaledDotProductAttention",
    title: "with floats added",
    torch: "lambda q, k, v, m: (q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1) + m).softmax(-1) @ v",
    run: (q, k, v, attnMask) => F.scaledDotProductAttention(q, k, v, { attnMask }),
    inputs: (n, c) => [float([n, 3]), float([c, 3]), float([c, 2]), float([c])],
    sizes: nonzero,
  },
];
