// What a pickle describes. Nothing of it has been made, and no name in it has been looked up: it is data about data.

/** A value as a pickle has it. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledList
  | PickledDict
  | PickledName
  | PickledObject
  | PickledStorage
  | PickledTensor;

/** Values in order; those of a set in the order of the file. */
export interface PickledList {
  readonly is: "list" | "tuple" | "set";
  readonly items: Pickled[];
}

/** Values by keys, in the order of the file. */
interface PickledDict {
  readonly is: "dict";
  readonly entries: Map<Pickled, Pickled>;
}

/** A class or function of Python's, by its name with its module. */
interface PickledName {
  readonly is: "name";
  readonly name: string;
}

/** What a name that is not allowed would make. */
interface PickledObject {
  readonly is: "object";
  /** The name that would be called. */
  readonly name: string;
}

/** Memory of PyTorch's, which stands elsewhere in the file. */
export interface PickledStorage {
  readonly is: "storage";
  /** PyTorch's name of the elements' dtype. */
  readonly dtype: string;
  /** The bytes of an element. */
  readonly width: number;
  /** Under which the bytes stand. */
  readonly key: string;
  /** The place of its first element under that key, which is 0 but in views of other storages. */
  readonly start: number;
  /** The number of elements. */
  readonly count: number;
}

/** A tensor that looks at a storage. */
export interface PickledTensor {
  readonly is: "tensor";
  readonly storage: PickledStorage;
  readonly dtype: string;
  readonly width: number;
  /** The place of the first element in the storage, counted in elements of the tensor's, as strides are. */
  readonly start: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Whether the elements are those of the storage with their signs turned. */
  readonly isNegated: boolean;
}

/** What a value is, for messages. */
export function saidOf(value: Pickled): string {
  if (value === null) return "None";
  if (typeof value !== "object") return typeof value === "string" ? "a text" : `${value}`;
  if (value instanceof Uint8Array) return "bytes";
  if (value.is === "name") return value.name;
  if (value.is === "object") return `what ${value.name} makes`;
  return `a ${value.is}`;
}

/** Whether a value is of a kind. */
export function isA<Is extends "list" | "tuple" | "set" | "dict" | "name" | "object" | "storage" | "tensor">(
  is: Is,
  value: Pickled | undefined,
): value is Extract<Exclude<Pickled, null | Uint8Array>, { readonly is: unknown }> & { readonly is: Is } {
  return typeof value === "object" && value !== null && "is" in value && value.is === is;
}
