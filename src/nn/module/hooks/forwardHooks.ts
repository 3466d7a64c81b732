import { describe, TensorError } from "../../../base/errors.ts";
import { changed, shared } from "../../../base/shared.ts";
import type { HookHandle, Tensor } from "../../../tensor/tensor.ts";
import { behind } from "../hidesOutput.ts";
import type { Module } from "../module.ts";
import { type BackwardHook, watchedBackward } from "./backwardHooks.ts";

/** Called after each `forward` with the module, its inputs and its output; may return another output. */
export type ForwardHook<Inputs extends readonly unknown[] = readonly unknown[], Output = Tensor> = (
  module: Module<Output>,
  inputs: Inputs,
  output: Output,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
) => Output | void;

/** Called before each `forward` with the module and its inputs; may return others, or the only one. */
export type ForwardPreHook<Inputs extends readonly unknown[] = readonly unknown[], Output = Tensor> = (
  module: Module<Output>,
  inputs: Inputs,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may also just look and return nothing
) => Inputs | Inputs[0] | void;

const hookedKey: unique symbol = Symbol.for("evenkeel.hooked") as never;

/** Sees what a module was given and what it returned, and keeps none of it. */
export type Look = (inputs: readonly unknown[], output: unknown) => void;

interface Hooked {
  /** Called before each `forward`, and before all hooks. */
  readonly entering: Set<() => void>;
  readonly before: Set<ForwardPreHook>;
  readonly hooks: Set<ForwardHook>;
  readonly backward: Set<BackwardHook>;
  /** Called after all hooks; they keep nothing of what they see, so that the engine need not give it memory that stays. */
  readonly looks: Set<Look>;
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
  const before = new Set<ForwardPreHook>();
  const hooks = new Set<ForwardHook>();
  const backward = new Set<BackwardHook>();
  const looks = new Set<Look>();
  let own = Object.getOwnPropertyDescriptor(module, "forward");
  const accessor = own?.get; // not to be asked before it is called
  const first = accessor === undefined ? module.forward : null;
  let plain = (): Module["forward"] => first ?? accessor?.call(module);
  const forward = (...given: unknown[]): Tensor => {
    shared().listener?.runs?.("a hook of a module");
    for (const enter of entering) enter();
    let inputs: readonly unknown[] = given;
    for (const hook of [...before]) {
      const changed = hook(module, inputs);
      if (changed !== undefined) inputs = Array.isArray(changed) ? changed : [changed];
    }
    const watched = backward.size === 0 ? null : watchedBackward(module, [...backward], inputs);
    if (watched !== null) inputs = watched.inputs;
    let output: Tensor = plain().apply(module, inputs as unknown[]);
    for (const hook of [...hooks]) output = hook(module, inputs, output) ?? output;
    for (const look of looks) look(inputs, output);
    return watched === null ? output : watched.output(output);
  };
  const onlyLooks = () => before.size + hooks.size + backward.size === 0;
  Object.assign(forward, { [behind]: () => (onlyLooks() ? plain() : undefined) });
  const release = () => {
    if (!onlyLooks() || entering.size + looks.size > 0) return;
    changed();
    Reflect.deleteProperty(module, hookedKey);
    if (own === undefined) Reflect.deleteProperty(module, "forward");
    else Object.defineProperty(module, "forward", own);
  };
  const made: Hooked = { entering, before, hooks, backward, looks, release };
  changed();
  Object.defineProperty(module, hookedKey, { value: made, configurable: true });
  Object.defineProperty(module, "forward", {
    get: () => forward,
    // One that is assigned meanwhile takes the place of the module's own.
    set(value) {
      plain = () => value;
      own = { value, writable: true, configurable: true, enumerable: true };
    },
    configurable: true,
  });
  return made;
}

/** Adds a hook to those of a module, once for each time that it is registered. */
export function registerHook(
  where: string,
  module: Module<unknown>,
  kind: "before" | "hooks" | "backward",
  hook: unknown,
): HookHandle {
  if (typeof hook !== "function") throw new TensorError(where, { expected: "a function", got: describe(hook) });
  const held = hooked(module);
  const hooks = held[kind] as Set<unknown>;
  const own = (...told: unknown[]): unknown => hook(...told);
  hooks.add(own);
  return {
    remove: () => {
      if (hooks.delete(own)) held.release();
    },
  };
}
