import { countOf, isWhole, type Place, refuse } from "../bytes/checks.ts";
import { isA, type Pickled, type PickledStorage, type PickledTensor, saidOf } from "./pickled.ts";
import { dtypeNamed } from "./storageTypes.ts";

// The names that PyTorch's `weights_only` allows, and what is described where a pickle calls one. Nothing is called: these are
// functions of this library, from the arguments that stand in the file to a description of a value.

/** Where a description is made. */
export interface Describing extends Place {
  /** Counts items that are copied: more of them than a file has bytes are refused, as when one long list is used without end. */
  readonly spend: (items: number) => void;
}

type Describe = (place: Describing, args: readonly Pickled[]) => Pickled;

const allowed: ReadonlyMap<string, Describe> = /* @__PURE__ */ new Map<string, Describe>([
  ["torch._utils._rebuild_tensor", rebuilt],
  ["torch._utils._rebuild_tensor_v2", (place, args) => rebuilt(place, args, args[6])],
  ["torch._utils._rebuild_tensor_v3", (place, args) => rebuilt(place, args, args[7], args[6])],
  ["torch._utils._rebuild_parameter", (place, args) => tensorIn(place, args[0])],
  ["torch._utils._rebuild_parameter_with_state", (place, args) => tensorIn(place, args[0])],
  ["torch.nn.parameter.Parameter", (place, args) => tensorIn(place, args[0])],
  ["torch._tensor._rebuild_from_type_v2", ofType],
  ["torch.Size", (place, args) => ({ is: "tuple", items: copied(place, args[0]) })],
  ["torch.serialization._get_layout", (place, args) => textOf(place, args[0])],
  ["torch.device", deviceOf],
  ["collections.OrderedDict", dictOf],
  ["collections.Counter", dictOf],
  ["_codecs.encode", bytesOfText],
  ...["builtins", "__builtin__"].flatMap((module): [string, Describe][] => [
    [`${module}.set`, setOf],
    [`${module}.frozenset`, setOf],
    [`${module}.bytes`, (place, args) => (args.length === 0 ? new Uint8Array() : bytesIn(place, args))],
    [`${module}.bytearray`, (place, args) => (args.length === 0 ? new Uint8Array() : bytesIn(place, args))],
  ]),
]);

/** What is described where a pickle calls a name: a value, or, for a name that is not allowed, that it would be called. */
export function described(place: Describing, name: string, args: Pickled): Pickled {
  const describe = allowed.get(name);
  if (describe === undefined) return { is: "object", name };
  if (!isA("tuple", args)) return refuse(place, `arguments of ${name}`, saidOf(args));
  return describe({ ...place, part: `the arguments of ${name}` }, args.items);
}

/** `(storage, offset, size, stride, requires_grad, backward_hooks[, dtype][, metadata])`. */
function rebuilt(
  place: Place,
  [storage, start, size, stride]: readonly Pickled[],
  metadata?: Pickled,
  dtype?: Pickled,
): PickledTensor {
  if (!isA("storage", storage)) return refuse(place, "a storage", saidOf(storage ?? null));
  const [shape, strides] = [itemsOf(place, size), itemsOf(place, stride)];
  const count = countOf(place, shape);
  if (!isWhole(start) || strides.length !== shape.length || !strides.every(isWhole)) {
    return refuse(place, "an offset and a stride for each size, whole numbers of 0 or more", "others");
  }
  const [own, width] = dtype === undefined ? [storage.dtype, storage.width] : typeOf(place, dtype);
  const tensor = {
    is: "tensor" as const,
    storage,
    dtype: own,
    width,
    start,
    shape: shape as number[],
    strides: strides as number[],
    isNegated: isNegated(place, metadata),
  };
  if (count > 0) checkWithin(place, tensor, storage);
  return tensor;
}

function checkWithin(place: Place, { shape, strides, start, width }: PickledTensor, storage: PickledStorage): void {
  const last = shape.reduce((sum, size, dim) => sum + (size - 1) * strides[dim], start);
  const held = Math.floor((storage.count * storage.width) / width);
  if (!(last < held)) refuse(place, "sizes and strides within the storage", `element ${last} of ${held}`);
}

function typeOf(place: Place, dtype: Pickled): readonly [string, number] {
  const found = isA("name", dtype) ? dtypeNamed(dtype.name) : undefined;
  return found ?? refuse(place, "a dtype", saidOf(dtype));
}

/** Of tensors whose sign or conjugate is taken when they are looked at. */
function isNegated(place: Place, metadata: Pickled | undefined): boolean {
  if (metadata === undefined || metadata === null) return false;
  if (!isA("dict", metadata)) return refuse(place, "metadata by names", saidOf(metadata));
  for (const name of metadata.entries.keys()) {
    if (name !== "neg" && name !== "conj") refuse(place, "metadata among neg and conj", String(name));
  }
  return metadata.entries.get("neg") === true;
}

/** `(function, type, arguments, state)` of a tensor with attributes, which are passed over. */
function ofType(place: Describing, [call, type, args]: readonly Pickled[]): Pickled {
  const isPlain = isA("name", type) && /^torch\.(Tensor|_tensor\.Tensor|nn\.parameter\.Parameter)$/.test(type.name);
  if (!isPlain) return { is: "object", name: saidOf(type) };
  if (!isA("name", call) || !/^torch\._utils\._rebuild_/.test(call.name)) {
    return refuse(place, "what makes a tensor", saidOf(call));
  }
  return described(place, call.name, args);
}

/** A tensor that is a parameter as well; or what is not described, and stands where one should. */
function tensorIn(place: Place, value: Pickled | undefined): Pickled {
  if (isA("tensor", value) || isA("object", value)) return value;
  return refuse(place, "a tensor", saidOf(value ?? null));
}

/** Such as `cuda:0`. */
function deviceOf(place: Place, [type, index]: readonly Pickled[]): string {
  const name = textOf(place, type);
  return isWhole(index) && name.length < 100 ? `${name}:${index}` : name;
}

function dictOf(place: Describing, [content]: readonly Pickled[]): Pickled {
  if (content === undefined) return { is: "dict", entries: new Map() };
  if (isA("dict", content)) {
    place.spend(content.entries.size);
    return { is: "dict", entries: new Map(content.entries) };
  }
  const pairs = copied(place, content).map((pair) => itemsOf(place, pair));
  if (pairs.some((pair) => pair.length !== 2)) refuse(place, "pairs of a key and a value", "others");
  return { is: "dict", entries: new Map(pairs as [Pickled, Pickled][]) };
}

/** Bytes as Python writes them where the format has none: `(text, "latin1")`. */
function bytesOfText(place: Describing, [text, encoding]: readonly Pickled[]): Uint8Array {
  const characters = textOf(place, text);
  place.spend(characters.length);
  if (encoding !== "latin1" && encoding !== "latin-1") refuse(place, "latin1", saidOf(encoding ?? null));
  return Uint8Array.from(characters, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? code : refuse(place, "bytes", `a character of ${code}`);
  });
}

function bytesIn(place: Describing, args: readonly Pickled[]): Uint8Array {
  return args[0] instanceof Uint8Array ? args[0] : bytesOfText(place, args);
}

function setOf(place: Describing, [content]: readonly Pickled[]): Pickled {
  return { is: "set", items: content === undefined ? [] : copied(place, content) };
}

function copied(place: Describing, value: Pickled | undefined): Pickled[] {
  const items = itemsOf(place, value);
  place.spend(items.length);
  return [...items];
}

function itemsOf(place: Place, value: Pickled | undefined): readonly Pickled[] {
  if (isA("list", value) || isA("tuple", value)) return value.items;
  return refuse(place, "a list or tuple", saidOf(value ?? null));
}

function textOf(place: Place, value: Pickled | undefined): string {
  return typeof value === "string" ? value : refuse(place, "a text", saidOf(value ?? null));
}
