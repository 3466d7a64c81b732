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
  const isFast = (mask: NDArray, x: NDArray) => mask.dtype === "bool" && isFloat(x.dtype) && x.data.length >= few;

  /** `y = a` where the mask holds, else `b`; `a` may be a single number. */
  const select = (mask: Data, a: Data, { data: b, dtype }: NDArray, y: Data): void => {
    const isNumber = a.length < b.length;
    for (let start = 0; start < y.length; start += chunk) {
      const end = start + chunk;
      machine.beginRepeatable();
      const bytes = machine.put(mask.subarray(start, end));
      const left = isNumber ? machine.putNumbers(a) : machine.at(a.subarray(start, end));
      const part = b.subarray(start, end);
      const result = y.subarray(start, end);
      const right = machine.at(part);
      const to = machine.roomOver(right, result);
      choose(dtype)(bytes, left, right, to, part.length, isNumber ? 0 : 16);
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
      select(mask.data, x.dtype === "float32" ? Float32Array.of(value) : Float64Array.of(value), x, y.data);
      return y;
    },
  };
}
