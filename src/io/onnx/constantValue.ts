import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { refuse } from "../bytes/checks.ts";
import { tensorFrom } from "../bytes/elements.ts";
import type { Kind } from "../bytes/kinds.ts";
import type { FileTensor } from "./decode.ts";
import { dataTypes } from "./graph.ts";
import type { Value } from "./operators/value.ts";

/** How ONNX's types are stored that a tensor can hold; a float16 or a bfloat16 becomes a float32. */
const kinds: ReadonlyMap<number, Kind> = /* @__PURE__ */ new Map([
  [dataTypes.float32, "f4"],
  [dataTypes.float64, "f8"],
  [dataTypes.int32, "i4"],
  [dataTypes.bool, "b1"],
  [10, "f2"],
  [16, "bf2"],
]);

/** A constant of a file. */
export function constantValue(where: string, { name, dataType, shape, bytes }: FileTensor): Value {
  if (dataType === dataTypes.int64) {
    const values = Float64Array.from(new BigInt64Array(bytes.buffer), Number);
    return { x: new Tensor(new NDArray(values, shape, "float64")), type: dataType };
  }
  const place = { where, part: `the constant ${JSON.stringify(name)}` };
  const kind =
    kinds.get(dataType) ?? refuse(place, "floats, int32, int64 or bools", `elements of the type ${dataType}`);
  const x = tensorFrom(place, kind, shape, bytes);
  return { x, type: dataTypes[x.dtype] };
}
