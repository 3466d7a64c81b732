import { fromBase64, toBase64 } from "../../base/base64.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Place, refuse } from "../bytes/checks.ts";
import type { Json } from "../bytes/json.ts";
import { isPlain } from "../bytes/plain.ts";

/** The names under which JSON keeps what it has no word for; each is the only field of its object. */
const [tensorMark, bytesMark, numberMark, fieldsMark] = ["$tensor", "$bytes", "$number", "$fields"];

/** Deeper than any state; what is nested deeper is most likely a circle. */
export const deepest = 32;

/**
 * A state as JSON: tensors go into `tensors`, under the path that leads to them, and are referred to; bytes and numbers that
 * JSON cannot say are marked.
 */
export function packed(where: string, value: unknown, path: string, tensors: Map<string, Tensor>, depth = 0): unknown {
  if (depth > deepest)
    throw new TensorError(where, { expected: `values nested at most ${deepest} deep`, got: `more, in ${path}` });
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return isPlainNumber(value) ? value : { [numberMark]: Object.is(value, -0) ? "-0" : String(value) };
  if (isTensor(value)) {
    tensors.set(path, value);
    return { [tensorMark]: path };
  }
  if (value instanceof Uint8Array) return { [bytesMark]: toBase64(value) };
  if (Array.isArray(value)) return value.map((item, i) => packed(where, item, `${path}/${i}`, tensors, depth + 1));
  if (!isPlain(value)) {
    throw new TensorError(where, {
      expected: "numbers, strings, booleans, null, tensors, Uint8Arrays, and arrays and plain objects of them",
      got: `${describe(value)} as ${path}`,
    });
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]): [string, unknown] => [name, packed(where, field, `${path}/${name}`, tensors, depth + 1)]);
  // As pairs where a name would be taken for a mark, or for a prototype.
  const isSafe = fields.every(([name]) => !name.startsWith("$") && name !== "__proto__");
  return isSafe ? Object.fromEntries(fields) : { [fieldsMark]: fields };
}

/** What {@link packed} was given. */
export function unpacked(place: Place, value: Json, tensors: Readonly<Record<string, Tensor>>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unpacked(place, item, tensors));
  const fields = [...(value as ReadonlyMap<string, Json>)];
  const [[mark, marked] = ["", null]] = fields;
  if (!mark.startsWith("$")) return objectOf(fields.map(([name, field]) => [name, unpacked(place, field, tensors)]));
  if (fields.length !== 1) return refuse(place, `${mark} alone`, `${fields.length} fields`);
  if (mark === tensorMark && typeof marked === "string") {
    return tensors[marked] ?? refuse(place, "tensors that are there", describe(marked));
  }
  if (mark === bytesMark && typeof marked === "string")
    return fromBase64(marked) ?? refuse(place, "bytes in base64", describe(marked));
  if (mark === numberMark && typeof marked === "string" && /^(-0|NaN|-?Infinity)$/.test(marked)) return Number(marked);
  if (mark === fieldsMark && Array.isArray(marked) && marked.every(isPair)) {
    return objectOf((marked as [string, Json][]).map(([name, field]) => [name, unpacked(place, field, tensors)]));
  }
  return refuse(place, `one of ${[tensorMark, bytesMark, numberMark, fieldsMark].join(", ")}`, describe(mark));
}

const isPlainNumber = (value: number) => Number.isFinite(value) && !Object.is(value, -0);

const isPair = (pair: Json) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string";

/** Fields that are the object's own whatever they are called. */
function objectOf(fields: readonly (readonly [string, unknown])[]): object {
  const own: object = {};
  for (const [name, value] of fields) {
    Object.defineProperty(own, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return own;
}
