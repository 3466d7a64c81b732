import type { Module } from "./module.ts";

/** What a layer answers with: an object of this copy of the library, for another's layers say nothing to it. */
const here = {};

/**
 * Says of a layer, in its getter `hidesOutput`, that its `forward` is the library's own, returns memory of its own, and keeps
 * nothing: what passes between two such layers of a `Sequential` nobody sees but the engine.
 */
export const hidden = (forward: Forward, own: Forward): object | null =>
  forward === own || forward[behind]?.() === own ? here : null;

/** Where a `forward` says what it stands before, if all that it does besides is to have the engine's own look at the output. */
export const behind: unique symbol = Symbol("behind");

interface Forward {
  (...inputs: never[]): unknown;
  [behind]?(): unknown;
}

/** Whether a module says so. One with forward hooks has another `forward`, and does not, unless they only look. */
export function doesHideOutput(module: Module): boolean {
  return (module as Module & { readonly hidesOutput?: unknown }).hidesOutput === here;
}
