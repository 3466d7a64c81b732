import type { Data, Dtype, Shape } from "../base/dtype.ts";
import type { NDArray } from "../kernels/array.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Memory that a step reads or writes, by where it comes from:
 *
 * - an argument of the function;
 * - made by a step;
 * - a constant: made within the function of numbers that are no tensor's, such as zeros;
 * - the gradient that a leaf had when the function was called;
 * - outside: there before, such as a parameter.
 */
export interface Memory {
  readonly from: "argument" | "made" | "constant" | "gradient" | "outside";
  readonly dtype: Dtype;
  /** The elements as they were made, by which it is known. */
  data: Data;
  /** The array that it is, where it is one's. */
  readonly array: NDArray | null;
  /** Of an argument, which one. */
  readonly argument: number;
  /** Of a gradient, whose. */
  readonly leaf: Tensor | null;
  /** Of a constant, what it held when it was made, and what made it. */
  readonly start: Data | null;
  readonly how: string;
  /** The steps that first and last have to do with it; −1 for none. */
  first: number;
  last: number;
  /** Whether a step changes it in place. */
  isWritten: boolean;
}

/** What a step was given, or what it made: memory, or lists and objects with such in them, or anything else as it is. */
export type Given =
  | { readonly kind: "array"; readonly memory: Memory; readonly shape: Shape }
  | { readonly kind: "data"; readonly memory: Memory }
  | { readonly kind: "list"; readonly items: readonly Given[] }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [name: string, value: Given])[] }
  | { readonly kind: "value"; readonly value: unknown };

/** Typed arrays that a step took to write into, in order. */
export interface TakenData {
  data: Data;
}

export type Step =
  | {
      readonly kind: "call";
      readonly name: string;
      readonly run: (...given: never[]) => unknown;
      readonly given: readonly Given[];
      readonly made: Given;
      readonly taken: readonly TakenData[];
      /** Whether it is a kernel, or nothing but kernels: such keep nothing, and write only into what they take. */
      readonly isPure: boolean;
      /** Whether it is a kernel. */
      readonly isKernel: boolean;
    }
  | { readonly kind: "overwrite"; readonly given: readonly [to: Given, from: Given] }
  | { readonly kind: "gradient"; readonly leaf: Tensor; readonly argument: number; readonly given: readonly Given[] };

/** What one run of a function did. */
export interface Recording {
  readonly steps: readonly Step[];
  readonly memories: readonly Memory[];
  /** What it returned, with arrays in place of tensors. */
  readonly result: Given;
  /** Why it cannot be made again, if so. */
  readonly obstacle: Obstacle | null;
  /** The fields of the modules that it called, as they were. */
  readonly fields: readonly ModuleField[];
  /** The tensors from outside that it computed with. */
  readonly tensors: readonly SeenTensor[];
  /** The leaves whose gradient was there at first, and those that had none, where that mattered. */
  readonly gradients: ReadonlyMap<Tensor, boolean>;
  /** The arguments that had no gradient, where that mattered. */
  readonly clear: readonly number[];
  /** What was given back while it ran, and may be somebody else's by now. */
  readonly givenBack: ReadonlySet<object>;
  /** {@link Shared.changes} when it began. */
  readonly changes: number;
  readonly gradEnabled: boolean;
}

/** A tensor from outside, as it was. */
export interface SeenTensor {
  readonly tensor: Tensor;
  readonly array: NDArray;
  readonly wantsGrad: boolean;
}

export interface ModuleField {
  readonly module: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly value: unknown;
}

/** What keeps a function from being made again: what it came upon, and what to do. */
export interface Obstacle {
  readonly got: string;
  readonly hint: string;
}

/** All memory in something that was given or made. */
export function* memoriesIn(given: Given): Generator<Memory> {
  if (given.kind === "array" || given.kind === "data") yield given.memory;
  else if (given.kind === "list") for (const item of given.items) yield* memoriesIn(item);
  else if (given.kind === "fields") for (const [, value] of given.fields) yield* memoriesIn(value);
}

const none = /* @__PURE__ */ new Float32Array();

/** Lets the memory of a recording go, whose steps stay to be compared with. */
export function letGo({ memories, steps }: Recording): void {
  for (const memory of memories) if (memory.from !== "outside") memory.data = none;
  for (const step of steps) if (step.kind === "call") for (const taken of step.taken) taken.data = none;
}

/** What a step is called in messages. */
export function nameOf(step: Step): string {
  if (step.kind === "call") return step.name;
  return step.kind === "overwrite" ? "a change in place" : "the gradient of a leaf";
}
