import { describe } from "../../base/errors.ts";
import { type Place, refuse } from "../bytes/checks.ts";

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** NumPy's letter and width, such as `f4`; or `O`, which is a Python object. */
  readonly kind: string;
  readonly isBigEndian: boolean;
  /** Whether the first index moves fastest. */
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A literal of Python's: a text, `True` or `False`, or a tuple of whole numbers. */
const literal = String.raw`'([^'\\]{0,64})'|"([^"\\]{0,64})"|(True|False)|\(((?:\s*[0-9]{1,16}L?\s*,?)*)\)`;
const field = /* @__PURE__ */ new RegExp(
  String.raw`\s*(?:'(\w{1,32})'|"(\w{1,32})")\s*:\s*(?:${literal})\s*(?:,|(?=\}))`,
  "y",
);

/** Reads a header, which is a dict as Python writes it: no more of Python is understood, and nothing is run. */
export function parseNpyHeader(place: Place, text: string): NpyHeader {
  const fields = new Map<string, string | boolean | readonly number[]>();
  const dict = /^\s*\{([\s\S]*)\}\s*$/.exec(text);
  if (dict === null) return refuse(place, "a header that is a dict", describe(text.slice(0, 40)));
  const inner = `${dict[1]}}`;
  field.lastIndex = 0;
  let at = 0;
  for (;;) {
    const found = field.exec(inner);
    if (found === null) break;
    at = field.lastIndex;
    const [, single, double, text1, text2, bool, tuple] = found;
    const name = single ?? double;
    if (fields.has(name)) refuse(place, "each field of the header once", `${describe(name)} twice`);
    fields.set(name, tuple !== undefined ? numbersOf(tuple) : bool !== undefined ? bool === "True" : (text1 ?? text2));
  }
  if (inner.slice(at).trim() !== "}") {
    refuse(place, "descr, fortran_order and shape", describe(inner.slice(at, at + 40)), "Records are not read.");
  }
  const [descr, order, shape] = ["descr", "fortran_order", "shape"].map((name) => fields.get(name));
  if (fields.size !== 3 || typeof descr !== "string" || typeof order !== "boolean" || !Array.isArray(shape)) {
    return refuse(place, "descr, fortran_order and shape", [...fields.keys()].join(", ") || "nothing");
  }
  const [, endianness, kind] = /^([<>|=]?)(\w+)$/.exec(descr) ?? [];
  if (kind === undefined) return refuse(place, "a simple kind of elements", describe(descr));
  return { kind, isBigEndian: endianness === ">", isFortranOrder: order, shape: shape as readonly number[] };
}

const numbersOf = (tuple: string): number[] => (tuple.match(/[0-9]+/g) ?? []).map(Number);
