import type { Tensor } from "../tensor.ts";
import { checkTensor } from "./checks.ts";
import { Module } from "./module.ts";

/**
 * `y = x`: stands where another layer was.
 * @see PyTorch `torch.nn.Identity`, which takes any arguments; here none.
 */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    checkTensor("Identity.forward", "input", x);
    return x;
  }
}
