import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { aTensor, flag } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { sameShape } from "../base/shapes.ts";
import { give } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { isInArena, Owned } from "../kernels/memory/pool.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { differentiate } from "./differentiate.ts";

/** What {@link grad} may be told beside its output and inputs. */
export interface GradOptions {
  /** The gradient at the output, of its shape. Default: 1, for an output of one element. */
  readonly gradOutput?: Tensor;
  /** Whether the gradients can be differentiated in their turn. Default `false`. */
  readonly createGraph?: boolean;
  /** Whether an input that the output does not depend on gets `null` instead of an error. Default `false`. */
  readonly allowUnused?: boolean;
}

const rules = {
  gradOutput: { is: aTensor },
  createGraph: { is: flag, default: false },
  allowUnused: { is: flag, default: false },
} as const satisfies OptionRules<GradOptions>;

/**
 * The gradients `d output / d input` at each of `inputs`, and `null` for an input that the output does not depend on;
 * otherwise as without `allowUnused`.
 *
 * @returns one gradient or `null` per input.
 * @throws {@link TensorError} as without `allowUnused`, but not for an input that the output does not depend on.
 * @see PyTorch `torch.autograd.grad` with `allow_unused=True`.
 *
 * @example
 * ```ts
 * import { grad, tensor } from "evenkeel";
 *
 * const [x, other] = [tensor(3, { requiresGrad: true }), tensor(1, { requiresGrad: true })];
 * console.log(grad(x.square(), [x, other], { allowUnused: true })); // => [ tensor(6.), null ]
 * ```
 */
export function grad(
  output: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[];
/**
 * The gradients `d output / d input` at each of `inputs`, weighted by `gradOutput`; nothing is stored in `.grad`.
 *
 * Only what leads to an input is walked. The tape stays, so that it can be asked again.
 *
 * @param output - a tensor of one element, or of any shape together with `gradOutput`.
 * @param inputs - tensors, leaves or not, that the output was made from.
 * @returns one gradient per input, in its shape.
 * @throws {@link TensorError} if the output has no graph or more than one element and no `gradOutput`; if an input
 * needs no gradient, or the output does not depend on it; if what the tape needs has been changed in place.
 * @see PyTorch `torch.autograd.grad`, of one output, and without `retain_graph`, since the tape lives as long as its
 * output does, `is_grads_batched` and `materialize_grads`.
 *
 * @example
 * ```ts
 * import { grad, tensor } from "evenkeel";
 *
 * const x = tensor(3, { requiresGrad: true });
 * const [slope] = grad(x.pow(3), [x], { createGraph: true });
 * const [curvature] = grad(slope, [x]);
 * console.log(slope.item(), curvature.item()); // => 27 18
 * ```
 */
export function grad(output: Tensor, inputs: Tensor | readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(output: Tensor, inputs: Tensor | readonly Tensor[], options: GradOptions = {}): (Tensor | null)[] {
  const { gradOutput, createGraph, allowUnused } = optionsOf("grad", options, rules);
  const targets = Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];
  checkTensors("grad", [output, ...targets]);
  const gradient = startingGradient("grad", output, gradOutput);
  targets.forEach((x, i) => {
    if (x.requiresGrad) return;
    throw new TensorError("grad", {
      expected: "inputs that want a gradient",
      got: `input ${i}, ${describe(x)}, with requiresGrad false`,
      hint: "Create it with { requiresGrad: true }, before the output is made from it.",
    });
  });
  const owned = new Owned<Tensor>();
  const gradients = differentiate(output, gradient, new Set(targets), createGraph, "grad", owned);
  try {
    return targets.map((x, i) => {
      const g = gradients.get(x);
      if (g !== undefined) return isInArena(g.array) ? g.wrap(kernels().copy(g.array)) : g;
      if (allowUnused) return null;
      throw new TensorError("grad", {
        expected: "inputs that the output depends on",
        got: `input ${i}, ${describe(x)}, which it does not depend on`,
        hint: "With { allowUnused: true } its gradient is null.",
      });
    });
  } finally {
    for (const { array } of owned) if (isInArena(array)) give(array);
  }
}

/** The gradient at the output from which a walk starts; refuses outputs that have none. */
export function startingGradient(where: string, y: Tensor, gradient: Tensor | undefined | null): Tensor {
  if (!y.requiresGrad) {
    throw new TensorError(where, {
      expected: "an output with a graph",
      got: `${describe(y)} that needs no gradient`,
      hint: "Make it from tensors with requiresGrad, outside noGrad.",
    });
  }
  if (gradient === undefined || gradient === null) {
    if (y.numel() === 1) return y.wrap(kernels().fill(y.dtype, y.shape, 1));
    throw new TensorError(where, {
      expected: "an output of one element, or a gradient of its shape",
      got: describe(y),
      hint: "Reduce it first, as in y.sum().backward(), or give the gradient at it.",
    });
  }
  checkTensors(where, [gradient]);
  if (!sameShape(gradient.shape, y.shape) || gradient.dtype !== y.dtype) {
    throw new TensorError(where, { expected: `a gradient like the output, ${describe(y)}`, got: describe(gradient) });
  }
  refuseDetached(where, gradient.array);
  return gradient;
}

function checkTensors(where: string, values: readonly unknown[]): void {
  for (const value of values) {
    if (!isTensor(value)) throw new TensorError(where, { expected: "tensors", got: describe(value) });
  }
}
