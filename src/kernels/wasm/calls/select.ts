import { type Data, isFloat } from "../../../base/dtype.ts";
import { emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as loops from "../../reference/elementwise.ts";
import { chunk, type Machine } from "../machine.ts";

/** Below so many elements a choice is made before its inputs are copied into WebAssembly's memory. */
export const few = 128;

/** Choices by a mask, of float32 and float64; of other dtypes they are the reference's. */
export function selectOn(machine: Machine): Pick<Kernels, "where" | "maskedFill"> {
  const choose = machine.twin("where");
  const vectors = { float32: new Float32Array(4), float64: new Float64Array(2) };
  const isFast = (mask: NDArray, x: NDArray) => mask.dtype === "bool" && isFloat(x.dtype) && x.data.length >= few;

  /** `y = a` where the mask holds, else `b`; without `a`, the number in the vectors. */
  const select = (mask: Data, a: Data | null, { data: b, dtype }: NDArray, y: Data): void => {
    for (let start = 0; start < y.length; start += chunk) {
      const end = start + chunk;
      machine.begin();
      const bytes = machine.put(mask.subarray(start, end));
      const left = machine.at(a?.subarray(start, end) ?? vectors[dtype as keyof typeof vectors]);
      const part = b.subarray(start, end);
      const result = y.subarray(start, end);
      const right = machine.at(part);
      const to = machine.roomOver(right, result);
      choose(dtype)(bytes, left, right, to, part.length, a === null ? 0 : 16);
      machine.get(to, result);
    }
  };

  return {
    where(condition, a, b) {
      if (!isFast(condition, a)) return loops.where(condition, a, b);
      const y = emptyLike(a);
      select(condition.data, a.data, b, y.data);
      return y;
    },

    maskedFill(x, mask, value) {
      if (!isFast(mask, x)) return loops.maskedFill(x, mask, value);
      const y = emptyLike(x);
      vectors[x.dtype as keyof typeof vectors].fill(value);
      select(mask.data, null, x, y.data);
      return y;
    },
  };
}
