import type { Tensor } from "../tensor.ts";
import { sigmoid } from "./functional/activations.ts";
import { Module } from "./module.ts";

/** `y = 1/(1 + e⁻ˣ)`, elementwise. @see PyTorch `torch.nn.Sigmoid`. */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
