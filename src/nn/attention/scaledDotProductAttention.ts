import { describe, show, TensorError } from "../../base/errors.ts";
import { finiteNumber, flag, orNull, share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { broadcast, sameShape } from "../../base/shapes.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { aGenerator, type Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dropoutFor } from "../layers/dropout.ts";
import { checkFloats, checkSameDtype, optionalTensor } from "../module/checks.ts";

/** Options of {@link scaledDotProductAttention}. */
export interface ScaledDotProductAttentionOptions {
  /** Bools that say which keys a query sees, or floats that are added to the scores; broadcasts. Default: all are seen. */
  readonly attnMask?: Tensor | null;
  /** The probability with which a weight becomes 0; also in evaluation, of which a function knows nothing. Default `0`. */
  readonly dropoutP?: number;
  /** Whether query `i` sees the keys up to `i` alone. Default `false`. */
  readonly isCausal?: boolean;
  /** What the scores are multiplied by; null for `1/√e`. Default `null`. */
  readonly scale?: number | null;
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

const rules = {
  attnMask: optionalTensor,
  dropoutP: { is: share, default: 0 },
  isCausal: { is: flag, default: false },
  scale: { is: /* @__PURE__ */ orNull(finiteNumber), default: null },
  generator: { is: aGenerator },
} as const satisfies OptionRules<ScaledDotProductAttentionOptions>;

/**
 * Attention: `softmax(q·kᵀ·scale + mask)·v`, for each query a mean of the values, weighted by how well their keys fit it.
 *
 * A query that sees no key at all is NaN.
 *
 * Shapes: `query` `[…, l, e]`, `key` `[…, s, e]`, `value` `[…, s, v]`, `attnMask` one that broadcasts to `[…, l, s]` →
 * `[…, l, v]`.
 *
 * @throws {@link TensorError} for other shapes, dtypes that differ, a mask with `isCausal`, or options out of range.
 * @see PyTorch 2 `torch.nn.functional.scaled_dot_product_attention`, where a query that sees no key is 0 from 2.5 on. There the
 * mask is true for what is seen, as here; in {@link MultiheadAttention} it is true for what is not.
 * @see Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[1, 0], [0, 1], [1, 1]]);
 * console.log(nn.functional.scaledDotProductAttention(x, x, x, { isCausal: true }));
 * // => tensor([[1.0000, 0.0000],
 * //         [0.3302, 0.6698],
 * //         [0.7517, 0.7517]])
 * ```
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: ScaledDotProductAttentionOptions,
): Tensor {
  const where = "scaledDotProductAttention";
  const { attnMask, dropoutP, isCausal, scale, generator } = optionsOf(where, options, rules);
  checkAttended(where, query, key, value);
  const [l, s] = [query.shape[query.ndim - 2], key.shape[key.ndim - 2]];
  if (isCausal && attnMask !== null) {
    throw new TensorError(where, { expected: "a mask or isCausal, not both", got: describe(attnMask) });
  }
  const batch = broadcast(where, query.shape.slice(0, -2), key.shape.slice(0, -2));
  const mask = isCausal ? ones([l, s], { dtype: query.dtype }).tril().ne(0) : attnMask;
  const bias = mask === null ? null : biasOf(where, mask, query);
  if (bias !== null && !sameShape(broadcast(where, [...batch, l, s], bias.shape), [...batch, l, s])) {
    throw new TensorError(where, {
      expected: `an attnMask that broadcasts to ${show([...batch, l, s])}`,
      got: show(bias.shape),
    });
  }
  const scaled = scale === null ? query.div(Math.sqrt(query.shape[query.ndim - 1])) : query.mul(scale);
  const weights = attentionWeights(where, scaled, key, bias);
  return dropoutFor(where, weights, { p: dropoutP, training: true, generator }).matmul(value);
}

/** @internal `softmax(q·kᵀ + bias)` of queries that are scaled already. */
export function attentionWeights(where: string, query: Tensor, key: Tensor, bias: Tensor | null): Tensor {
  const scores = query.matmulTransposed(where, key);
  return (bias === null ? scores : scores.add(bias)).softmax(-1);
}

/** What a mask adds to scores: bools, true for what is seen, as 0 and −∞; floats as they are. */
function biasOf(where: string, mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype === "bool")
    return zeros(mask.shape, { dtype: like.dtype }).maskedFill(mask.eq(0), Number.NEGATIVE_INFINITY);
  checkSameDtype(where, "attnMask", mask, like);
  return mask;
}

function checkAttended(where: string, query: Tensor, key: Tensor, value: Tensor): void {
  checkFloats(where, "query", query);
  for (const [name, x] of [
    ["key", key],
    ["value", value],
  ] as const) {
    checkFloats(where, name, x);
    checkSameDtype(where, name, x, query);
  }
  const all = [query, key, value];
  const fits =
    all.every(({ ndim }) => ndim >= 2) &&
    query.shape.at(-1) === key.shape.at(-1) &&
    key.shape.at(-2) === value.shape.at(-2);
  if (fits) return;
  throw new TensorError(where, {
    expected: "a query […, l, e], a key […, s, e] and a value […, s, v]",
    got: all.map(({ shape }) => show(shape)).join(", "),
  });
}
