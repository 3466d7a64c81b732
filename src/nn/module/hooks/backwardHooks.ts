import { isTensor } from "../../../base/brand.ts";
import { describe, TensorError } from "../../../base/errors.ts";
import { cat } from "../../../ops/shape.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { Module } from "../module.ts";

/**
 * Called with the module and the gradients at its inputs and its outputs, null where there is none, when those at the inputs are
 * known; may return others for the inputs, or the only one.
 */
export type BackwardHook = (
  module: Module<unknown>,
  gradInput: readonly (Tensor | null)[],
  gradOutput: readonly (Tensor | null)[],
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
) => readonly (Tensor | null)[] | Tensor | null | void;

const where = "Module.registerFullBackwardHook";

/** One call of a module, between whose inputs and outputs gradients are watched. */
interface Watched {
  /** What the module is to be called with. */
  readonly inputs: readonly unknown[];
  /** What the caller is to get. */
  output<T>(output: T): T;
}

/**
 * Puts doors of the identity before and behind one call of a module. Gradients pass each of them together: all of the outputs first,
 * then all of the inputs, when the hooks run.
 */
export function watchedBackward(
  module: Module<unknown>,
  hooks: readonly BackwardHook[],
  inputs: readonly unknown[],
): Watched {
  let gradOutput: readonly (Tensor | null)[] | null = null; // of the walk that is under way
  const run = (gradInput: readonly (Tensor | null)[]) => {
    if (gradOutput === null) return gradInput; // what arrives has not come by way of the output
    let current = gradInput;
    for (const hook of hooks) current = changed(hook(module, current, gradOutput), current);
    gradOutput = null;
    return current;
  };
  const within = throughDoor(inputs, run);
  const isWatched = within.some((x, i) => x !== inputs[i]);
  return {
    inputs: within,
    output<T>(output: T): T {
      const outputs = Array.isArray(output) ? output : [output];
      if (!outputs.every(isTensor)) {
        throw new TensorError(where, {
          expected: "a forward that returns a tensor, or an array of tensors",
          got: describe(output),
        });
      }
      const passed = throughDoor(outputs, (gradients) => {
        gradOutput = gradients;
        if (!isWatched) run(inputs.map(() => null));
        return gradients;
      });
      return (Array.isArray(output) ? passed : passed[0]) as T;
    },
  };
}

/** What a hook returned in place of gradients. */
function changed(
  returned: ReturnType<BackwardHook>,
  gradients: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  if (returned === undefined) return gradients;
  const others: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  const fits = (other: unknown, i: number) =>
    other === null || (isTensor(other) && gradients[i] !== null && describe(other) === describe(gradients[i]));
  if (others.length === gradients.length && others.every(fits)) return others as readonly (Tensor | null)[];
  throw new TensorError(where, {
    expected: `the hook to return nothing, or a gradient for each of ${gradients.length} inputs like the one it got`,
    got: others.map(describe).join(", "),
  });
}

/** The same values, with those that want gradients behind one operation, which a function watches and may change. */
function throughDoor(
  values: readonly unknown[],
  watch: (gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[],
): readonly unknown[] {
  const places = [...values.keys()].filter((i) => isTensor(values[i]) && values[i].requiresGrad);
  const tensors = places.map((i) => values[i] as Tensor);
  if (tensors.length === 0) return values;
  const door = tensors.length === 1 ? tensors[0].reshape(tensors[0].shape) : joined(tensors);
  if (!door.requiresGrad) return values; // nothing is recorded
  const parts = partsOf(door, tensors);
  door.registerHook((g) => {
    const gradients = partsOf(g, tensors);
    const all: (Tensor | null)[] = values.map(() => null);
    places.forEach((at, j) => {
      all[at] = gradients[j];
    });
    const others = watch(all);
    if (others === all) return undefined;
    const kept = places.map((at, j) => others[at] ?? gradients[j].mul(0));
    return tensors.length === 1 ? kept[0] : joined(kept);
  });
  const passed = [...values];
  places.forEach((at, j) => {
    passed[at] = parts[j];
  });
  return passed;
}

/** The tensors that went through a door, or gradients of their shapes and dtypes, of what came out of it. */
function partsOf(door: Tensor, like: readonly Tensor[]): Tensor[] {
  if (like.length === 1) return [door];
  let end = 0;
  return like.map((x) => {
    const start = end;
    end += x.numel();
    return door.slice(0, start, end).reshape(x.shape).to(x.dtype);
  });
}

/** All of the tensors in one list, in double precision if one of them is. */
function joined(tensors: readonly Tensor[]): Tensor {
  const dtype = tensors.some((x) => x.dtype === "float64") ? "float64" : "float32";
  const [first, ...others] = tensors.map((x) => x.to(dtype).flatten());
  const op = cat(
    0,
    tensors.map((x) => x.numel()),
  );
  return first.through(op, ...others);
}
