import type { Dtype, Shape } from "../kernels/array.ts";
import type { Op, Primitive } from "../ops/op.ts";
import type { Tensor } from "../tensor.ts";
import type { Module } from "./module.ts";

/** What a layer does to rows, as one operation that may be chained to others. */
export interface LayerLink {
  readonly op: Op;
  /** The operation's inputs beside the rows. */
  readonly inputs: readonly Tensor[];
  /** How many numbers come out of each row. */
  readonly width: number;
}

/** How a layer is asked for its link: by this method, so that no name is taken from users' modules. */
export const linkOf: unique symbol = Symbol("evenkeel.link");

/** A layer that may be chained: `null` where it cannot take these rows, or would rather say itself why. */
interface Linkable {
  [linkOf](shape: Shape, dtype: Dtype): LayerLink | null;
}

/** The link of a module for rows of a shape `[n, width]`; `null` where its `forward` has to be called. */
export function linkFor(module: Module, shape: Shape, dtype: Dtype): LayerLink | null {
  return linkOf in module ? (module as Module & Linkable)[linkOf](shape, dtype) : null;
}

/** Whether a module's `forward` is a class's own: not that of a class derived from it, and without hooks. */
export function isPlain(module: Module, forward: unknown): boolean {
  return module.forward === forward;
}

/** Whether all are there, and of a dtype. */
export function areOf(dtype: Dtype, tensors: readonly Tensor[]): boolean {
  return tensors.every((x) => x.dtype === dtype);
}

/** The link of an activation. */
export function activationLink(op: Primitive, [, width]: Shape): LayerLink {
  return { op, inputs: [], width };
}
