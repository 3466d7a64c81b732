import { show, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkSameDtype, checkTensor } from "../module/checks.ts";

/** Refuses anything but floats of one shape and dtype as input and target. */
export function checkPair(where: string, input: Tensor, target: Tensor): void {
  checkFloats(where, "input", input);
  checkFloats(where, "target", target);
  checkSameDtype(where, "target", target, input);
  if (sameShape(input.shape, target.shape)) return;
  throw new TensorError(where, {
    expected: "input and target of one shape",
    got: `${show(input.shape)} and ${show(target.shape)}`,
    hint: "Losses do not broadcast: [n, 1] and [n] would give n·n of them. Use reshape, squeeze or expand.",
  });
}

/** A weight for each element of `input`, of one that may repeat, without its gradient. */
export function weightFor(where: string, name: string, weight: Tensor, input: Tensor): Tensor {
  checkTensor(where, name, weight);
  checkSameDtype(where, name, weight, input);
  const { shape } = weight;
  const fits =
    shape.length <= input.ndim && shape.every((size, d) => size === 1 || size === input.shape.at(d - shape.length));
  if (fits) return weight.detach().expand(input.shape);
  throw new TensorError(where, {
    expected: `a ${name} that broadcasts to ${show(input.shape)}`,
    got: show(shape),
    hint: "A weight is for each element; for one per example: weight.unsqueeze(1).",
  });
}
