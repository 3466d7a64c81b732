/** Which gradient differs: that of PyTorch of first or second order, or our own when it is recorded. */
export type Order = "first" | "second" | "recorded";

/** How two numbers may differ. */
export const kinds = {
  "NaN there": (_a: number, e: number) => Number.isNaN(e),
  "NaN on one side": (a: number, e: number) => Number.isNaN(a) !== Number.isNaN(e),
  "NaN here": (a: number, _e: number) => Number.isNaN(a),
  "another sign": (a: number, e: number) => a === -e,
  anything: () => true,
} as const;

/** A difference from PyTorch that stays. */
interface Difference {
  /** The names of the rows. */
  readonly of: RegExp;
  /** The titles of the cases. Default: all. */
  readonly at?: RegExp;
  readonly order?: Order;
  readonly dtype?: "float32" | "float64";
  /** The only kernels that differ. */
  readonly kernels?: "wasm";
  readonly kind: keyof typeof kinds;
  readonly why: string;
}

/** All of them. PyTorch is 1.13. */
export const allowed: readonly Difference[] = [
  {
    of: /^(nanToNum|nansum|quantile)/,
    kind: "NaN there",
    why: "PyTorch multiplies the gradient by a mask, or by a weight of 0; here it is left out",
  },
  {
    of: /^varMean/,
    order: "second",
    kind: "NaN there",
    why: "as of the variance: what is made of infinities in PyTorch is left out",
  },
  {
    of: /^cumprod/,
    kind: "NaN on one side",
    why: "where something is infinite: products of what comes before and behind here, a quotient there",
  },
  {
    of: /^median$/,
    kind: "another sign",
    why: "0 and −0 are equals, of which the first is the median here",
  },
  {
    of: /^(pow, a tensor|std|norm|LpNorm[12]d|cdist)/,
    order: "second",
    kind: "NaN there",
    why: "PyTorch masks the gradient but not what it is made of, so that the second one is 0·∞; here it is the limit, or 0",
  },
  {
    of: /^(norm|LpNorm[12]d|cdist)/,
    order: "first",
    kind: "NaN there",
    why: "PyTorch multiplies the gradient by 0 where a norm is 0; here it is left out",
  },
  {
    of: /^(norm, p = (3|1.5|0.5|−1)|cdist, of order 3)/,
    at: /infinite|NaN/,
    order: "second",
    kind: "NaN on one side",
    why: "from infinities: the element in parts of the norm here, a product of powers there",
  },
  {
    of: /^[cC]onv[12]d/,
    dtype: "float32",
    kind: "NaN here",
    why: "the zeros around a picture are multiplied, as PyTorch does in float64; in float32 it leaves them out",
  },
  {
    of: /^(softplus|Softplus|smoothL1|SmoothL1|huber|Huber)/,
    order: "second",
    kind: "NaN there",
    why: "PyTorch multiplies by the mask of the threshold; here it selects",
  },
  {
    of: /^SmoothL1/,
    at: /at NaN, from plain/,
    order: "second",
    kind: "anything",
    why: "of NaN PyTorch's first gradient passes on, and its second one is 0",
  },
  {
    of: /^(silu|SiLU)/,
    order: "second",
    kind: "NaN there",
    why: "PyTorch multiplies by the parts of the slope one by one",
  },
  {
    of: /^(elu|ELU)/,
    at: /before/,
    kind: "another sign",
    why: "elu(−0) is −0 here, and 0 there",
  },
  {
    of: /^elu$/,
    at: /NaN|behind log/,
    dtype: "float64",
    kind: "NaN there",
    why: "what is NaN has the slope 1, as in float32; in float64 PyTorch's vectors answer otherwise than its single numbers",
  },
  {
    of: /^hardtanh$/,
    at: /NaN|behind/,
    dtype: "float64",
    kind: "anything",
    why: "what is NaN has the slope 1, as in float32; in float64 PyTorch's vectors answer otherwise than its single numbers",
  },
  {
    of: /^binaryCrossEntropy$/,
    order: "second",
    kind: "another sign",
    why: "of a probability −0, which is 0 where PyTorch clamps it",
  },
  {
    of: /^binaryCrossEntropy$/,
    at: /edges and infinite, then from infinite/,
    order: "second",
    kind: "NaN there",
    why: "the same, where two infinities meet",
  },
  {
    of: /^(klDiv|KLDivLoss, in)/,
    kind: "NaN there",
    why: "at a target of 0 PyTorch divides it by itself; here the slope is its limit, −∞",
  },
  {
    of: /^(klDiv|KLDivLoss, in)/,
    at: /from infinite/,
    order: "first",
    kind: "NaN here",
    why: "of targets below 0, whose logarithm is NaN, PyTorch leaves out what a gradient of 0 multiplies",
  },
  {
    of: /^(sigmoid|Sigmoid|softplus|silu|SiLU|binaryCrossEntropyWithLogits, weighted)/,
    dtype: "float32",
    kind: "NaN there",
    why: "PyTorch's float32 sigmoid is 0 where it is not yet 0 here",
  },
  {
    of: /^(gelu|GELU|LayerNorm, over|maximum, a number)/,
    kind: "another sign",
    why: "roots of 0 and of −0 differ in sign: PyTorch has maximum(−0, 0) = −0, and its vectors gelu(−0) = 0",
  },
  {
    of: /^prod$/,
    kind: "NaN on one side",
    why: "PyTorch answers 0 where two elements are 0, and else divides the product by the element",
  },
  {
    of: /^prod, /,
    order: "second",
    kind: "NaN on one side",
    why: "the second gradient is that of products of halves here, of running products there",
  },
  {
    of: /^(abs|sign|l1Loss|L1Loss, in.*|(floor|ceil|round|trunc), away.*|norm, p = 1|LpNorm[12]d, of p = 1.*)$/,
    order: "second",
    kind: "NaN here",
    why: "the slope of a step is 0, which meets an infinite slope before it; PyTorch passes no zeros on",
  },
  {
    of: /^pow, a tensor$/,
    dtype: "float32",
    kind: "NaN there",
    why: "PyTorch's float32 power underflows earlier",
  },
  {
    of: /^(gelu|GELU)/,
    at: /before/,
    order: "second",
    dtype: "float32",
    kind: "NaN there",
    why: "PyTorch's vectors have gelu(−0) = 0",
  },
  {
    of: /^softplus, sharper/,
    at: /its own/,
    order: "second",
    kind: "anything",
    why: "at the threshold PyTorch has the gradient of before it, and the second gradient of behind it",
  },
  {
    of: /^(batchNorm, by the statistics|((Noisy|Ghost)?BatchNorm1d|NoisyBatchNorm2d).*, in training)/,
    at: /from (infinite|NaN)|behind/,
    kind: "NaN here",
    why: "from infinite gradients: sums in another order, and at the weight differences of means",
  },
  {
    of: /^(Group|Instance)Norm/,
    at: /infinite|NaN/,
    kind: "NaN on one side",
    why: "from infinities: sums in another order, and at the weight differences of means",
  },
  {
    of: /^(InstanceNorm1d|GroupNorm, without)/,
    at: /edges, before/,
    kind: "anything",
    why: "at a slope without bound, where rounding in another order decides",
  },
  {
    of: /^BatchNorm2d, in training/,
    at: /then from infinite/,
    order: "second",
    kind: "NaN here",
    why: "at the weight, from infinite gradients: differences of means",
  },
  {
    of: /^(pad, (reflect|replicate)|leakyRelu|LeakyReLU|hardtanh|Hardtanh|elu|([mM]ax|[aA]vg|[aA]daptiveAvg)Pool[12]d)/,
    at: /behind/,
    order: "second",
    kind: "NaN there",
    why: "PyTorch's gradient of that gradient sends a 0 to the input, of which an infinite slope makes NaN",
  },
  {
    of: /^BatchNorm1d, by the unbiased variance, without eps, in training/,
    kind: "NaN here",
    why: "PyTorch 1.13 takes 1/√0 for 0 where all are equal and eps is 0, which later versions refuse",
  },
  {
    of: /^(LayerNorm|Sequential|MSELoss, unreduced|NLLLoss, with)/,
    kind: "NaN there",
    why: "from infinities: sums in another order",
  },
  {
    of: /^Embedding, with options/,
    at: /at infinite/,
    kind: "anything",
    why: "rows that are too long are shortened in place, which PyTorch refuses in some of these cases",
  },
  {
    of: /^softmax, of the first/,
    at: /saturated/,
    dtype: "float32",
    kind: "anything",
    why: "a difference that is nothing but rounding",
  },
  {
    of: /^(LayerNorm, without|Sequential, in training)/,
    at: /behind|at zero/,
    dtype: "float32",
    kind: "anything",
    why: "a difference that is nothing but rounding",
  },
  {
    of: /^MultiheadAttention, in/,
    at: /at equal, from plain/,
    order: "second",
    dtype: "float32",
    kind: "anything",
    why: "differences of scores that are equal and large, which are nothing but rounding",
  },
  {
    of: /^batchNorm(Input|Weight)Gradient$/,
    order: "second",
    kind: "anything",
    why: "PyTorch's third gradients take the statistics of the batch for constants",
  },
  {
    of: /^batchNorm(Input|Weight)Gradient$/,
    kind: "NaN on one side",
    why: "from infinite gradients: sums in another order",
  },
  {
    of: /^batchNorm, by given statistics$/,
    kind: "NaN there",
    why: "PyTorch folds the mean into the bias, which leaves ∞ − ∞",
  },
  {
    of: /^[cC]rossEntropy/,
    kind: "NaN there",
    why: "PyTorch multiplies what is ignored, and adds ∞ to −∞ where the slope of a label is that of one class less all",
  },
  {
    of: /^(crossEntropy, (each|sum)|CrossEntropyLoss, with)/,
    order: "recorded",
    kernels: "wasm",
    kind: "NaN on one side",
    why: "from infinite gradients at the loss: with smoothing the SIMD kernel subtracts them, as PyTorch does",
  },
  {
    of: /^topk$/,
    kind: "anything",
    why: "of equal elements PyTorch picks any",
  },
];
