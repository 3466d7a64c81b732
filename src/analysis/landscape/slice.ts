import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, anything } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { tensor } from "../../functions/create.ts";
import { isModule } from "../../nn/module/fields.ts";
import { Module } from "../../nn/module/module.ts";
import { Parameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Loss } from "../measuring/loss.ts";
import { aModule } from "../measuring/watching.ts";
import { type LineDirection, nameOf } from "./lineDirection.ts";

/** A line through a model's parameters, `f(x) = L(θ + x·d)`: the model itself is at 0. */
export interface Slice {
  /** The model; it stays as it is. */
  readonly model: Module;
  /** Its loss on one fixed batch. */
  readonly loss: Loss;
  /** The direction `d`. Default `"gradient"`: downhill, `d = −∇L(θ)`. */
  readonly direction?: LineDirection;
}

const rules = {
  model: { is: aModule, isRequired: true },
  loss: { is: aFunction, isRequired: true },
  direction: { is: anything, default: "gradient" }, // whoever goes along it knows the parameters that it has to fit
} as const satisfies OptionRules<Slice>;

/** A module that is nothing but the input of a function. */
class Input extends Module {
  readonly x: Parameter;
  constructor(x: number) {
    super();
    this.x = new Parameter(tensor(x, { dtype: "float64" }));
  }
  override forward(): Tensor {
    return this.x;
  }
}

/** The slice, and the place on it of the model as it is. */
type Placed = Required<Slice> & { readonly of: string; readonly origin: number };

/** A function as a slice through a module whose only parameter is its input. */
export function sliceOf(where: string, target: ((x: Tensor) => Tensor) | Slice, first: number): Placed {
  if (typeof target === "function") {
    const input = new Input(first); // not at 0, where the function need not be finite
    const loss = () => {
      const y = target(input.x);
      if (isTensor(y) && y.numel() === 1 && y.requiresGrad) return y;
      throw new TensorError(where, {
        expected: "one number that depends on x, from the function",
        got: describe(y),
        hint: "Use tensor operations on x, such as x.square().",
      });
    };
    return { model: input, loss, direction: [tensor(1, { dtype: "float64" })], of: "function", origin: first };
  }
  if (typeof target !== "object" || target === null || !isModule(target.model)) {
    throw new TensorError(where, {
      expected: "a function of one tensor, or { model, loss, direction }",
      got: describe(target),
    });
  }
  const { model, loss, direction } = optionsOf(where, target, rules);
  return { model, loss, direction, of: nameOf(direction), origin: 0 };
}
