import { noGrad } from "../../autograd/gradMode.ts";
import type { Dtype } from "../../base/dtype.ts";
import { TensorError } from "../../base/errors.ts";
import { flag, orNull, share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { zeros } from "../../functions/factories.ts";
import { aGenerator, type Generator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { drawFrom } from "../init/fill.ts";
import { xavierNormal_, xavierUniform_ } from "../init/xavier.ts";
import { Linear } from "../layers/linear.ts";
import { checkSize, floatDtype, optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { singleFrom } from "../module/pairs.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { type AttentionMasks, attend } from "./attend.ts";

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions extends RandomOptions {
  /** The probability with which a weight of attention becomes 0 while training. Default `0`. */
  readonly dropout?: number;
  /** Whether the projections have biases. Default `true`. */
  readonly bias?: boolean;
  /** Whether a key and a value that are learnt are added to those given. Default `false`. */
  readonly addBiasKv?: boolean;
  /** Whether a key and a value of zeros are added. Default `false`. */
  readonly addZeroAttn?: boolean;
  /** The size of keys; null for `embedDim`. Default `null`. */
  readonly kdim?: number | null;
  /** The size of values; null for `embedDim`. Default `null`. */
  readonly vdim?: number | null;
  /** Whether inputs are `[n, l, e]`, not `[l, n, e]`. Default `false`. */
  readonly batchFirst?: boolean;
  /** The type of the parameters. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = {
  dropout: { is: share, default: 0 },
  bias: { is: flag, default: true },
  addBiasKv: { is: flag, default: false },
  addZeroAttn: { is: flag, default: false },
  kdim: { is: /* @__PURE__ */ orNull(/* @__PURE__ */ singleFrom(1)), default: null },
  vdim: { is: /* @__PURE__ */ orNull(/* @__PURE__ */ singleFrom(1)), default: null },
  batchFirst: { is: flag, default: false },
  dtype: floatDtype,
  generator: { is: aGenerator },
} as const satisfies OptionRules<MultiheadAttentionOptions>;

/** Options of {@link MultiheadAttention.forward}. */
export interface AttendOptions extends AttentionMasks {
  /** Whether to return the weights too. Default `true`. */
  readonly needWeights?: boolean;
  /** Whether the weights are means over the heads, not those of each. Default `true`. */
  readonly averageAttnWeights?: boolean;
}

const attendRules = {
  keyPaddingMask: optionalTensor,
  needWeights: { is: flag, default: true },
  attnMask: optionalTensor,
  averageAttnWeights: { is: flag, default: true },
} as const satisfies OptionRules<AttendOptions>;

/**
 * Attention by several heads: each projects queries, keys and values to `embedDim/numHeads` numbers, and takes
 * `softmax(q·kᵀ/√(embedDim/numHeads) + mask)·v`; what they give, side by side, is projected once more.
 *
 * The projections of a query, a key and a value of one size are one parameter, `inProjWeight` `[3·embedDim, embedDim]`; with
 * `kdim` or `vdim` they are three. They start by Xavier's uniform rule, biases at 0, the last projection as a `Linear`.
 *
 * @throws {@link TensorError} if the heads do not divide `embedDim`, or an option is out of its range.
 * @see PyTorch `torch.nn.MultiheadAttention`: the same names and initial values, and with `dropout` the same draws, from the same
 * seed. Options of `forward` are in one object; masks of floats may be given together, and add up, as in later versions.
 * @see Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762.
 *
 * @example
 * ```ts
 * import { nn, ones, randn } from "evenkeel";
 *
 * const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true });
 * const x = randn([3, 5, 8]);
 * const attnMask = ones([5, 5]).triu(1).ne(0); // what comes later is not seen
 * const [y, weights] = attention.forward(x, x, x, { attnMask });
 * console.log(y.shape, weights?.shape); // => [ 3, 5, 8 ] [ 3, 5, 5 ]
 * ```
 */
export class MultiheadAttention extends Module<[output: Tensor, weights: Tensor | null]> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "MultiheadAttention";
  /** @internal */
  static readonly evenkeelLayer: string = "MultiheadAttention";
  /** @internal What PyTorch calls otherwise. */
  static readonly evenkeelPytorchNames = [
    "inProjWeight",
    "qProjWeight",
    "kProjWeight",
    "vProjWeight",
    "inProjBias",
    "biasK",
    "biasV",
    "outProj",
  ];
  /** The size of queries and of outputs. */
  readonly embedDim: number;
  /** How many heads there are. */
  readonly numHeads: number;
  /** The size of keys. */
  readonly kdim: number;
  /** The size of values. */
  readonly vdim: number;
  /** The probability with which a weight of attention becomes 0 while training. */
  readonly dropout: number;
  /** Whether inputs are `[n, l, e]`. */
  readonly batchFirst: boolean;
  /** Whether a key and a value of zeros are added. */
  readonly addZeroAttn: boolean;
  /** Where the random numbers of dropout come from, if not from the default generator. */
  readonly generator: Generator | undefined;
  /** The projections of queries, keys and values, one below the other; null where these are of several sizes. */
  inProjWeight: Parameter | null;
  /** The projection of queries, `[embedDim, embedDim]`, or null. */
  qProjWeight: Parameter | null;
  /** The projection of keys, `[embedDim, kdim]`, or null. */
  kProjWeight: Parameter | null;
  /** The projection of values, `[embedDim, vdim]`, or null. */
  vProjWeight: Parameter | null;
  /** The biases of the three, `[3·embedDim]`, or null. */
  inProjBias: Parameter | null;
  /** A key that is learnt, `[1, 1, embedDim]`, or null. */
  biasK: Parameter | null;
  /** A value that is learnt, `[1, 1, embedDim]`, or null. */
  biasV: Parameter | null;
  /** The last projection. */
  readonly outProj: Linear;

  /**
   * @param embedDim - the size of queries and of outputs, which `numHeads` divides.
   * @param numHeads - how many heads there are, 1 or more.
   * @param options - see {@link MultiheadAttentionOptions}.
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    const where = "MultiheadAttention";
    const given = optionsOf(where, options, rules);
    const { dropout, bias, addBiasKv, addZeroAttn, batchFirst, kdim, vdim, dtype, generator } = given;
    checkSize(where, "embedDim", embedDim, 1);
    checkSize(where, "numHeads", numHeads, 1);
    if (embedDim % numHeads !== 0) {
      throw new TensorError(where, {
        expected: "heads that divide embedDim",
        got: `${numHeads} heads of ${embedDim} numbers`,
      });
    }
    super();
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    this.generator = generator;
    const source = drawFrom(given);
    const parameter = (...shape: number[]) => ownParameter(zeros(shape, { dtype }));
    const outProj = new Linear(embedDim, embedDim, { bias, dtype, ...source });
    const isOne = this.kdim === embedDim && this.vdim === embedDim;
    this.inProjWeight = isOne ? xavierUniform_(parameter(3 * embedDim, embedDim), source) : null;
    this.qProjWeight = isOne ? null : xavierUniform_(parameter(embedDim, embedDim), source);
    this.kProjWeight = isOne ? null : xavierUniform_(parameter(embedDim, this.kdim), source);
    this.vProjWeight = isOne ? null : xavierUniform_(parameter(embedDim, this.vdim), source);
    this.inProjBias = bias ? parameter(3 * embedDim) : null;
    this.biasK = addBiasKv ? xavierNormal_(parameter(1, 1, embedDim), source) : null;
    this.biasV = addBiasKv ? xavierNormal_(parameter(1, 1, embedDim), source) : null;
    this.outProj = outProj;
    noGrad(() => outProj.bias?.fill_(0));
  }

  /**
   * What the heads make of the values, and the weights that they gave them, after dropout.
   *
   * Shapes: `query` `[l, n, embedDim]`, `key` `[s, n, kdim]`, `value` `[s, n, vdim]` → `[l, n, embedDim]`, and weights
   * `[n, l, s]`, or `[n, numHeads, l, s]` unless they are averaged; `n` comes first with `batchFirst`, and is left out everywhere
   * for one example. `addBiasKv` and `addZeroAttn` each make `s` one more in the weights.
   *
   * @param options - see {@link AttendOptions}.
   * @throws {@link TensorError} for other shapes or dtypes.
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: AttendOptions,
  ): [output: Tensor, weights: Tensor | null] {
    const where = "MultiheadAttention.forward";
    const { needWeights, averageAttnWeights, ...masks } = optionsOf(where, options, attendRules);
    const { output, weights } = attend(where, this, [query, key, value], masks);
    if (!needWeights) return [output, null];
    return [output, averageAttnWeights ? weights.mean(-3) : weights];
  }
}
