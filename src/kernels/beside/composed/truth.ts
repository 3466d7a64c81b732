import { empty } from "../../array.ts";
import { cast } from "../../reference/elementwise.ts";
import { walk } from "../../reference/walk.ts";
import { few, runRows } from "../../wasm/calls/binary.ts";
import { tape } from "../../wasm/tape.ts";
import { moduleOn } from "../module.ts";
import { type Composed, composed } from "./composed.ts";
import { inPieces } from "./pieces.ts";

/** Whether each number is another than 0. */
export const truthOf: Composed<object> = /* @__PURE__ */ composed(
  "truth",
  (k, [x]) => k.ne(x, k.fill(x.dtype, [], 0)),
  (machine, inputs) => {
    const [x] = inputs;
    if (x.data.length < few || x.dtype === "float64" || x.dtype === "bool") return cast(x, "bool");
    return inPieces(machine, moduleOn(machine).truths, inputs, empty("bool", x.shape), x.dtype === "float32" ? 1 : 0);
  },
);

/** A function of two arrays of bools, by its place in the SIMD kernel. */
const logic = (name: string, how: number, parts: Composed<object>["composed"]): Composed<object> => {
  const kernel: Composed<object> = composed(name, parts, (machine, inputs) => {
    const [a, b] = inputs;
    const layout = walk(a, b);
    const y = empty("bool", layout.shape);
    if (y.data.length < few) return kernel.plain(inputs, {});
    const own = moduleOn(machine).logic;
    runRows(machine, tape === null ? own : tape.through(own), a.data, b.data, y.data, layout, how);
    return y;
  });
  return kernel;
};

/** Whether both are. */
export const andOf: Composed<object> = /* @__PURE__ */ logic("and", 0, (k, [a, b]) => k.mul(a, b));
/** Whether one of both is, or both are. */
export const orOf: Composed<object> = /* @__PURE__ */ logic("or", 1, (k, [a, b]) => k.maximum(a, b));
/** Whether one of both is, but not the other. */
export const xorOf: Composed<object> = /* @__PURE__ */ logic("xor", 2, (k, [a, b]) => k.ne(a, b));
