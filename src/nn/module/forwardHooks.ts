import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** Called after each `forward` with the module, its inputs and its output; may return another output. */
export type ForwardHook<Inputs extends readonly unknown[] = readonly unknown[], Output = Tensor> = (
  module: Module<Output>,
  inputs: Inputs,
  output: Output,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
) => Output | void;

const hookedKey: unique symbol = Symbol.for("evenkeel.hooked") as never;

interface Hooked {
  /** Called before each `forward`. */
  readonly entering: Set<() => void>;
  readonly hooks: Set<ForwardHook>;
  /** Puts the module's own `forward` back, if there are no hooks any more. */
  release(): void;
}

/**
 * The hooks of a module. With the first one, a `forward` that runs them goes in front of the module's own, and with
 * the last one it goes again: modules without hooks pay nothing.
 */
export function hooked(of: Module<unknown>): Hooked {
  const module = of as Module;
  const holder = module as Module & { [hookedKey]?: Hooked };
  if (holder[hookedKey] !== undefined) return holder[hookedKey];
  const entering = new Set<() => void>();
  const hooks = new Set<ForwardHook>();
  let before = Object.getOwnPropertyDescriptor(module, "forward");
  const accessor = before?.get; // not to be asked before it is called
  let plain =
    accessor === undefined ? module.forward : (...inputs: unknown[]) => accessor.call(module).apply(module, inputs);
  const forward = (...inputs: unknown[]): Tensor => {
    for (const enter of entering) enter();
    let output: Tensor = plain.apply(module, inputs);
    for (const hook of [...hooks]) output = hook(module, inputs, output) ?? output;
    return output;
  };
  const release = () => {
    if (entering.size > 0 || hooks.size > 0) return;
    Reflect.deleteProperty(module, hookedKey);
    if (before === undefined) Reflect.deleteProperty(module, "forward");
    else Object.defineProperty(module, "forward", before);
  };
  const made: Hooked = { entering, hooks, release };
  Object.defineProperty(module, hookedKey, { value: made, configurable: true });
  Object.defineProperty(module, "forward", {
    get: () => forward,
    // One that is assigned meanwhile takes the place of the module's own.
    set(value) {
      plain = value;
      before = { value, writable: true, configurable: true, enumerable: true };
    },
    configurable: true,
  });
  return made;
}
