import { isTensor } from "../base/brand.ts";
import type { Data } from "../base/dtype.ts";
import { describe } from "../base/errors.ts";
import type { NDArray } from "../kernels/array.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Given, Memory } from "./recording.ts";

/** Knows all memory that a run has to do with, and says what steps are given and make in terms of it. */
export class Ledger {
  readonly memories: Memory[] = [];
  private readonly byData = new Map<Data, Memory>();
  private readonly byArray = new Map<object, Memory>();
  private readonly refuse: (got: string, hint: string) => void;

  /** @param refuse - is told of what cannot be followed. */
  constructor(refuse: (got: string, hint: string) => void) {
    this.refuse = refuse;
  }

  /** What a step is given. */
  given(value: unknown): Given {
    if (isArray(value)) return { kind: "array", memory: this.find(value) ?? this.outside(value), shape: value.shape };
    if (isData(value)) {
      const memory = this.byData.get(value);
      if (memory !== undefined) return { kind: "data", memory };
      this.refuse(`${describe(value)} that no step has made`, "");
      return asIs(value);
    }
    if (isTensor(value)) {
      if (this.isInside((value as Tensor).array)) this.refuse("a tensor of its own among running statistics", "");
      return asIs(value);
    }
    if (Array.isArray(value)) {
      return value.some(mayHold) ? { kind: "list", items: value.map((item) => this.given(item)) } : asIs(value);
    }
    if (!isPlain(value)) return asIs(value);
    const entries = Object.entries(value);
    if (!entries.some(([, item]) => isData(item) || isArray(item))) return asIs(value);
    return { kind: "fields", fields: entries.map(([name, item]) => [name, this.given(item)]) };
  }

  /** What a step has made: arrays that are met for the first time are its. */
  made(value: unknown): Given {
    if (isArray(value)) {
      return { kind: "array", memory: this.find(value) ?? this.meet(value, { from: "made" }), shape: value.shape };
    }
    if (isData(value)) return { kind: "data", memory: this.byData.get(value) ?? this.meetData(value) };
    if (Array.isArray(value)) return { kind: "list", items: value.map((item) => this.made(item)) };
    if (!isPlain(value)) return asIs(value);
    return { kind: "fields", fields: Object.entries(value).map(([name, item]) => [name, this.made(item)]) };
  }

  /** What the function returns: tensors, or lists and objects with tensors in them. */
  result(value: unknown): Given {
    if (isTensor(value)) return this.given(value.array);
    if (Array.isArray(value)) return { kind: "list", items: value.map((item) => this.result(item)) };
    if (!isPlain(value)) return asIs(value);
    return { kind: "fields", fields: Object.entries(value).map(([name, item]) => [name, this.result(item)]) };
  }

  /** The memory of an array, if it has been met. */
  find(x: NDArray): Memory | undefined {
    const known = this.byData.get(x.data) ?? this.byArray.get(x.memory);
    if (known !== undefined) this.byData.set(x.data, known); // it may have been moved
    return known;
  }

  private isInside(x: NDArray): boolean {
    const from = this.find(x)?.from;
    return from !== undefined && from !== "outside";
  }

  private outside(x: NDArray): Memory {
    return this.meet(x.base ?? x, { from: "outside" });
  }

  /** Notes the memory of an array that is met for the first time. */
  meet(x: NDArray, parts: Partial<Memory> & Pick<Memory, "from">): Memory {
    const memory = this.meetData(x.data, { array: x, ...parts });
    this.byArray.set(x.memory, memory);
    return memory;
  }

  private meetData(data: Data, parts: Partial<Memory> = {}): Memory {
    const memory: Memory = {
      from: "made",
      dtype: dtypeOf(data),
      data,
      array: null,
      argument: -1,
      leaf: null,
      start: null,
      how: "",
      first: -1,
      last: -1,
      isWritten: false,
      ...parts,
    };
    this.memories.push(memory);
    this.byData.set(data, memory);
    return memory;
  }
}

const asIs = (value: unknown): Given => ({ kind: "value", value });

/** Whether a value is an array, of this copy of the package or another. */
export const isArray = (value: unknown): value is NDArray =>
  typeof value === "object" && value !== null && "isHidden" in value && "memory" in value && !isTensor(value);

const isData = (value: unknown): value is Data => ArrayBuffer.isView(value);

const mayHold = (value: unknown): boolean => isArray(value) || isData(value) || Array.isArray(value);

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

function dtypeOf(data: Data): Memory["dtype"] {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  return data instanceof Int32Array ? "int32" : "bool";
}
