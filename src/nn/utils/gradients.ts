import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { shared } from "../../base/shared.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isModule } from "../module/fields.ts";

/** The parameters that a function of `nn.utils` is given: one tensor, or a list of them. */
export function listOf(where: string, parameters: unknown): readonly Tensor[] {
  const list: unknown = isTensor(parameters) ? [parameters] : parameters;
  const odd = Array.isArray(list) ? list.find((p) => !isTensor(p)) : list;
  if (Array.isArray(list) && !list.some((p) => !isTensor(p))) return list;
  throw new TensorError(where, {
    expected: "a tensor, or an array of tensors, as parameters",
    got: Array.isArray(list) ? `${describe(odd)} among them` : describe(list),
    hint: isModule(parameters) ? "Give its parameters: model.parameters()." : "",
  });
}

/** Their gradients, of those that have one. Nobody is handed them, so their memory stays the engine's own. */
export function gradientsOf(where: string, parameters: unknown): Tensor[] {
  return listOf(where, parameters).flatMap((p) => {
    shared().listener?.asksGradient?.(p);
    const g = p.hiddenGrad();
    if (g !== null) refuseDetached(where, g.array);
    return g === null ? [] : [g];
  });
}
