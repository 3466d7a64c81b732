import { describe } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkName, copyOf, countOf, type Place, refuse } from "../bytes/checks.ts";
import { tensorFrom } from "../bytes/elements.ts";
import { swapped } from "../bytes/endianness.ts";
import { kindNamed } from "../bytes/kinds.ts";
import { type ReadAs, widthHeld } from "../bytes/readAs.ts";
import { gathered } from "../bytes/strides.ts";
import { isA, type Pickled, type PickledTensor, saidOf } from "./pickled.ts";
import { hintFor } from "./refused.ts";
import type { Saved } from "./saved.ts";
import { dtypeNamed } from "./storageTypes.ts";

/** Deeper than what is saved of a model or an optimiser. */
const deepest = 64;

/** The names that lead to a value. */
type Path = readonly string[];

/** How values are made. */
export interface Building {
  readonly where: string;
  readonly as: ReadAs;
  /** The most bytes of all tensors together. */
  readonly maxBytes: number;
}

/** Makes the value that a file describes at a path: what stands elsewhere is not looked at. */
export function build(saved: Saved, path: Path, { where, as, maxBytes }: Building): unknown {
  const made = new Map<object, unknown>();
  let taken = 0;

  function make(value: Pickled, at: Path): unknown {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (made.has(value))
      return made.get(value) ?? refuse(placeOf(at), "values that do not contain themselves", "a circle");
    if (at.length > deepest) refuse(placeOf(at), `values nested at most ${deepest} deep`, "more");
    made.set(value, undefined);
    const own = makeNew(value, at);
    made.set(value, own);
    return own;
  }

  function makeNew(value: Exclude<Pickled, null | boolean | number | bigint | string | Uint8Array>, at: Path): unknown {
    switch (value.is) {
      case "dict":
        return objectOf(value.entries, at);
      case "list":
      case "tuple":
        return value.items.map((item, i) => make(item, [...at, `${i}`]));
      case "set":
        return new Set(value.items.map((item, i) => make(item, [...at, `${i}`])));
      case "storage": {
        const { dtype, width, count } = value;
        const shape = [count];
        return tensorOf(
          { is: "tensor", storage: value, dtype, width, start: 0, shape, strides: [1], isNegated: false },
          at,
        );
      }
      case "tensor":
        return tensorOf(value, at);
      case "name":
        if (dtypeNamed(value.name) !== undefined) return value.name;
        return refuse(placeOf(at), "values that weights_only allows", value.name, hintFor(value.name));
      case "object":
        return refuse(placeOf(at), "values that weights_only allows", value.name, hintFor(value.name));
    }
  }

  function objectOf(entries: ReadonlyMap<Pickled, Pickled>, at: Path): Record<string, unknown> {
    const own: Record<string, unknown> = Object.create(null);
    for (const [key, value] of entries) {
      if (typeof key !== "string" && typeof key !== "number") {
        refuse(placeOf(at), "keys that are texts or numbers", saidOf(key));
      }
      const name = String(key);
      checkName(where, name);
      if (Object.hasOwn(own, name)) refuse(placeOf(at), "each key once", `${describe(name)} as a text and as a number`);
      own[name] = make(value, [...at, name]);
    }
    return own;
  }

  function tensorOf(x: PickledTensor, at: Path): Tensor {
    const place = placeOf(at);
    const kind = kindNamed(x.dtype);
    if (kind === undefined) return refuse(place, "a dtype that can be had here", `torch.${x.dtype}`, hintFor(x.dtype));
    const bytes = storageBytes(place, x);
    taken += countOf(place, x.shape) * widthHeld(kind, as);
    if (taken > maxBytes) {
      refuse(place, `tensors of at most ${maxBytes} bytes`, "more", "If you trust the file, raise maxBytes.");
    }
    const own = isContiguous(x)
      ? copyOf(where, bytes, x.start * x.width, (x.start + countOf(place, x.shape)) * x.width)
      : gathered(where, bytes, x);
    if (saved.isBigEndian) swapped(own, x.width);
    const made = tensorFrom(place, kind, x.shape, own, as);
    return x.isNegated ? made.neg() : made;
  }

  /** The bytes of a tensor's storage, of which there are as many as the pickle says. */
  function storageBytes(place: Place, { storage }: PickledTensor): Uint8Array {
    const { key, start, count, width } = storage;
    const bytes = saved.bytesOf(key);
    const end = (start + count) * width;
    if (bytes === undefined) return refuse(place, `the storage ${describe(key)}`, "none");
    if (end > bytes.length) return refuse(place, `${end} bytes in the storage ${describe(key)}`, `${bytes.length}`);
    return bytes.subarray(start * width, end);
  }

  function placeOf(at: Path): Place {
    const part = at.length === 0 ? "the file" : `the file's ${describe(at.join("."))}`;
    return { where, part };
  }

  return make(valueAt(saved.value, path, placeOf), path);
}

/** The value at a path. */
function valueAt(value: Pickled, path: Path, placeOf: (at: Path) => Place): Pickled {
  return path.reduce((within, name, i) => {
    const place = placeOf(path.slice(0, i));
    if (!isA("dict", within)) return refuse(place, `names, among them ${describe(name)}`, saidOf(within));
    const key = within.entries.has(name) || !/^[0-9]+$/.test(name) ? name : Number(name);
    const found = within.entries.get(key); // null for None
    const names = [...within.entries.keys()].slice(0, 20).map((key) => (typeof key === "string" ? key : saidOf(key)));
    return found === undefined ? refuse(place, describe(name), names.join(", ") || "nothing") : found;
  }, value);
}

/** Whether the elements of a tensor lie in the order in which they are had here. */
function isContiguous({ shape, strides }: PickledTensor): boolean {
  let expected = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    if (shape[dim] !== 1 && strides[dim] !== expected) return shape.includes(0);
    expected *= shape[dim];
  }
  return true;
}
