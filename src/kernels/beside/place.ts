import { sizeOf } from "../../base/dtype.ts";
import { emptyLike } from "../array.ts";
import type { Alike } from "./elementwise.ts";

/** `x` `[n, …]` with the rows of the second input added to those that an index array, the third, names, one after the other. */
export const addAtOf: Alike = {
  name: "addAt",
  plain([x, values, index]) {
    const y = emptyLike(x);
    const [from, to, places] = [values.data, y.data, index.data];
    to.set(x.data);
    const width = sizeOf(x.shape.slice(1));
    const isBool = x.dtype === "bool";
    for (let i = 0, at = 0; i < places.length; i++) {
      const start = places[i] * width;
      for (let j = 0; j < width; j++) to[start + j] = isBool ? to[start + j] | from[at++] : to[start + j] + from[at++];
    }
    return y;
  },
  simd: () => addAtOf.plain,
};

/**
 * `x` `[n, …]` with the rows of the second input in place of those that an index array, the third, names; of several for one
 * place the last.
 */
export const placeOf: Alike = {
  name: "place",
  plain([x, values, index]) {
    const y = emptyLike(x);
    const [from, to, places] = [values.data, y.data, index.data];
    to.set(x.data);
    const width = sizeOf(x.shape.slice(1));
    for (let i = 0, at = 0; i < places.length; i++) {
      const start = places[i] * width;
      for (let j = 0; j < width; j++) to[start + j] = from[at++];
    }
    return y;
  },
  simd: () => placeOf.plain,
};
