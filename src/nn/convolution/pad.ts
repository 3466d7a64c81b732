import { describe, show, TensorError } from "../../base/errors.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { checkRoom } from "../../base/shapes.ts";
import { isInParts } from "../../base/shared.ts";
import { cat } from "../../functions/combine.ts";
import { type Around, padAroundOf, unpadAroundOf } from "../../kernels/beside/indexing/padAround.ts";
import { type Padding, padOf } from "../../kernels/beside/pad.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { operandFor } from "../../tensor/checks.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";

/** What stands around an input that is padded: a number; what lies within, mirrored at its edge; its edge; its other end. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of {@link pad}. */
export interface PadOptions {
  /** What is put around: a number, or what lies within, mirrored, repeated, or from the other end. Default `"constant"`. */
  readonly mode?: PadMode;
  /** The number, with mode `"constant"`. Default `0`. */
  readonly value?: number;
}

const rules = {
  mode: { words: ["constant", "reflect", "replicate", "circular"], default: "constant" },
  value: { is: { expected: "a number", accepts: (value: unknown) => typeof value === "number" }, default: 0 },
} as const satisfies OptionRules<PadOptions>;

/**
 * Puts something before and behind the last dimensions: `[left, right]` of the last, `[left, right, top, bottom]` of the last
 * two, and so on. Numbers below 0 cut off.
 *
 * `"reflect"` mirrors at the first and the last element, without repeating them; `"replicate"` repeats them; `"circular"` goes
 * on at the other end.
 *
 * Shapes: `[…, h, w]` → `[…, top + h + bottom, left + w + right]`.
 *
 * @param padding - a whole number for each side of each of the last dimensions, the last one first.
 * @throws {@link TensorError} for an odd list, one for more dimensions than there are, more than is there to be mirrored or
 * repeated, and a cut of more than is there.
 * @see PyTorch `torch.nn.functional.pad`, where only the last dimensions of inputs of two to five may be mirrored or repeated.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[1, 2, 3]]);
 * console.log(nn.functional.pad(x, [1, 2])); // => tensor([[0., 1., 2., 3., 0., 0.]])
 * console.log(nn.functional.pad(x, [2, 1], { mode: "reflect" })); // => tensor([[3., 2., 1., 2., 3., 2.]])
 * console.log(nn.functional.pad(x, [-1, 0])); // => tensor([[2., 3.]])
 * ```
 */
export function pad(x: Tensor, padding: readonly number[], options?: PadOptions): Tensor {
  const { mode, value } = optionsOf("pad", options, rules);
  return padFor("pad", x, padding, mode, value);
}

/** {@link pad} on behalf of `where`. */
export function padFor(where: string, x: Tensor, padding: readonly number[], mode: PadMode, value: number): Tensor {
  checkTensor(where, "input", x);
  const isList = Array.isArray(padding) && padding.every((count) => Number.isInteger(count));
  if (!isList || padding.length % 2 === 1 || padding.length > 2 * x.ndim) {
    throw new TensorError(where, {
      expected: `whole numbers as padding, two for each of at most ${x.ndim} dimensions`,
      got: describe(padding),
      hint: "The last dimension comes first: [left, right, top, bottom].",
    });
  }
  const sides = Array.from({ length: padding.length / 2 }, (_, i) => {
    const [before, behind] = [padding[2 * i], padding[2 * i + 1]];
    return { dim: x.ndim - 1 - i, before, behind };
  });
  for (const { dim, before, behind } of sides) checkSides(where, x, dim, before, behind, mode);
  const counts = countsOf(x, sides);
  if (mode === "constant") return padded(x, counts, value);
  if (sides.length > 0 && !isInParts()) return x.through(padAround({ shape: x.shape, ...counts, mode }));
  return sides.reduce((y, { dim, before, behind }) => {
    const isCut = before < 0 || behind < 0 || before + behind === 0;
    const kept = isCut ? y.slice(dim, Math.max(0, -before), y.shape[dim] - Math.max(0, -behind)) : y;
    if (before <= 0 && behind <= 0) return kept;
    const parts = repeats[mode];
    return cat([...parts(kept, dim, before, true), kept, ...parts(kept, dim, behind, false)], dim);
  }, x);
}

/** What is padded along a dimension. */
interface Side {
  readonly dim: number;
  readonly before: number;
  readonly behind: number;
}

/** How much is put before and behind along every dimension. */
function countsOf(x: Tensor, sides: readonly Side[]): Omit<Padding, "value"> {
  const [before, behind] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  for (const side of sides) [before[side.dim], behind[side.dim]] = [side.before, side.behind];
  checkRoom(
    "pad",
    x.shape.map((size, d) => before[d] + size + behind[d]),
  );
  return { before, behind };
}

function padded(x: Tensor, { before, behind }: Omit<Padding, "value">, value: number): Tensor {
  const isFilled = [...before, ...behind].some((count) => count > 0);
  return x.through(padWith({ before, behind, value: isFilled ? operandFor("full", x.dtype, value) : 0 }));
}

/** A number around `x`; its gradient has that cut off. */
const padWith = (padding: Padding): Primitive => {
  const [before, behind] = [padding.before, padding.behind].map((counts) => counts.map((count) => -count));
  return ownPrimitive({
    name: "pad",
    forward: (k, ...inputs) => k.beside(padOf, inputs, padding),
    vjp: [(g) => g.through(padWith({ before, behind, value: 0 }))],
    needs: "nothing",
  });
};

/** What lies within around `x`; its gradient is added up there. */
const padAround = (around: Around): Primitive =>
  ownPrimitive({
    name: "pad",
    forward: (k, x) => k.beside(padAroundOf, [x], around),
    vjp: [(g) => g.through(unpadAround(around))],
    needs: "nothing",
  });

const unpadAround = (around: Around): Primitive =>
  ownPrimitive({
    name: "unpad",
    forward: (k, g) => k.beside(unpadAroundOf, [g], around),
    vjp: [(g) => g.through(padAround(around))],
    needs: "nothing",
  });

function checkSides(where: string, x: Tensor, dim: number, before: number, behind: number, mode: PadMode): void {
  const length = x.shape[dim];
  const left = length + Math.min(0, before) + Math.min(0, behind);
  const most = mode === "constant" ? Number.POSITIVE_INFINITY : mode === "reflect" ? left - 1 : left;
  const isRepeated = mode === "replicate" ? left > 0 : Math.max(before, behind) <= most;
  if (left >= 0 && (isRepeated || (before <= 0 && behind <= 0))) return;
  throw new TensorError(where, {
    expected:
      left < 0
        ? `no more cut off dimension ${dim} than is there`
        : `at most ${Math.max(0, most)} on a side of dimension ${dim}, with mode "${mode}"`,
    got: `${show([before, behind])} for ${show(x.shape)}`,
  });
}

/** What stands before or behind `x` along a dimension: one part, or none. */
type Parts = (x: Tensor, dim: number, count: number, isBefore: boolean) => readonly Tensor[];

const repeats: Readonly<Record<Exclude<PadMode, "constant">, Parts>> = {
  reflect: (x, dim, count, isBefore) => {
    if (count <= 0) return [];
    const end = x.shape[dim] - 1;
    return [(isBefore ? x.slice(dim, 1, count + 1) : x.slice(dim, end - count, end)).flip(dim)];
  },
  replicate: (x, dim, count, isBefore) => {
    if (count <= 0) return [];
    const edge = isBefore ? x.slice(dim, 0, 1) : x.slice(dim, x.shape[dim] - 1);
    return [edge.expand(x.shape.map((size, d) => (d === dim ? count : size)))];
  },
  circular: (x, dim, count, isBefore) => {
    if (count <= 0) return [];
    const length = x.shape[dim];
    return [isBefore ? x.slice(dim, length - count, length) : x.slice(dim, 0, count)];
  },
};
