import { noGrad } from "../../autograd/gradMode.ts";
import { optionsOf } from "../../base/optionRules.ts";
import { tensor } from "../../functions/create.ts";
import { zeros } from "../../functions/factories.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fans } from "./fan.ts";
import { drawFrom } from "./fill.ts";
import { orthonormal } from "./qr.ts";
import { type XavierOptions, xavierRules } from "./xavier.ts";

/**
 * Fills a weight `[out, in, …]` with a random matrix `[out, in·…]` whose rows, or, where there are more rows than
 * columns, whose columns are orthogonal and of length `gain`; and returns it.
 *
 * @throws {@link TensorError} if `x` is no float tensor of two dimensions or more, or `gain < 0`.
 * @see PyTorch `torch.nn.init.orthogonal_`: the same numbers from the same seed, up to rounding.
 * @see Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks", arXiv:1312.6120.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * const q = nn.init.orthogonal_(zeros([2, 5]));
 * console.log(q.matmul(q.T).sub(nn.init.constant_(zeros([2, 2]), 0)).diag().sum().item().toFixed(4)); // => 2.0000
 * ```
 */
export function orthogonal_<T extends Tensor>(x: T, options: XavierOptions = {}): T {
  const { gain } = optionsOf("orthogonal_", options, xavierRules);
  fans("orthogonal_", x);
  if (x.numel() === 0) return x;
  const rows = x.shape[0];
  const columns = x.numel() / rows;
  const drawn = zeros([rows, columns], { dtype: x.dtype }).normal_(0, 1, drawFrom(options));
  const tall = rows < columns ? drawn.t() : drawn;
  const q = tensor(orthonormal(tall.toArray<number[][]>()), { dtype: "float64" });
  return noGrad(() => x.copy_((rows < columns ? q.t() : q).mul(gain).reshape(x.shape)));
}
