import { noGrad } from "../../autograd/gradMode.ts";
import { arange, zeros } from "../../functions/factories.ts";
import type { Dtype } from "../../kernels/array.ts";
import { checkOptions } from "../../base/options.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { checkMaking, checkSize } from "../module/checks.ts";
import {
  checkEmbedding,
  type EmbeddingFunctionOptions,
  embeddingFor,
  embeddingOptionNames,
} from "../functional/embedding.ts";
import { drawFrom, normal_ } from "../init/fill.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link Embedding}. */
export interface EmbeddingOptions extends EmbeddingFunctionOptions, RandomOptions {
  /** The type of the table. Default `"float32"`. */
  readonly dtype?: Dtype;
}

/**
 * A table of `num` vectors, looked up by number: `y[…] = weight[i[…]]`. It starts normally distributed, with mean 0 and
 * variance 1; the row `paddingIdx`, if any, starts at 0 and stays.
 *
 * Shapes: int32 `[…]` → `[…, dim]`.
 *
 * @throws {@link TensorError} if an index is not int32, or not from 0 to `num − 1`.
 * @see PyTorch `torch.nn.Embedding`: the same initial values from the same seed. There is no `sparse`.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, tensor } from "evenkeel";
 *
 * manualSeed(0);
 * const table = new nn.Embedding(27, 10);
 * console.log(table.forward(tensor([[0, 5, 13]], { dtype: "int32" })).shape); // => [ 1, 3, 10 ]
 * ```
 */
export class Embedding extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Embedding";
  /** @internal */
  static readonly [layerKey]: string = "Embedding";
  /** How many vectors there are. */
  readonly numEmbeddings: number;
  /** How long each is. */
  readonly embeddingDim: number;
  /** The row that gets no gradient, counted from 0, or null. */
  readonly paddingIdx: number | null;
  /** Rows that are looked up and longer are shortened to this, or null. */
  readonly maxNorm: number | null;
  /** The p of the norm for `maxNorm`. */
  readonly normType: number;
  /** Whether the gradient at a row is divided by how often it was looked up. */
  readonly scaleGradByFreq: boolean;
  /** The table, `[numEmbeddings, embeddingDim]`. */
  weight: Parameter;

  /** @param options - how it is looked up, and how the table is made. */
  constructor(num: number, dim: number, options: EmbeddingOptions = {}) {
    checkOptions("Embedding", options, [...embeddingOptionNames, "generator", "dtype"]);
    const { generator, dtype = "float32" } = options;
    checkSize("Embedding", "num", num);
    checkSize("Embedding", "dim", dim);
    checkMaking("Embedding", dtype, generator);
    const settings = checkEmbedding("Embedding", num, options);
    super();
    this.numEmbeddings = num;
    this.embeddingDim = dim;
    this.paddingIdx = settings.paddingIdx;
    this.maxNorm = settings.maxNorm;
    this.normType = settings.normType;
    this.scaleGradByFreq = settings.scaleGradByFreq;
    this.weight = normal_(ownParameter(zeros([num, dim], { dtype })), drawFrom("Embedding", options));
    if (this.paddingIdx !== null) {
      const isPadding = arange(num, { dtype: "int32" }).eq(this.paddingIdx).unsqueeze(1);
      noGrad(() => this.weight.copy_(this.weight.maskedFill(isPadding, 0)));
    }
  }

  override forward(i: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embeddingFor("Embedding.forward", i, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }

  override extraRepr(): string {
    const extras = [
      `${this.numEmbeddings}`,
      `${this.embeddingDim}`,
      ...(this.paddingIdx === null ? [] : [`paddingIdx=${this.paddingIdx}`]),
      ...(this.maxNorm === null ? [] : [`maxNorm=${showNumber(this.maxNorm)}`]),
      ...(this.normType === 2 ? [] : [`normType=${showNumber(this.normType)}`]),
      ...(this.scaleGradByFreq ? ["scaleGradByFreq=true"] : []),
    ];
    return extras.join(", ");
  }
}
