import { isTensor } from "../base/brand.ts";
import type { Elements } from "../base/dtype.ts";
import { describe } from "../base/errors.ts";
import { type Listener, shared, type WholeStep } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import type { Beside } from "../kernels/beside/beside.ts";
import { watchTaking } from "../kernels/memory/pool.ts";
import { isGenerator } from "../random/generator.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Ledger } from "./ledger.ts";
import type { Given, ModuleField, Obstacle, Recording, SeenTensor, Step, TakenData } from "./recording.ts";
import { standFor, tell } from "./stands.ts";
import { tensorsWithin } from "./within.ts";

type Run = (...given: never[]) => unknown;

/** Kernels that change what they are given. */
const changing: readonly string[] = ["sgd", "moveRunning", "addPart", "uniform", "normal", "adam", "onLine"];

/** Kernels that make an array whose size depends on numbers. */
const sizing: readonly string[] = ["nonzero"];

/** Follows one run of a function, and writes down each step with the memory that it reads and writes. */
export class Recorder implements Listener {
  private readonly steps: Step[] = [];
  private readonly ledger = new Ledger((got, hint) => this.refuse(got, hint));
  private readonly modules = new Map<object, ModuleField[]>();
  private readonly tensors = new Map<Tensor, SeenTensor>();
  private readonly gradients = new Map<Tensor, boolean>();
  /** Leaves whose gradient has been set: what it was before no longer matters. */
  private readonly settled = new Set<Tensor>();
  private readonly clear = new Set<number>();
  private readonly versions = new Map<NDArray, number>();
  private readonly leaves: ReadonlyMap<unknown, number>;
  private readonly givenBack = new Map<object, () => void>();
  private obstacle: Obstacle | null = null;
  private drawing: string | null = null;
  /** How deep it is within steps that are one as a whole. */
  private depth = 0;
  private taken: TakenData[] = [];

  /** @param given - the arguments of the function. */
  constructor(given: readonly unknown[]) {
    this.leaves = new Map(given.map((x, i) => [x, i]));
    for (const [i, x] of given.entries()) {
      if (!isTensor(x)) continue;
      this.versions.set(x.array, x.array.version);
      if (this.ledger.find(x.array) === undefined) this.ledger.meet(x.array, { from: "argument", argument: i });
    }
  }

  /** Runs the function, and says what it did; what it throws is thrown. */
  record(fn: () => unknown): { readonly result: unknown; readonly recording: Recording } {
    const state = shared();
    const { changes, gradEnabled } = state;
    const outer = state.listener;
    state.listener = this;
    tell(this);
    state.receiver = (data, keep) => this.givenBack.set(data, keep); // so that each typed array stands for one value
    watchTaking((data) => this.taken.push({ data }));
    let result: unknown;
    try {
      result = fn();
    } finally {
      watchTaking(null);
      state.receiver = null;
      tell(null);
      state.listener = outer;
      for (const keep of this.givenBack.values()) keep();
    }
    for (const [x, version] of this.versions)
      if (x.version !== version) this.refuse("an argument that it changes", argumentHint);
    if (this.drawing !== null) this.refuse(`random numbers, drawn by ${this.drawing}`, "");
    if (state.changes !== changes)
      this.refuse("a change of kernels, of hooks of modules or of the dtype of one", outsideHint);
    const made = this.ledger.result(result);
    const fields = this.fieldsOfModules();
    const { steps, obstacle, gradients } = this;
    const [tensors, clear] = [[...this.tensors.values()], [...this.clear]];
    const { memories } = this.ledger;
    const givenBack = new Set(this.givenBack.keys());
    return {
      result,
      recording: {
        steps,
        memories,
        result: made,
        obstacle,
        fields,
        tensors,
        gradients,
        clear,
        givenBack,
        changes,
        gradEnabled,
      },
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
    const [to, from] = [this.ledger.given(x), this.ledger.given(y)];
    this.write(to);
    this.push({ kind: "overwrite", given: [to, from] });
  }

  draws(how: string): void {
    if (this.depth === 0) this.drawing ??= how;
  }

  whole<T>(what: string, inputs: readonly unknown[], run: (...inputs: never[]) => T, does: WholeStep): T {
    if (this.depth > 0) return run(...(inputs as never[]));
    if (inputs.some(isGenerator)) this.drawing = null;
    const given = inputs.map((input) => this.ledger.given(input));
    if (does === "changes" && given.length > 0) this.write(given[0]);
    if (does !== "computes") this.refuseArgumentsWithin(what, inputs);
    return this.run(what, run, inputs, given, { isPure: does === "computes", isKernel: false }) as T;
  }

  makes(x: NDArray, how: string): void {
    if (this.depth > 0 || this.ledger.find(x) !== undefined) return;
    this.ledger.meet(x, { from: "constant", start: x.data.slice(), how });
  }

  asksGradient(leaf: Tensor): void {
    if (this.depth > 0) return;
    const { gradient } = leaf;
    if (this.settled.has(leaf) || this.gradients.has(leaf)) return;
    const argument = this.leaves.get(leaf);
    if (argument === undefined) this.gradients.set(leaf, gradient !== null);
    else if (gradient === null) this.clear.add(argument);
    else this.refuse("a gradient that an argument had before", "Clear it before: x.grad = null.");
    if (gradient === null) return;
    this.ledger.meet(gradient.array, { from: "gradient", leaf });
  }

  setsGradient(leaf: Tensor, x: NDArray | null): void {
    if (this.depth > 0) return;
    this.settled.add(leaf);
    const given = x === null ? [] : [this.ledger.given(x)];
    this.push({ kind: "gradient", leaf, argument: this.leaves.get(leaf) ?? -1, given });
  }

  runs(how: string): void {
    if (this.depth > 0) return;
    this.refuse(how, "Only the library's own steps are made again.");
  }

  sees(inputs: readonly Tensor[]): void {
    if (this.depth > 0) return;
    for (const tensor of inputs) {
      if (tensor.node !== null || this.tensors.has(tensor)) continue;
      const { array, wantsGrad } = tensor;
      const from = this.ledger.find(array)?.from;
      if (from === undefined || from === "outside") this.tensors.set(tensor, { tensor, array, wantsGrad });
    }
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
    if (sizing.includes(name)) this.refuse(`${called}, the size of whose result depends on numbers`, "");
    const given = inputs.map((input, i) =>
      isBeside && i === 0 ? { kind: "value" as const, value: input } : this.ledger.given(input),
    );
    if (changing.includes(called)) this.refuse(`${called}, which changes its input`, "");
    const made = this.run(called, kernel, inputs, given, { isPure: true, isKernel: true });
    if (typeof made !== "object" || made === null) this.refuse(`${called}, which makes a number`, "");
    return made;
  }

  private run(
    name: string,
    run: Run,
    inputs: readonly unknown[],
    given: readonly Given[],
    kind: { readonly isPure: boolean; readonly isKernel: boolean },
  ): unknown {
    const outer = this.taken;
    const taken: TakenData[] = [];
    this.taken = taken;
    this.depth++;
    try {
      const result = run(...(inputs as never[]));
      const made = this.ledger.made(result);
      this.push({ kind: "call", name, run, given, made, taken, ...kind });
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

  /** Refuses a step that may change an argument which something that it is given holds: an argument is copied. */
  private refuseArgumentsWithin(what: string, inputs: readonly unknown[]): void {
    if (this.leaves.size === 0) return;
    for (const input of inputs) {
      for (const { array } of tensorsWithin(input)) {
        if (this.ledger.find(array)?.from === "argument")
          this.refuse(`an argument that ${what} has to do with too`, "What is outside needs not be passed.");
      }
    }
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

const argumentHint = "What is passed is copied: what changes is to be found outside, or returned.";

const outsideHint = "Do it outside of the function.";
