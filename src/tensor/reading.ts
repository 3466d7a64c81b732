import { sizeOf } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { print } from "./print.ts";
import type { NestedArray, Tensor } from "./tensor.ts";

export function item<T extends number | boolean = number>(x: Tensor): T {
  if (x.numel() !== 1) {
    throw new TensorError("item", {
      expected: "a tensor of one element",
      got: describe(x),
      hint: "Use toArray() for nested arrays, or data for the elements.",
    });
  }
  refuseDetached("item", x.array);
  shared().listener?.reads(x.array, "item()");
  const value = x.array.data[0];
  return (x.dtype === "bool" ? value !== 0 : value) as T;
}

export function toArray<T = NestedArray>(x: Tensor): T {
  refuseDetached("toArray", x.array);
  shared().listener?.reads(x.array, "toArray()");
  const { data, shape, dtype } = x.array;
  const nest = (dim: number, from: number): NestedArray => {
    if (dim === shape.length) return dtype === "bool" ? data[from] !== 0 : data[from];
    const stride = sizeOf(shape.slice(dim + 1));
    return Array.from({ length: shape[dim] }, (_, i) => nest(dim + 1, from + i * stride));
  };
  return nest(0, 0) as T;
}

export function* rowsOf(this: Tensor): IterableIterator<Tensor> {
  for (let i = 0; i < this.shape[0]; i++) yield this.select(0, i);
}

export function textOf(x: Tensor): string {
  shared().listener?.reads(x.array, "printing");
  const gradFn = x.node === null ? undefined : `gradFn=<${x.node.op.name}>`;
  const suffix = gradFn ?? (x.requiresGrad ? "requiresGrad=true" : undefined);
  refuseDetached("toString", x.array);
  const { data, shape, dtype } = x.array;
  return print({ data, shape, dtype, suffix });
}
