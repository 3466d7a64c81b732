import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../checks.ts";

/** `y = tanh x`, elementwise. @see PyTorch `torch.nn.functional.tanh`. */
export function tanh(x: Tensor): Tensor {
  checkTensor("tanh", "input", x);
  return x.tanh();
}

/** `y = 1/(1 + e⁻ˣ)`, elementwise. @see PyTorch `torch.nn.functional.sigmoid`. */
export function sigmoid(x: Tensor): Tensor {
  checkTensor("sigmoid", "input", x);
  return x.sigmoid();
}

/** `y = max(x, 0)`, elementwise; the gradient at 0 is 0. @see PyTorch `torch.nn.functional.relu`, without `inplace`. */
export function relu(x: Tensor): Tensor {
  checkTensor("relu", "input", x);
  return x.relu();
}

/** Options of {@link gelu}. */
export interface GELUOptions {
  /** `"none"` for the error function, `"tanh"` for an approximation by tanh. Default `"none"`. */
  readonly approximate?: "none" | "tanh";
}

/**
 * `y = x·Φ(x)`, elementwise, `Φ` the normal distribution function.
 *
 * @throws {@link TensorError} for an unknown approximation.
 * @see PyTorch `torch.nn.functional.gelu`.
 * @see Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", arXiv:1606.08415.
 */
export function gelu(x: Tensor, options: GELUOptions = {}): Tensor {
  checkTensor("gelu", "input", x);
  return x.gelu(options);
}

/**
 * `y = eˣ/Σ eˣ` along a dimension, without overflow.
 *
 * @throws {@link TensorError} if there is no such dimension.
 * @see PyTorch `torch.nn.functional.softmax`, whose `dim` may be left out, with a warning; not here.
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
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  checkTensor("logSoftmax", "input", x);
  return x.logSoftmax(dim);
}
