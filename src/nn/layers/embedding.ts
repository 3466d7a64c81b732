import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { type Dtype, isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag, notNegative, orNull, threshold, wholeNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { shared } from "../../base/shared.ts";
import { where as choose } from "../../functions/combine.ts";
import { arange, ones, zeros } from "../../functions/factories.ts";
import { addRows } from "../../ops/indexing.ts";
import { own, type Primitive } from "../../ops/op.ts";
import { aGenerator } from "../../random/generator.ts";
import { checkIndex } from "../../tensor/checks.ts";
import { apply, type Indices, type RandomOptions, type Tensor } from "../../tensor/tensor.ts";
import { drawFrom, normal_ } from "../init/fill.ts";
import { checkSize, floatDtype } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link embedding}. */
export interface EmbeddingFunctionOptions {
  /** The row that gets no gradient; negative numbers count from the end. Default: none. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are shortened to it, in place. Default: none. */
  readonly maxNorm?: number | null;
  /** The p of the norm that `maxNorm` is compared with. Default `2`. */
  readonly normType?: number;
  /** Whether the gradient at a row is divided by how often it was looked up. Default `false`. */
  readonly scaleGradByFreq?: boolean;
}

const functionRules = {
  paddingIdx: { is: /* @__PURE__ */ orNull(wholeNumber), default: null },
  maxNorm: { is: /* @__PURE__ */ orNull(notNegative), default: null },
  normType: { is: threshold, default: 2 },
  scaleGradByFreq: { is: flag, default: false },
} as const satisfies OptionRules<EmbeddingFunctionOptions>;

/**
 * Looks up rows of a table: `y[…] = weight[i[…]]`.
 *
 * Shapes: `i` `[…]`, `weight` `[num, dim]` → `[…, dim]`.
 *
 * @param i - numbers of rows, of any shape: an int32 tensor, or arrays of whole numbers.
 * @throws {@link TensorError} if an index is negative or too large, or not int32; if `weight` is no float matrix.
 * @see PyTorch `torch.nn.functional.embedding`, without `sparse`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * console.log(nn.functional.embedding(tensor([2, 0], { dtype: "int32" }), table));
 * // => tensor([[5., 6.],
 * //         [1., 2.]])
 * ```
 */
export function embedding(i: Indices, weight: Tensor, options?: EmbeddingFunctionOptions): Tensor {
  return embeddingFor("embedding", i, weight, optionsOf("embedding", options, functionRules));
}

/** {@link embedding} on behalf of `where`. */
function embeddingFor(
  where: string,
  i: Indices,
  weight: Tensor,
  { paddingIdx, maxNorm, normType, scaleGradByFreq }: Required<EmbeddingFunctionOptions>,
): Tensor {
  if (!isTensor(weight) || weight.ndim !== 2 || !isFloat(weight.dtype)) {
    throw new TensorError(where, { expected: "a float tensor [num, dim] as weight", got: describe(weight) });
  }
  const rows = checkIndex(where, i, weight.shape[0], weight, 0);
  const padding = rowOf(where, weight.shape[0], paddingIdx);
  if (maxNorm !== null) {
    shared().listener?.runs?.("an embedding with maxNorm, which shortens rows of its table");
    noGrad(() => shorten(weight, rows, maxNorm, normType));
  }
  const y = weight.index(rows);
  const column = [...rows.shape, 1];
  const learning = padding === null ? y : choose(rows.eq(padding).reshape(column), y.detach(), y);
  if (!scaleGradByFreq) return learning;
  const share = counts(rows, weight).index(rows).pow(-1).reshape(column);
  return apply(gradientTimes(share), learning);
}

/** The row that gets no gradient, counted from the front. */
function rowOf(where: string, num: number, paddingIdx: number | null): number | null {
  if (paddingIdx === null || (paddingIdx >= 0 && paddingIdx < num)) return paddingIdx;
  if (paddingIdx < 0 && paddingIdx >= -num) return paddingIdx + num;
  throw new TensorError(where, { expected: `a paddingIdx from ${-num} to ${num - 1}`, got: describe(paddingIdx) });
}

/** How often each row of `weight` is looked up. */
function counts(rows: Tensor, weight: Tensor): Tensor {
  return apply(addRows(weight.shape[0]), ones(rows.shape, { dtype: weight.dtype }), rows);
}

function shorten(weight: Tensor, rows: Tensor, maxNorm: number, normType: number): void {
  const norms = weight.norm(normType, 1);
  const isLong = norms.gt(maxNorm);
  // Who listens wants to know what comes of any rows.
  if (shared().listener === null) isLong.mul_(counts(rows, weight).gt(0));
  if (!isLong.any().item<boolean>()) return;
  const factors = choose(isLong, norms.add(1e-7).pow(-1).mul(maxNorm), 1); // 1e-7 as in PyTorch
  weight.mul_(factors.unsqueeze(1));
}

/** `y = x`, whose gradient is multiplied by `scale`: not the derivative, and not meant to be. */
const gradientTimes = (scale: Tensor): Primitive => ({
  [own]: true,
  name: "scaleGradByFreq",
  forward: (k, x) => k.copy(x),
  vjp: [(g) => g.mul(scale)],
  needs: "nothing",
});

/** Options of {@link Embedding}. */
export interface EmbeddingOptions extends EmbeddingFunctionOptions, RandomOptions {
  /** The type of the table. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = /* @__PURE__ */ Object.assign({}, functionRules, {
  generator: { is: aGenerator },
  dtype: floatDtype,
} as const) satisfies OptionRules<EmbeddingOptions>;

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
  static readonly evenkeelLayer: string = "Embedding";
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
    const settings = optionsOf("Embedding", options, rules);
    checkSize("Embedding", "num", num);
    checkSize("Embedding", "dim", dim);
    const paddingIdx = rowOf("Embedding", num, settings.paddingIdx);
    super();
    this.numEmbeddings = num;
    this.embeddingDim = dim;
    this.paddingIdx = paddingIdx;
    this.maxNorm = settings.maxNorm;
    this.normType = settings.normType;
    this.scaleGradByFreq = settings.scaleGradByFreq;
    this.weight = normal_(ownParameter(zeros([num, dim], { dtype: settings.dtype })), drawFrom(settings));
    if (this.paddingIdx !== null) {
      const isPadding = arange(num, { dtype: "int32" }).eq(this.paddingIdx).unsqueeze(1);
      noGrad(() => this.weight.copy_(this.weight.maskedFill(isPadding, 0)));
    }
  }

  override forward(i: Indices): Tensor {
    return embeddingFor("Embedding.forward", i, this.weight, this);
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
