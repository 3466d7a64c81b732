import { isTensor } from "../base/brand.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { flag, notNegative } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { broadcast } from "../base/shapes.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@link allclose}. */
export interface AllcloseOptions {
  /** Allowed difference in proportion to `|b|`. Default `1e-5`. */
  readonly rtol?: number;
  /** Allowed difference beside that. Default `1e-8`. */
  readonly atol?: number;
  /** Whether NaN equals NaN. Default `false`. */
  readonly equalNan?: boolean;
}

const rules = {
  rtol: { is: notNegative, default: 1e-5 },
  atol: { is: notNegative, default: 1e-8 },
  equalNan: { is: flag, default: false },
} satisfies OptionRules<AllcloseOptions>;

/**
 * Whether `|a − b| ≤ atol + rtol·|b|` for every pair of elements, broadcasting. Infinities are close to themselves.
 *
 * @throws a {@link TensorError} if the shapes do not broadcast or the dtypes differ.
 * @see PyTorch `torch.allclose`.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { allclose } from "evenkeel/testing";
 *
 * console.log(allclose(tensor([1, 2]), tensor([1, 2.00001]))); // => true
 * ```
 */
export function allclose(a: Tensor, b: Tensor, options: AllcloseOptions = {}): boolean {
  const { rtol, atol, equalNan } = optionsOf("allclose", options, rules);
  if (!isTensor(a) || !isTensor(b) || a.dtype !== b.dtype) {
    throw new TensorError("allclose", {
      expected: "two tensors of one dtype",
      got: `${describe(a)} and ${describe(b)}`,
    });
  }
  const shape = broadcast("allclose", a.shape, b.shape);
  const [p, q] = [a.detach().expand(shape).data, b.detach().expand(shape).data];
  for (let i = 0; i < p.length; i++) {
    if (p[i] === q[i] || Math.abs(p[i] - q[i]) <= atol + rtol * Math.abs(q[i])) {
      if (Number.isFinite(q[i]) || p[i] === q[i]) continue; // an infinite b would allow any difference
    }
    if (!(equalNan && Number.isNaN(p[i]) && Number.isNaN(q[i]))) return false;
  }
  return true;
}

/** @internal Where in a shape a flat position is, as in `[1, 0]`. */
export function position(at: number, shape: readonly number[]): string {
  const place: number[] = [];
  for (let d = shape.length - 1, rest = at; d >= 0; d--) {
    place.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return show(place);
}
