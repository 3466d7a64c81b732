import type { Dtype, Shape } from "../../kernels/array.ts";
import type { Op, Primitive } from "../../ops/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** What a layer does to rows, as one operation that may be chained to others. */
export interface LayerLink {
  readonly op: Op;
  /** The operation's inputs beside the rows. */
  readonly inputs: readonly Tensor[];
  /** What it reads and changes beside them, such as running statistics. */
  readonly moves: readonly (Tensor | null)[];
  /** How many numbers come out of each row. */
  readonly width: number;
}

/** How a layer is asked for its link: by this method, so that no name is taken from users' modules. */
export const linkOf: unique symbol = Symbol("evenkeel.link");

/** What is known of a layer's input before it is there. */
export interface Rows {
  /** `[n, width]`. */
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** A layer that may be chained. It checks the rows as its `forward` does, and throws what that would throw. */
interface Linkable {
  [linkOf](x: Rows): LayerLink | null;
}

/** The link of a module for some rows; `null` where its `forward` has to be called, if only to refuse them. */
export function linkFor(module: Module, x: Rows): LayerLink | null {
  if (!(linkOf in module)) return null;
  try {
    return (module as Module & Linkable)[linkOf](x);
  } catch {
    return null; // the layers before it come first
  }
}

/** Whether a module's `forward` is a class's own: not that of a class derived from it, and without hooks. */
export function isPlain(module: Module, forward: unknown): boolean {
  return module.forward === forward;
}

/** The link of an activation. */
export function activationLink(op: Primitive, { shape }: Rows): LayerLink {
  return { op, inputs: [], moves: [], width: shape[1] };
}
