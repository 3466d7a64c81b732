import { grad } from "../../autograd/grad.ts";
import { enableGrad } from "../../autograd/gradMode.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";

/** What has been recorded of a loss, from which products with a matrix of its second derivatives are made. */
export interface CurvatureGraph {
  /** The product with one long vector, both as tensors of the parameters' shapes; null where it is 0 throughout. */
  times(directions: readonly Tensor[]): (Tensor | null)[];
}

/** Products with the Hessian, from the gradient and its graph. */
export const hessianGraph = (gradient: readonly Tensor[], parameters: readonly Tensor[]): CurvatureGraph => ({
  times: (directions) => derivative(gradient, directions, parameters),
});

/** `∂(Σ fᵢ·vᵢ)/∂x` for each of `inputs`, with the `vᵢ` as constants: null where none of the `fᵢ` depends on one. */
export function derivative(
  of: readonly (Tensor | null)[],
  directions: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
): (Tensor | null)[] {
  const terms: Tensor[] = [];
  const constants: Tensor[] = [];
  for (const [k, f] of of.entries()) {
    const v = directions[k];
    if (f === null || v === null || !f.requiresGrad) continue;
    terms.push(f);
    constants.push(v);
  }
  if (terms.length === 0) return inputs.map(() => null);
  const along = enableGrad(() => apply(alongOf(constants), ...terms));
  return grad(along, inputs, { allowUnused: true });
}

/**
 * `Σ gᵢ·vᵢ` over several tensors, of which only the gradients, `vᵢ` at each `gᵢ`, are wanted: the value is left at 0. It keeps
 * nothing that it is given, so that memory is used again behind it.
 */
export function alongOf(directions: readonly Tensor[]): Primitive {
  return ownPrimitive({
    name: "along",
    forward: (k, g) => k.fill(g.dtype, [], 0),
    vjp: directions.map((v) => () => v),
    needs: "nothing",
  });
}
