import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { cat } from "../../functions/combine.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { listOf } from "./gradients.ts";

/**
 * All parameters as one vector, one after the other, each row by row; gradients flow through it.
 *
 * Shapes: → `[n]`, the number of all elements.
 *
 * @throws {@link TensorError} if there are no parameters, or what is given are no tensors.
 * @see PyTorch `torch.nn.utils.parameters_to_vector`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const model = new nn.Linear(3, 2);
 * console.log(nn.utils.parametersToVector(model.parameters()).shape); // => [ 8 ]
 * ```
 */
export function parametersToVector(parameters: Tensor | readonly Tensor[]): Tensor {
  const list = listOf("parametersToVector", parameters);
  if (list.length > 0) return cat(list.map((p) => p.flatten()));
  throw new TensorError("parametersToVector", { expected: "at least one parameter", got: "none" });
}

/**
 * Writes a vector into parameters, as {@link parametersToVector} made it of them; each keeps its dtype and its memory.
 *
 * Shapes: `[n]`, as long as all parameters together.
 *
 * @param vector - the new values; unrecorded, so that it gets no gradient.
 * @throws {@link TensorError} if the vector is not one of as many elements as there are, or what is given are no tensors;
 * then nothing has changed.
 * @see PyTorch `torch.nn.utils.vector_to_parameters`, which makes the parameters views of the vector, and lets it be longer.
 *
 * @example
 * ```ts
 * import { arange, nn } from "evenkeel";
 *
 * const model = new nn.Linear(2, 1);
 * nn.utils.vectorToParameters(arange(3), model.parameters());
 * console.log(model.weight.toArray(), model.bias?.toArray()); // => [ [ 0, 1 ] ] [ 2 ]
 * ```
 */
export function vectorToParameters(vector: Tensor, parameters: Tensor | readonly Tensor[]): void {
  const where = "vectorToParameters";
  const list = listOf(where, parameters);
  const count = list.reduce((sum, p) => sum + p.numel(), 0);
  if (!isTensor(vector) || vector.ndim !== 1 || vector.numel() !== count) {
    throw new TensorError(where, {
      expected: `a vector of shape [${count}], as many numbers as the parameters have`,
      got: describe(vector),
      hint: isTensor(vector) ? "" : "It comes first, and the parameters second.",
    });
  }
  for (const { array } of list) refuseDetached(where, array);
  noGrad(() => {
    const values = vector.detach().clone(); // it may share its memory with a parameter
    let from = 0;
    for (const p of list) {
      p.copy_(values.slice(0, from, from + p.numel()).reshape(p.shape));
      from += p.numel();
    }
  });
}
