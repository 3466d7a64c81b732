import { isInParts } from "../../base/shared.ts";
import { around } from "../../kernels/array.ts";
import { checkIndex } from "../../tensor/checks.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { takeRuns } from "./runs.ts";

/** The parts of `x` along a dimension that indices of one dimension name. */
export function taken(x: Tensor, dim: number, indices: Tensor): Tensor {
  if (dim === 0) return x.index(indices);
  if (indices.dtype === "bool" || isInParts()) return x.transpose(0, dim).index(indices).transpose(0, dim);
  const [outer, length, width] = around(x.shape, dim, dim + 1);
  const i = checkIndex("index", indices, length, x);
  const shape = x.shape.map((size, d) => (d === dim ? i.numel() : size));
  return x.through(takeRuns({ outer, unit: width, width, shape }), i);
}
