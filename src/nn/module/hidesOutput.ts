import type { Module } from "./module.ts";

/**
 * Says of a layer that its `forward` is the library's own, returns memory of its own, and keeps nothing: what passes between two
 * such layers of a `Sequential` nobody sees but the engine. A symbol of this copy of the library: another's layers say nothing.
 */
export const hidesOutput: unique symbol = Symbol("evenkeel.hidesOutput");

/** Whether a module says so. One with forward hooks has another `forward`, and does not. */
export function doesHideOutput(module: Module): boolean {
  return (module as Module & { readonly [hidesOutput]?: boolean })[hidesOutput] === true;
}
