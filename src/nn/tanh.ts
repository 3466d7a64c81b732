import type { Tensor } from "../tensor.ts";
import { tanh } from "./functional/activations.ts";
import { Module } from "./module.ts";

/** `y = tanh x`, elementwise. @see PyTorch `torch.nn.Tanh`. */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
