import { differentiate } from "../autograd/differentiate.ts";
import { startingGradient } from "../autograd/grad.ts";
import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { flag } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { sameShape } from "../base/shapes.ts";
import { shared } from "../base/shared.ts";
import { give } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { Owned } from "../kernels/memory/pool.ts";
import { overwrite } from "./inPlace.ts";
import type { GradientHook, HookHandle, Tensor } from "./tensor.ts";

export function setRequiresGrad(x: Tensor, value: boolean): void {
  if (value && !isFloat(x.dtype)) {
    throw new TensorError("requiresGrad", {
      expected: "a float32 or float64 tensor",
      got: describe(x),
      hint: 'Only those have gradients: x.to("float32").',
    });
  }
  if (!value && x.node !== null) {
    throw new TensorError("requiresGrad", {
      expected: "a leaf",
      got: `the output of ${x.node.op.name}`,
      hint: "Use x.detach() for its values without a graph.",
    });
  }
  x.wantsGrad = value;
}

export function gradOf(x: Tensor): Tensor | null {
  shared().listener?.asksGradient?.(x);
  x.gradient?.array.show(); // from now on somebody may keep it
  return x.gradient;
}

export function setGrad(x: Tensor, value: Tensor | null): void {
  if (value !== null && !(isTensor(value) && sameShape(value.shape, x.shape) && value.dtype === x.dtype)) {
    throw new TensorError("grad", { expected: `null or ${describe(x)}`, got: describe(value) });
  }
  value?.array.show();
  x.gradient = value;
  shared().listener?.setsGradient?.(x, value?.array ?? null);
}

type BackwardOptions = NonNullable<Parameters<Tensor["backward"]>[1]>;
const rules = { createGraph: { is: flag, default: false } } as const satisfies OptionRules<BackwardOptions>;

export function backward(x: Tensor, gradient: Tensor | null | undefined, options?: BackwardOptions): void {
  const { createGraph } = optionsOf("backward", options, rules);
  const start = startingGradient("backward", x, gradient);
  const owned = new Owned<Tensor>();
  const gradients = differentiate(x, start, null, createGraph, "backward", owned);
  for (const { gradient } of gradients.keys()) if (gradient !== null) refuseDetached("backward", gradient.array);
  for (const [leaf, g] of gradients) leaf.accumulate(g, createGraph, owned);
  for (const { array } of owned) give(array);
}

/** Adds `g` to the gradient; where there is none yet, takes `g` itself if it is nobody else's, or a copy. */
export function accumulate(x: Tensor, g: Tensor, createGraph: boolean, owned: Set<Tensor>): void {
  const { listener } = shared();
  listener?.asksGradient?.(x);
  const sofar = x.gradient;
  if (createGraph) {
    listener?.runs?.("backward with createGraph, whose gradients have a graph of their own");
    x.gradient = sofar === null ? g.clone() : sofar.add(g);
  } else if (sofar === null) {
    x.gradient = owned instanceof Owned && owned.delete(g) ? g : x.wrap(kernels().copy(g.array));
    x.gradient.array.isHidden = true; // nobody has asked for it yet
    listener?.setsGradient?.(x, x.gradient.array);
  } else {
    const sum = kernels().add(sofar.array, g.array);
    overwrite(sofar.array, sum);
    give(sum);
  }
}

export function clearGrad(x: Tensor): void {
  if (x.gradient?.array.isHidden) give(x.gradient.array);
  x.gradient = null;
  shared().listener?.setsGradient?.(x, null);
}

export function retainGrad(x: Tensor): void {
  refuseWithoutGrad("retainGrad", x);
  shared().listener?.runs?.("retainGrad");
  x.retainsGrad = true;
}

export function registerHook(x: Tensor, hook: GradientHook): HookHandle {
  if (typeof hook !== "function") {
    throw new TensorError("registerHook", { expected: "a function", got: describe(hook) });
  }
  refuseWithoutGrad("registerHook", x);
  x.hooks ??= new Set();
  const hooks = x.hooks;
  const own: GradientHook = (g) => hook(g); // the same function registered twice runs twice
  hooks.add(own);
  return {
    remove: () => {
      hooks.delete(own);
      if (hooks.size === 0) x.hooks = null;
    },
  };
}

function refuseWithoutGrad(where: string, x: Tensor): void {
  if (x.requiresGrad) return;
  throw new TensorError(where, {
    expected: "a tensor that wants a gradient",
    got: `${describe(x)} with requiresGrad false`,
  });
}
