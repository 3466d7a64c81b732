import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";

/**
 * `y = tanh x`, elementwise.
 * @see PyTorch `torch.nn.functional.tanh`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.tanh(tensor([-1, 0, 1]))); // => tensor([-0.7616,  0.0000,  0.7616])
 * ```
 */
export function tanh(x: Tensor): Tensor {
  checkTensor("tanh", "input", x);
  return x.tanh();
}

/**
 * `y = 1/(1 + e⁻ˣ)`, elementwise.
 * @see PyTorch `torch.nn.functional.sigmoid`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.sigmoid(tensor([-1, 0, 1]))); // => tensor([0.2689, 0.5000, 0.7311])
 * ```
 */
export function sigmoid(x: Tensor): Tensor {
  checkTensor("sigmoid", "input", x);
  return x.sigmoid();
}

/**
 * `y = max(x, 0)`, elementwise; the gradient at 0 is 0.
 * @see PyTorch `torch.nn.functional.relu`, without `inplace`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.relu(tensor([-1, 0, 2]))); // => tensor([0., 0., 2.])
 * ```
 */
export function relu(x: Tensor): Tensor {
  checkTensor("relu", "input", x);
  return x.relu();
}

/**
 * `y = eˣ/Σ eˣ` along a dimension, without overflow.
 *
 * @throws {@link TensorError} if there is no such dimension.
 * @see PyTorch `torch.nn.functional.softmax`, whose `dim` may be left out, with a warning; not here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.softmax(tensor([1, 1, 2]), 0)); // => tensor([0.2119, 0.2119, 0.5761])
 * ```
 */
export function softmax(x: Tensor, dim: number): Tensor {
  checkTensor("softmax", "input", x);
  return x.softmax(dim);
}

/**
 * `y = x − ln Σ eˣ` along a dimension, without overflow.
 *
 * @throws {@link TensorError} if there is no such dimension.
 * @see PyTorch `torch.nn.functional.log_softmax`, whose `dim` may be left out, with a warning; not here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.logSoftmax(tensor([1, 1, 2]), 0)); // => tensor([-1.5514, -1.5514, -0.5514])
 * ```
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  checkTensor("logSoftmax", "input", x);
  return x.logSoftmax(dim);
}
