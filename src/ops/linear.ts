import { give } from "../kernels/array.ts";
import { hide } from "../kernels/memory/pool.ts";
import { matmul } from "./matmul.ts";
import { type Fused, own } from "./op.ts";

/** `y = x·weightᵀ + bias` of rows `x` `[n, in]`, for `weight` `[out, in]` and, if there is one, `bias` `[out]`. */
export const linear: Fused<null> = {
  [own]: true,
  name: "linear",
  composite: (x, weight, bias?) => {
    const y = x.through(matmul(false, true), weight);
    return bias === undefined ? y : y.add(bias);
  },
  forward: (k, x, weight, bias?) => {
    if (bias === undefined) return [k.matmul(x, weight, false, true), null];
    const product = hide(() => k.matmul(x, weight, false, true));
    const y = k.add(product, bias);
    give(product);
    return [y, null];
  },
  backward: (k, g, saved, ...inputs) => linear.backwardWanted?.(k, g, saved, inputs, [true, true, true]) ?? [],
  backwardWanted: (k, g, _saved, [x, weight], wanted) => [
    wanted[0] ? k.matmul(g, weight, false, false) : null,
    wanted[1] ? k.matmul(g, x, true, false) : null,
    wanted[2] ? k.sum(g, 0, 1) : null,
  ],
  pull: (g, [x, weight], wanted) => [
    wanted[0] ? g.through(matmul(false, false), weight) : null,
    wanted[1] ? g.through(matmul(true, false), x) : null,
    wanted[2] ? g.sum(0) : null,
  ],
  needs: [[1], [0], []],
};
