import type { Module } from "./module.ts";

/** What a layer answers with: an object of this copy of the library, for another's layers say nothing to it. */
const here = {};

/**
 * Says of a layer, in its getter `hidesOutput`, that its `forward` is the library's own, returns memory of its own, and keeps
 * nothing: what passes between two such layers of a `Sequential` nobody sees but the engine.
 */
export const hidden = (is: boolean): object | null => (is ? here : null);

/** Whether a module says so. One with forward hooks has another `forward`, and does not. */
export function doesHideOutput(module: Module): boolean {
  return (module as Module & { readonly hidesOutput?: unknown }).hidesOutput === here;
}
