import { show, TensorError } from "../../base/errors.ts";
import type { Pair } from "../../kernels/beside/windows.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import type { NumberOrPair } from "../module/pairs.ts";

/** Pools `dims` dimensions of `x` `[n, c, …places]` or `[c, …places]`: what `pool` makes of `[n, c, rows, columns]`. */
export function pooled(where: string, dims: 1 | 2, x: Tensor, pool: (pictures: Tensor, size: Pair) => Tensor): Tensor {
  checkFloats(where, "input", x);
  const isBatch = x.ndim === dims + 2;
  if (!isBatch && x.ndim !== dims + 1) {
    const places = dims === 1 ? "c, l" : "c, h, w";
    throw new TensorError(where, { expected: `an input [n, ${places}] or [${places}]`, got: show(x.shape) });
  }
  const [n, c] = isBatch ? x.shape : [1, x.shape[0]];
  const size: Pair = [dims === 1 ? 1 : x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
  if (size.includes(0)) throw new TensorError(where, { expected: "an input with places", got: show(x.shape) });
  const y = pool(x.reshape([n, c, ...size]), size);
  if (dims === 2 && isBatch) return y;
  return y.reshape([...(isBatch ? [n] : []), c, ...y.shape.slice(4 - dims)]);
}

/** Refuses padding of more than half a window: some windows would see nothing. */
export function checkHalf(where: string, kernel: Pair, padding: Pair, dims: 1 | 2): void {
  if (padding.every((size, d) => size <= kernel[d] / 2)) return;
  throw new TensorError(where, {
    expected: "padding of at most half the kernel",
    got: `${show(padding.slice(2 - dims))} for a kernel of ${show(kernel.slice(2 - dims))}`,
  });
}

/** What a layer was made with, as it is printed. */
export function shown(given: Readonly<Record<string, NumberOrPair | boolean>>): string {
  const parts = Object.entries(given).map(
    ([name, value]) => `${name}=${typeof value === "object" ? show(value) : value}`,
  );
  return parts.join(", ");
}
