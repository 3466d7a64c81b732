import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { isModule } from "../nn/module/fields.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Parameters that share their options. An optimiser reads them anew at each step, so that they may be changed. */
export interface ParamGroup {
  /** What the optimiser changes. */
  readonly params: readonly Tensor[];
  /** The learning rate of the next step. */
  lr: number;
  /** The learning rate that a scheduler started from, once there is one. */
  initialLr?: number;
  /** The highest learning rate of a `OneCycleLR`. */
  maxLr?: number;
  /** The last learning rate of a `OneCycleLR`. */
  minLr?: number;
  /** The momentum at both ends of a `OneCycleLR`. */
  maxMomentum?: number;
  /** The momentum at the height of a `OneCycleLR`. */
  baseMomentum?: number;
}

/** What schedulers keep in a group, beside the options of its optimiser. */
export const scheduleFields = ["initialLr", "maxLr", "minLr", "maxMomentum", "baseMomentum"] as const;

/** The parameters of a new group, where options of its own may come with them. */
export interface GroupParams {
  /** One tensor or several, none of which is in another group. */
  readonly params: Tensor | readonly Tensor[];
  /** What a scheduler that is to be resumed takes for the first learning rate. Default: `lr`. */
  readonly initialLr?: number;
}

/** What an optimiser is given, as groups. */
export function groupsOf(where: string, params: unknown): readonly object[] {
  if (!Array.isArray(params) || params.length === 0) {
    throw new TensorError(where, {
      expected: "an array of at least one parameter, or of groups { params, lr, … }",
      got: Array.isArray(params) ? "an empty one" : describe(params),
      hint: hintFor(params),
    });
  }
  return isTensor(params[0]) || !isGroup(params[0]) ? [{ params }] : params;
}

function isGroup(value: unknown): value is { readonly params: unknown } {
  return typeof value === "object" && value !== null && "params" in value;
}

/** The parameters of a group, each a leaf that can be changed, and none of them in `taken`, to which they are added. */
export function paramsOf(where: string, group: object, taken: Set<Tensor>): readonly Tensor[] {
  if (!isGroup(group)) {
    throw new TensorError(where, { expected: "a group { params, lr, … }", got: describe(group), hint: hintFor(group) });
  }
  const params: unknown = isTensor(group.params) ? [group.params] : group.params;
  if (!Array.isArray(params)) {
    throw new TensorError(where, { expected: "params to be tensors", got: describe(params), hint: hintFor(params) });
  }
  params.forEach((p, i) => {
    checkParam(where, p, i);
    if (taken.has(p)) {
      throw new TensorError(where, {
        expected: "each parameter once, in one group",
        got: `${describe(p)} twice, again as parameter ${i}`,
        hint: "Where modules share a parameter, model.parameters() has it once.",
      });
    }
    taken.add(p);
  });
  return [...params];
}

function checkParam(where: string, p: unknown, i: number): asserts p is Tensor {
  if (!isTensor(p)) {
    throw new TensorError(where, {
      expected: "parameters that are tensors",
      got: `${describe(p)} as parameter ${i}`,
      hint: hintFor(p),
    });
  }
  if (!p.isLeaf) {
    throw new TensorError(where, {
      expected: "leaves, made by no operation",
      got: `the output of ${p.node?.op.name} as parameter ${i}`,
      hint: "Give what it was made from, or a leaf with its values: new nn.Parameter(x.detach()).",
    });
  }
  if (!isFloat(p.dtype)) {
    throw new TensorError(where, { expected: "float32 or float64 tensors", got: `${describe(p)} as parameter ${i}` });
  }
}

function hintFor(value: unknown): string {
  if (isModule(value)) return "Give its parameters: model.parameters().";
  if (isTensor(value)) return "Put it into an array: [x].";
  if (Array.isArray(value)) {
    return value.length === 2 && isTensor(value[1])
      ? "Give the parameters without their names: model.parameters()."
      : "";
  }
  const isIterable = typeof value === "object" && value !== null && Symbol.iterator in value;
  return isIterable ? "Write [...params]." : "";
}
