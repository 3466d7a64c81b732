import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { NDArray } from "../kernels/array.ts";
import { fresh } from "../kernels/memory/pool.ts";
import { nought } from "../ops/elementwise.ts";
import { own, type Primitive } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tensorOf } from "./tensorOf.ts";

/** An operation that rounds, whose gradient is 0 everywhere. */
const rounding = (name: string, round: (x: number) => number): Primitive => ({
  [own]: true,
  name,
  forward: (_, x) => {
    const y = fresh(x.dtype, x.data.length);
    for (let i = 0; i < y.length; i++) y[i] = round(x.data[i]);
    return new NDArray(y, x.shape, x.dtype);
  },
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
});

/** To the nearest whole number, of two the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below === 0 && x < 0 ? -0 : below;
  const isUp = rest > 0.5 || below % 2 !== 0;
  return isUp ? (below === -1 ? -0 : below + 1) : below;
}

const ops = {
  floor: rounding("floor", Math.floor),
  ceil: rounding("ceil", Math.ceil),
  round: rounding("round", nearest),
  trunc: rounding("trunc", Math.trunc),
};

function rounded(name: keyof typeof ops, x: Tensor): Tensor {
  const { dtype } = tensorOf(name, x);
  if (isFloat(dtype)) return x.through(ops[name]);
  if (dtype === "int32") return x.clone();
  throw new TensorError(name, { expected: "numbers", got: describe(x), hint: 'Convert first: x.to("int32").' });
}

/**
 * The largest whole number that is not above each element. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.floor`.
 *
 * @example
 * ```ts
 * import { floor, tensor } from "evenkeel";
 *
 * console.log(floor(tensor([1.5, -1.5]))); // => tensor([ 1., -2.])
 * ```
 */
export function floor(x: Tensor): Tensor {
  return rounded("floor", x);
}

/**
 * The smallest whole number that is not below each element. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.ceil`.
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "evenkeel";
 *
 * console.log(ceil(tensor([1.5, -1.5]))); // => tensor([ 2., -1.])
 * ```
 */
export function ceil(x: Tensor): Tensor {
  return rounded("ceil", x);
}

/**
 * The whole number nearest to each element, of two the even one. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.round`, without `decimals`.
 *
 * @example
 * ```ts
 * import { round, tensor } from "evenkeel";
 *
 * console.log(round(tensor([0.5, 1.5, 2.6]))); // => tensor([0., 2., 3.])
 * ```
 */
export function round(x: Tensor): Tensor {
  return rounded("round", x);
}

/**
 * Each element without its fraction. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.trunc`.
 *
 * @example
 * ```ts
 * import { tensor, trunc } from "evenkeel";
 *
 * console.log(trunc(tensor([1.5, -1.5]))); // => tensor([ 1., -1.])
 * ```
 */
export function trunc(x: Tensor): Tensor {
  return rounded("trunc", x);
}

/**
 * The fraction of each element, of its sign: `x − trunc(x)`. The gradient is 1.
 *
 * @throws {@link TensorError} if `x` is no float tensor.
 * @see PyTorch `torch.frac`.
 *
 * @example
 * ```ts
 * import { frac, tensor } from "evenkeel";
 *
 * console.log(frac(tensor([1.5, -1.25]))); // => tensor([ 0.5000, -0.2500])
 * ```
 */
export function frac(x: Tensor): Tensor {
  if (isFloat(tensorOf("frac", x).dtype)) return x.sub(trunc(x.detach()));
  throw new TensorError("frac", { expected: "a float32 or float64 tensor", got: describe(x) });
}
