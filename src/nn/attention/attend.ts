import { show, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import { cat } from "../../functions/combine.ts";
import { zeros } from "../../functions/factories.ts";
import { split } from "../../functions/parts.ts";
import type { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dropoutFor } from "../layers/dropout.ts";
import { type Linear, linear } from "../layers/linear.ts";
import { checkFloats, checkSameDtype, checkTensor } from "../module/checks.ts";
import { attentionWeights } from "./scaledDotProductAttention.ts";

/** What is not seen. */
export interface AttentionMasks {
  /** `[n, s]`: bools, true for keys that nobody sees, such as those that fill up; or floats added to scores. Default: none. */
  readonly keyPaddingMask?: Tensor | null;
  /**
   * `[l, s]`, or `[n·numHeads, l, s]`: bools, true for what a query does not see, or floats added to scores. Default: none.
   */
  readonly attnMask?: Tensor | null;
}

/** What is asked of a layer of attention, whose fields say what they are. */
interface Attention {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  readonly training: boolean;
  readonly generator: Generator | undefined;
  readonly inProjWeight: Tensor | null;
  readonly qProjWeight: Tensor | null;
  readonly kProjWeight: Tensor | null;
  readonly vProjWeight: Tensor | null;
  readonly inProjBias: Tensor | null;
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  readonly outProj: Linear;
}

type Three = readonly [query: Tensor, key: Tensor, value: Tensor];

/** How many there are. */
interface Sizes {
  readonly n: number;
  readonly l: number;
  readonly s: number;
  readonly isBatched: boolean;
}

/** What a layer gives, and the weights of each head. */
export function attend(where: string, layer: Attention, inputs: Three, masks: Required<AttentionMasks>) {
  const { numHeads, embedDim, batchFirst, dropout, training, generator } = layer;
  const sizes = checkInputs(where, layer, inputs);
  const { n, l, isBatched } = sizes;
  const bias = biasOf(where, layer, inputs[0], sizes, masks);
  const headDim = embedDim / numHeads;
  const isOuter = isBatched && batchFirst; // whether examples come before places
  /** `[n, numHeads, places, headDim]`. */
  const byHeads = (x: Tensor): Tensor => {
    const places = x.shape[isOuter ? 1 : 0];
    const parts = x.reshape(isOuter ? [n, places, numHeads, headDim] : [places, n, numHeads, headDim]);
    return isOuter ? parts.permute(0, 2, 1, 3) : parts.permute(1, 2, 0, 3);
  };
  const [q, k, v] = projected(layer, inputs).map(byHeads);
  const added = (x: Tensor, learnt: Tensor | null): Tensor => {
    const shape = [n, numHeads, 1, headDim];
    const more = learnt === null ? [] : [learnt.reshape(1, numHeads, 1, headDim).expand(shape)];
    if (layer.addZeroAttn) more.push(zeros(shape, { dtype: x.dtype }));
    return more.length === 0 ? x : cat([x, ...more], 2);
  };
  const scored = attentionWeights(where, q.div(Math.sqrt(headDim)), added(k, layer.biasK), bias);
  const weights = dropoutFor(where, scored, { p: dropout, training, generator });
  const seen = weights.matmul(added(v, layer.biasV));
  const rows = isOuter
    ? seen.permute(0, 2, 1, 3).reshape(n, l, embedDim)
    : seen.permute(2, 0, 1, 3).reshape(l, n, embedDim);
  const output = layer.outProj.forward(rows);
  return isBatched ? { output, weights } : { output: output.squeeze(1), weights: weights.squeeze(0) };
}

/** Queries, keys and values as the heads take them, side by side. */
function projected(
  { inProjWeight, inProjBias, qProjWeight, kProjWeight, vProjWeight, embedDim }: Attention,
  inputs: Three,
) {
  const [query, key, value] = inputs;
  if (inProjWeight !== null && query === key && key === value) {
    return split(linear(query, inProjWeight, inProjBias), embedDim, -1);
  }
  const weights = inProjWeight === null ? [qProjWeight, kProjWeight, vProjWeight] : split(inProjWeight, embedDim);
  const biases = inProjBias === null ? [null, null, null] : split(inProjBias, embedDim);
  return inputs.map((x, i) => linear(x, weights[i] as Tensor, biases[i]));
}

/** What the masks add to scores `[n, numHeads, l, s]`, with a place for each key that is added; null without masks. */
function biasOf(
  where: string,
  { numHeads, biasK, addZeroAttn }: Attention,
  like: Tensor,
  { n, l, s, isBatched }: Sizes,
  { keyPaddingMask, attnMask }: Required<AttentionMasks>,
): Tensor | null {
  const biases: Tensor[] = [];
  if (attnMask !== null) {
    const mask = asBias(where, "attnMask", attnMask, like);
    const isFull = mask.ndim === 3;
    checkMask(where, "attnMask", mask, isFull ? [n * numHeads, l, s] : [l, s]);
    biases.push(isFull ? mask.reshape(n, numHeads, l, s) : mask.reshape(1, 1, l, s));
  }
  if (keyPaddingMask !== null) {
    const mask = asBias(where, "keyPaddingMask", keyPaddingMask, like);
    checkMask(where, "keyPaddingMask", mask, isBatched ? [n, s] : [s]);
    biases.push(mask.reshape(n, 1, 1, s));
  }
  if (biases.length === 0) return null;
  const bias = biases.reduce((sum, mask) => sum.add(mask));
  const more = (biasK === null ? 0 : 1) + (addZeroAttn ? 1 : 0);
  return more === 0 ? bias : cat([bias, zeros([...bias.shape.slice(0, -1), more], { dtype: bias.dtype })], -1);
}

/** What a mask adds to scores: bools, true for what is not seen, as −∞ and 0; floats as they are. */
function asBias(where: string, name: string, mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype === "bool") return zeros(mask.shape, { dtype: like.dtype }).maskedFill(mask, Number.NEGATIVE_INFINITY);
  checkFloats(where, name, mask);
  checkSameDtype(where, name, mask, like);
  return mask;
}

function checkMask(where: string, name: string, mask: Tensor, shape: readonly number[]): void {
  if (sameShape(mask.shape, shape)) return;
  throw new TensorError(where, { expected: `${name} of shape ${show(shape)}`, got: show(mask.shape) });
}

function checkInputs(where: string, layer: Attention, [query, key, value]: Three): Sizes {
  const { embedDim, kdim, vdim, batchFirst, outProj } = layer;
  for (const [name, x] of Object.entries({ query, key, value })) {
    checkTensor(where, name, x);
    checkSameDtype(where, "weight", outProj.weight, x);
  }
  const isBatched = query.ndim === 3;
  const [example, place] = batchFirst && isBatched ? [0, 1] : [1, 0];
  const [n, l, s] = [isBatched ? query.shape[example] : 1, query.shape[place], key.shape[place]];
  const shapeOf = (places: number, size: number) =>
    !isBatched ? [places, size] : batchFirst ? [n, places, size] : [places, n, size];
  const fits =
    (isBatched || query.ndim === 2) &&
    sameShape(query.shape, shapeOf(l, embedDim)) &&
    sameShape(key.shape, shapeOf(s, kdim)) &&
    sameShape(value.shape, shapeOf(s, vdim));
  if (fits) return { n, l, s, isBatched };
  const say = (places: string, size: number) => `[${batchFirst ? `n, ${places}` : `${places}, n`}, ${size}]`;
  throw new TensorError(where, {
    expected: `a query ${say("l", embedDim)}, a key ${say("s", kdim)} and a value ${say("s", vdim)}, all with n or without`,
    got: [query, key, value].map(({ shape }) => show(shape)).join(", "),
  });
}
