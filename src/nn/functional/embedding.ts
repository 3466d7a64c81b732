import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { where as choose } from "../../functions/combine.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { ones } from "../../functions/factories.ts";
import { isFloat } from "../../kernels/array.ts";
import { addRows } from "../../ops/indexing.ts";
import { own, type Primitive } from "../../ops/op.ts";
import { checkOptions } from "../../base/options.ts";
import { shared } from "../../base/shared.ts";
import { apply, checkIndex, type Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkRange } from "../module/checks.ts";

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

/** @internal The names of {@link EmbeddingFunctionOptions}. */
export const embeddingOptionNames = ["paddingIdx", "maxNorm", "normType", "scaleGradByFreq"];

/**
 * Looks up rows of a table: `y[…] = weight[i[…]]`.
 *
 * Shapes: `i` `[…]`, `weight` `[num, dim]` → `[…, dim]`.
 *
 * @param i - int32 numbers of rows, of any shape.
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
export function embedding(i: Tensor, weight: Tensor, options: EmbeddingFunctionOptions = {}): Tensor {
  checkOptions("embedding", options, embeddingOptionNames);
  return embeddingFor("embedding", i, weight, options);
}

/** @internal {@link embedding} on behalf of `where`. */
export function embeddingFor(where: string, i: Tensor, weight: Tensor, options: EmbeddingFunctionOptions): Tensor {
  if (!isTensor(weight) || weight.ndim !== 2 || !isFloat(weight.dtype)) {
    throw new TensorError(where, { expected: "a float tensor [num, dim] as weight", got: describe(weight) });
  }
  const rows = checkIndex(where, i, weight.shape[0], weight, 0);
  const { paddingIdx, maxNorm, normType, scaleGradByFreq } = checkEmbedding(where, weight.shape[0], options);
  if (maxNorm !== null) noGrad(() => shorten(weight, rows, maxNorm, normType));
  const y = weight.index(rows);
  const column = [...rows.shape, 1];
  const learning = paddingIdx === null ? y : choose(rows.eq(paddingIdx).reshape(column), y.detach(), y);
  if (!scaleGradByFreq) return learning;
  const share = counts(rows, weight).index(rows).pow(-1).reshape(column);
  return apply(gradientTimes(share), learning);
}

/** @internal The options with their defaults, refused where they make no sense for `num` rows. */
export function checkEmbedding(
  where: string,
  num: number,
  { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false }: EmbeddingFunctionOptions,
) {
  if (paddingIdx !== null && !(Number.isInteger(paddingIdx) && paddingIdx >= -num && paddingIdx < num)) {
    throw new TensorError(where, {
      expected: `a paddingIdx from ${-num} to ${num - 1}`,
      got: describe(paddingIdx),
    });
  }
  if (maxNorm !== null) checkRange(where, "maxNorm", maxNorm, 0, Number.POSITIVE_INFINITY);
  if (normType !== Number.POSITIVE_INFINITY) checkRange(where, "normType", normType, 0, Number.POSITIVE_INFINITY);
  checkFlag(where, "scaleGradByFreq", scaleGradByFreq);
  const row = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + num : paddingIdx;
  return { paddingIdx: row, maxNorm, normType, scaleGradByFreq };
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
