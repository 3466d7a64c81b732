import { isFloat, sizeOf } from "../../../base/dtype.ts";
import { empty, give, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as reference from "../../reference/index.ts";
import { type Machine, mostBytes } from "../machine.ts";

/** Below so many elements rows are copied or added by plain loops. */
export const few = 128;

/** Rows by index, and the reverse, of float32 and float64; of other dtypes, and where it would take longer, they are the reference's. */
export function rowsOn(machine: Machine): Pick<Kernels, "rows" | "addRows"> {
  /** `y` of `x`, whose rows have `width` numbers, or what `plain` makes where an index is not one of `count`. */
  const by = (name: "rows" | "addRows") => {
    const kernel = machine.twin(name);
    return (x: NDArray, index: NDArray, y: NDArray, count: number, width: number, plain: () => NDArray): NDArray => {
      machine.beginRepeatable();
      const from = machine.at(x.data);
      const places = machine.at(index.data);
      const to = machine.roomFor(y.data);
      const isOutside = kernel(x.dtype)(from, places, to, index.data.length, count, width);
      machine.repeatIf(0);
      if (isOutside !== 0) {
        give(y);
        return plain();
      }
      machine.get(to, y.data);
      return y;
    };
  };
  const [rows, addRows] = [by("rows"), by("addRows")];
  const isFit = (x: NDArray, index: NDArray, size: number) =>
    size >= few && isFloat(x.dtype) && index.dtype === "int32" && 3 * size * x.data.BYTES_PER_ELEMENT < mostBytes;

  return {
    rows(x, index) {
      const plain = () => reference.rows(x, index);
      const tail = x.shape.slice(1);
      const width = sizeOf(tail);
      const size = index.data.length * width;
      // Of a large table that lies elsewhere a copy is not worth it.
      const isNear = x.data.length <= 2 * size || machine.holds(x.data);
      if (!isNear || !isFit(x, index, size)) return plain();
      return rows(x, index, empty(x.dtype, [...index.shape, ...tail]), x.shape[0], width, plain);
    },

    addRows(g, index, count) {
      const plain = () => reference.addRows(g, index, count);
      const tail = g.shape.slice(index.shape.length);
      const width = sizeOf(tail);
      if (!isFit(g, index, Math.max(g.data.length, count * width))) return plain();
      return addRows(g, index, empty(g.dtype, [count, ...tail]), count, width, plain);
    },
  };
}
