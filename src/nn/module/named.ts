import { describe, TensorError } from "../../base/errors.ts";
import type { Module } from "./module.ts";
import { moduleState } from "./state.ts";

/** Makes a module a field of another one under a name that is kept as it is written. */
export function nameField(where: string, module: Module<unknown>, name: string, value: Module): void {
  const state = module[moduleState];
  const isFree = !(name in module) || state.keys?.has(name) === true;
  if (!isFree || !/^(?!\d+$)[^.#][^.]*$/.test(name) || name === "__proto__") {
    throw new TensorError(where, {
      expected: `names without dots that are neither numbers nor members of a ${module.constructor.name}`,
      got: describe(name),
    });
  }
  (module as unknown as Record<string, Module>)[name] = value;
  state.keys = new Set([...(state.keys ?? []), name]);
}
