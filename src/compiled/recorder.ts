import { isTensor } from "../base/brand.ts";
import type { Data, Elements } from "../base/dtype.ts";
import { describe } from "../base/errors.ts";
import { type Listener, shared, type WholeStep } from "../base/shared.ts";
import { NDArray } from "../kernels/array.ts";
import type { Beside } from "../kernels/beside/beside.ts";
import { divert, keep, watchTaking } from "../kernels/memory/pool.ts";
import { isGenerator } from "../random/generator.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Given, Memory, ModuleField, Obstacle, Recording, Step, TakenData } from "./recording.ts";

type Run = (...given: never[]) => unknown;

/** Kernels that change what they are given. */
const changing = new Set(["sgd", "moveRunning", "uniform", "normal"]);

/** Kernels that make an array whose size depends on numbers. */
const sizing = new Set(["nonzero"]);

/** The recorder at work; the stand-ins for kernels tell it. */
let current: Recorder | null = null;

/** The stand-in of each set of kernels, and back. */
const stands = new WeakMap<object, object>();
const sets = new WeakMap<object, object>();

/** The set of kernels that a stand-in stands for, or the value itself. */
export function standsFor(value: unknown): unknown {
  return (typeof value === "object" && value !== null && sets.get(value)) || value;
}

function standFor(own: object): object {
  const known = stands.get(own);
  if (known !== undefined) return known;
  const stand = Object.fromEntries(
    Object.entries(own).map(([name, kernel]) => [
      name,
      (...given: unknown[]) =>
        current === null
          ? (kernel as (...given: unknown[]) => unknown)(...given)
          : current.hear(name, kernel as Run, given),
    ]),
  );
  stands.set(own, stand);
  sets.set(stand, own);
  return stand;
}

/** Follows one run of a function, and writes down each step with the memory that it reads and writes. */
export class Recorder implements Listener {
  private readonly steps: Step[] = [];
  private readonly memories: Memory[] = [];
  private readonly byData = new Map<Data, Memory>();
  private readonly byArray = new Map<object, Memory>();
  private readonly modules = new Map<object, ModuleField[]>();
  private readonly gradients = new Map<Tensor, boolean>();
  /** Leaves whose gradient has been set: what it was before no longer matters. */
  private readonly settled = new Set<Tensor>();
  private readonly leaves: ReadonlyMap<unknown, number>;
  private readonly givenBack: Data[] = [];
  private obstacle: Obstacle | null = null;
  private drawing: string | null = null;
  /** How deep it is within steps that are one as a whole. */
  private depth = 0;
  private taken: TakenData[] = [];

  /** @param given - the arguments of the function. */
  constructor(given: readonly unknown[]) {
    this.leaves = new Map(given.map((x, i) => [x, i]));
    for (const [i, x] of given.entries()) if (isTensor(x)) this.meet(x.array, { from: "argument", argument: i });
  }

  /** Runs the function, and says what it did; what it throws is thrown. */
  record(fn: () => unknown): { readonly result: unknown; readonly recording: Recording } {
    const state = shared();
    const { changes, gradEnabled } = state;
    const outer = state.listener;
    state.listener = this;
    current = this;
    divert((data) => this.givenBack.push(data)); // so that each typed array stands for one value
    watchTaking((dtype, data) => this.taken.push({ dtype, length: data.length, data }));
    let result: unknown;
    try {
      result = fn();
    } finally {
      watchTaking(null);
      divert(null);
      current = null;
      state.listener = outer;
      for (const data of this.givenBack) keep(data);
    }
    if (this.drawing !== null) this.refuse(`random numbers, drawn by ${this.drawing}`, "");
    if (state.changes !== changes)
      this.refuse("a change of modes, hooks, kernels or of who wants gradients", outsideHint);
    const made = this.result(result);
    const fields = this.fieldsOfModules();
    const { steps, memories, obstacle, gradients } = this;
    const givenBack = new Set(this.givenBack);
    return {
      result,
      recording: { steps, memories, result: made, obstacle, fields, gradients, givenBack, changes, gradEnabled },
    };
  }

  kernels<Set extends object>(own: Set): Set {
    return standFor(own) as Set;
  }

  reads(x: Elements, how: string): void {
    if (this.depth > 0) return;
    this.refuse(
      `${how}, which reads numbers of ${describe(x)}`,
      "Return the tensor, and read it outside; what is made of its numbers here would stay as it is.",
    );
  }

  overwritten(x: NDArray, y: NDArray): void {
    if (this.depth > 0) return;
    const [to, from] = [this.given(x), this.given(y)];
    this.write(to);
    this.push({ kind: "overwrite", given: [to, from] });
  }

  draws(how: string): void {
    if (this.depth === 0) this.drawing ??= how;
  }

  whole<T>(what: string, inputs: readonly unknown[], run: (...inputs: never[]) => T, does: WholeStep): T {
    if (this.depth > 0) return run(...(inputs as never[]));
    if (inputs.some(isGenerator)) this.drawing = null;
    const given = inputs.map((input) => this.given(input));
    if (does === "changes" && given.length > 0) this.write(given[0]);
    return this.run(what, run, inputs, given, does === "computes") as T;
  }

  makes(x: NDArray, how: string): void {
    if (this.depth > 0 || this.find(x) !== undefined) return;
    this.meet(x, { from: "constant", start: x.data.slice(), how });
  }

  asksGradient(leaf: Tensor): void {
    if (this.depth > 0) return;
    const { gradient } = leaf;
    if (this.settled.has(leaf) || this.gradients.has(leaf)) return;
    this.gradients.set(leaf, gradient !== null);
    if (gradient === null) return;
    if (this.leaves.has(leaf)) this.refuse("a gradient that an argument had before", "Clear it before: x.grad = null.");
    this.meet(gradient.array, { from: "gradient", leaf });
  }

  setsGradient(leaf: Tensor, x: NDArray | null): void {
    if (this.depth > 0) return;
    this.settled.add(leaf);
    const given = x === null ? [] : [this.given(x)];
    this.push({ kind: "gradient", leaf, argument: this.leaves.get(leaf) ?? -1, given });
  }

  runs(how: string): void {
    this.refuse(how, "Only the library's own steps are made again.");
  }

  uses(module: object): void {
    if (this.modules.has(module)) return;
    const fields = Object.entries(Object.getOwnPropertyDescriptors(module));
    this.modules.set(
      module,
      fields.flatMap(([name, { value, get }]) =>
        get === undefined ? [{ module: module as ModuleField["module"], name, value }] : [],
      ),
    );
  }

  /** Takes down the call of a kernel. */
  hear(name: string, kernel: Run, inputs: readonly unknown[]): unknown {
    if (this.depth > 0) return kernel(...(inputs as never[]));
    const isBeside = name === "beside";
    const called = isBeside ? (inputs[0] as Beside<object>).name : name;
    if (sizing.has(name)) this.refuse(`${called}, the size of whose result depends on numbers`, "");
    const given = inputs.map((input, i) => (isBeside && i === 0 ? asIs(input) : this.given(input)));
    if (changing.has(name)) this.refuse(`${called}, which changes its input`, "");
    const made = this.run(called, kernel, inputs, given, true);
    if (typeof made !== "object" || made === null) this.refuse(`${called}, which makes a number`, "");
    return made;
  }

  private run(name: string, run: Run, inputs: readonly unknown[], given: readonly Given[], isPure: boolean): unknown {
    const outer = this.taken;
    const taken: TakenData[] = [];
    this.taken = taken;
    this.depth++;
    try {
      const result = run(...(inputs as never[]));
      const made = this.made(result);
      this.push({ kind: "call", name, run, given, made, taken, isPure });
      return result;
    } finally {
      this.depth--;
      this.taken = outer;
    }
  }

  private push(step: Step): void {
    const at = this.steps.push(step) - 1;
    const touched = step.kind === "call" ? [...step.given, step.made] : step.given;
    for (const given of touched) this.touch(given, at);
  }

  private touch(given: Given, at: number): void {
    if (given.kind === "list") for (const item of given.items) this.touch(item, at);
    else if (given.kind === "fields") for (const [, value] of given.fields) this.touch(value, at);
    else if (given.kind !== "value") {
      if (given.memory.first < 0) given.memory.first = at;
      given.memory.last = at;
    }
  }

  /** Notes that arrays may be changed. */
  private write(given: Given): void {
    if (given.kind !== "array") return;
    given.memory.isWritten = true;
    if (given.memory.from === "argument")
      this.refuse(
        "a change in place of an argument",
        "What is passed is copied: change what is outside, or return it.",
      );
  }

  private given(value: unknown): Given {
    if (isArray(value)) return { kind: "array", memory: this.find(value) ?? this.outside(value), shape: value.shape };
    if (isData(value)) {
      const memory = this.byData.get(value);
      if (memory !== undefined) return { kind: "data", memory };
      this.refuse(`${describe(value)} that no step has made`, "");
      return asIs(value);
    }
    if (isTensor(value)) {
      if (this.isInside((value as unknown as Tensor).array))
        this.refuse("a tensor of its own among running statistics", "");
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
  private made(value: unknown): Given {
    if (isArray(value)) {
      return { kind: "array", memory: this.find(value) ?? this.meet(value, { from: "made" }), shape: value.shape };
    }
    if (isData(value)) return { kind: "data", memory: this.byData.get(value) ?? this.meetData(value) };
    if (Array.isArray(value)) return { kind: "list", items: value.map((item) => this.made(item)) };
    if (!isPlain(value)) return asIs(value);
    return { kind: "fields", fields: Object.entries(value).map(([name, item]) => [name, this.made(item)]) };
  }

  /** What the function returns: tensors, or lists and objects with tensors in them. */
  private result(value: unknown): Given {
    if (isTensor(value)) return this.given(value.array);
    if (Array.isArray(value)) return { kind: "list", items: value.map((item) => this.result(item)) };
    if (!isPlain(value)) return asIs(value);
    return { kind: "fields", fields: Object.entries(value).map(([name, item]) => [name, this.result(item)]) };
  }

  private find(x: NDArray): Memory | undefined {
    const known = this.byData.get(x.data) ?? this.byArray.get(x.memory);
    if (known !== undefined && known.data !== x.data) {
      this.byData.set(x.data, known); // it was moved
      known.data = x.data;
    }
    return known;
  }

  private isInside(x: NDArray): boolean {
    const from = this.find(x)?.from;
    return from !== undefined && from !== "outside";
  }

  private outside(x: NDArray): Memory {
    return this.meet(x.base ?? x, { from: "outside" });
  }

  private meet(x: NDArray, parts: Partial<Memory> & Pick<Memory, "from">): Memory {
    const memory = this.meetData(x.data, { array: x, ...parts });
    this.byArray.set(x.memory, memory);
    return memory;
  }

  private meetData(data: Data, parts: Partial<Memory> = {}): Memory {
    const memory: Memory = {
      from: "made",
      place: this.memories.length,
      dtype: dtypeOf(data),
      length: data.length,
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

  private fieldsOfModules(): ModuleField[] {
    const all = [...this.modules.values()].flat();
    const moved = all.find(({ module, name, value }) => !Object.is(module[name], value));
    if (moved !== undefined) {
      const whose = (moved.module.constructor as { name?: string }).name ?? "a module";
      this.refuse(`a field of ${whose} that it changes: ${moved.name}`, "What is no tensor is not made again.");
    }
    return all;
  }

  private refuse(got: string, hint: string): void {
    this.obstacle ??= { got, hint };
  }
}

const outsideHint = "Do it outside of the function.";

const asIs = (value: unknown): Given => ({ kind: "value", value });

const isArray = (value: unknown): value is NDArray => value instanceof NDArray;

const isData = (value: unknown): value is Data => ArrayBuffer.isView(value);

const mayHold = (value: unknown): boolean => isArray(value) || isData(value) || Array.isArray(value);

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

function dtypeOf(data: Data): Memory["dtype"] {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  return data instanceof Int32Array ? "int32" : "bool";
}
