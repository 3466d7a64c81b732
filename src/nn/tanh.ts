import type { Tensor } from "../tensor.ts";
import { tanh } from "./functional/activations.ts";
import { Module } from "./module.ts";

/**
 * `y = tanh x`, elementwise.
 * @see PyTorch `torch.nn.Tanh`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Tanh().forward(tensor([-1, 0, 1]))); // => tensor([-0.7616,  0.0000,  0.7616])
 * ```
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
