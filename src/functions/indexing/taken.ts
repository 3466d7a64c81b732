import { sizeOf } from "../../base/dtype.ts";
import { isInParts } from "../../base/shared.ts";
import { rows } from "../../ops/indexing.ts";
import { checkIndex } from "../../tensor/checks.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { arange } from "../factories.ts";

/** The parts of `x` along a dimension that indices of one dimension name: rows, where all before it are one. */
export function taken(x: Tensor, dim: number, indices: Tensor): Tensor {
  if (dim === 0) return x.index(indices);
  if (indices.dtype === "bool" || isInParts()) return x.transpose(0, dim).index(indices).transpose(0, dim);
  const [length, outer] = [x.shape[dim], sizeOf(x.shape.slice(0, dim))];
  const i = checkIndex("index", indices, length, x);
  const starts = arange(outer, { dtype: "int32" }).mul(length).unsqueeze(1);
  const flat = x.reshape([outer * length, ...x.shape.slice(dim + 1)]);
  return flat.through(rows, starts.add(i)).reshape(x.shape.map((size, d) => (d === dim ? i.numel() : size)));
}
