import { isTensor } from "../base/brand.ts";
import { type Shape, sizeOf } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { broadcast, checkRoom } from "../base/shapes.ts";
import { matmul } from "../ops/matmul.ts";
import { resultDtype } from "./promotion.ts";
import type { Tensor } from "./tensor.ts";

export function dot(x: Tensor, b: Tensor): Tensor {
  if (!isTensor(b) || x.ndim !== 1 || b.ndim !== 1 || x.numel() !== b.numel()) {
    throw new TensorError("dot", {
      expected: "two tensors of one dimension and one length",
      got: `${describe(x)} and ${describe(b)}`,
    });
  }
  return multiply("dot", x, b, false);
}

export function outer(x: Tensor, b: Tensor): Tensor {
  if (!isTensor(b) || x.ndim !== 1 || b.ndim !== 1) {
    throw new TensorError("outer", {
      expected: "two tensors of one dimension",
      got: `${describe(x)} and ${describe(b)}`,
    });
  }
  return x.unsqueeze(1).mul(b.unsqueeze(0));
}

/** `op(a)·op(b)` for any number of dimensions: batches flattened into one, or, for a plain matrix `b`, into the rows. */
export function multiply(where: string, a: Tensor, b: Tensor, transposeB: boolean): Tensor {
  if (!isTensor(b)) throw new TensorError(where, { expected: "a tensor", got: describe(b) });
  if (a.ndim === 0 || b.ndim === 0) refuseProduct(where, a, b, transposeB);
  const dtype = resultDtype(a, b);
  if (dtype === "bool") throw new TensorError(where, { expected: "numbers", got: "bool tensors" });
  const left = (a.ndim === 1 ? a.unsqueeze(0) : a).to(dtype);
  const right = (b.ndim === 1 ? b.unsqueeze(transposeB ? 0 : 1) : b).to(dtype);
  const inner = left.shape[left.ndim - 1];
  const [n, innerB] = transposeB
    ? [right.shape[right.ndim - 2], right.shape[right.ndim - 1]]
    : [right.shape[right.ndim - 1], right.shape[right.ndim - 2]];
  if (inner !== innerB) refuseProduct(where, a, b, transposeB);
  const rows = left.shape[left.ndim - 2];
  checkRoom(where, [...left.shape.slice(0, -1), n]);
  if (left.ndim === 2 && right.ndim === 2) {
    const product = left.through(matmul(false, transposeB), right);
    return a.ndim === 2 && b.ndim === 2
      ? product
      : product.reshape([...(a.ndim === 1 ? [] : [rows]), ...(b.ndim === 1 ? [] : [n])]);
  }
  let product: Tensor;
  let batch: Shape = left.shape.slice(0, -2);
  if (right.ndim === 2) {
    product = left.reshape([sizeOf(batch) * rows, inner]).through(matmul(false, transposeB), right);
  } else {
    batch = broadcast(where, batch, right.shape.slice(0, -2));
    const count = sizeOf(batch);
    const flatA = left.expand([...batch, rows, inner]).reshape([count, rows, inner]);
    const flatB = right.expand([...batch, ...right.shape.slice(-2)]).reshape([count, ...right.shape.slice(-2)]);
    product = flatA.through(matmul(false, transposeB), flatB);
  }
  return product.reshape([...batch, ...(a.ndim === 1 ? [] : [rows]), ...(b.ndim === 1 ? [] : [n])]);
}

function refuseProduct(where: string, a: Tensor, b: Tensor, transposeB: boolean): never {
  throw new TensorError(where, {
    expected: transposeB ? "last sizes that agree" : "the last size of the left to be the second last of the right",
    got: `${show(a.shape)} and ${show(b.shape)}`,
    hint: a.ndim === 0 || b.ndim === 0 ? "For a single number use mul." : "",
  });
}
