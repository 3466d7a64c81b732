import { noGrad } from "../../autograd/gradMode.ts";
import { cat } from "../../functions/combine.ts";
import { zerosLike } from "../../functions/factories.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Evaluation } from "./strongWolfe.ts";

/** All gradients as one vector, zeros where there is none. */
export function gradientOf(params: readonly Tensor[]): Tensor {
  return noGrad(() => cat(params.map((p) => (p.hiddenGrad() ?? zerosLike(p)).detach().flatten())));
}

/** What is found `t` along a direction; the parameters are put back where they were. */
export function probed(
  params: readonly Tensor[],
  direction: Tensor,
  t: number,
  evaluate: () => Evaluation,
): Evaluation {
  const before = params.map((p) => p.detach().clone());
  move(params, direction, t);
  try {
    return evaluate();
  } finally {
    for (const [i, p] of params.entries()) p.copy_(before[i]);
  }
}

/** Goes `t` along a direction, in place. */
export function move(params: readonly Tensor[], direction: Tensor, t: number): void {
  let from = 0;
  for (const p of params) {
    const part = direction.slice(0, from, from + p.numel()).reshape(p.shape);
    p.copy_(p.add(part.mul(t)));
    from += p.numel();
  }
}
