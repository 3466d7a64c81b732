import type { Data, Shape } from "../base/dtype.ts";
import { shared } from "../base/shared.ts";
import { NDArray } from "../kernels/array.ts";
import { plan as planTaking } from "../kernels/memory/pool.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Arguments } from "./arguments.ts";
import { type Linked, numberOf, type Run } from "./difference.ts";
import { keeping } from "./keeping.ts";
import { placesFor } from "./places.ts";
import { type Given, type Memory, memoriesIn, type Step } from "./recording.ts";
import { repeating } from "./repeating.ts";
import { standsFor } from "./stands.ts";

type Args = readonly unknown[];
type Fn = (...args: Args) => unknown;

const nothing: readonly Data[] = [];

/** A run that is made again: the same kernels in the same order, on memory that stays where it is. */
export class Plan {
  /** The run that it makes again. */
  readonly of: Run;
  private readonly linked: Linked;
  private readonly places: ReadonlyMap<Data, Data>;
  private readonly steps: readonly (() => void)[];
  private readonly arrays = new Map<Given, NDArray>();
  /** Arrays of what is outside in another shape, whose memory may be moved. */
  private readonly views = new Map<NDArray, NDArray>();
  private readonly proxies: { readonly leaf: Tensor; readonly array: NDArray }[] = [];
  private readonly copied: { readonly argument: number; readonly place: Data }[] = [];
  private readonly restarted: { readonly place: Data; readonly start: Data }[] = [];
  private readonly arguments: Arguments;
  private given: Args = [];

  /** @param earlier - what the run before, which was compared with it, was given. */
  constructor(of: Run, linked: Linked, earlier: Args) {
    this.of = of;
    this.linked = linked;
    this.arguments = new Arguments(of, earlier);
    const { steps, memories } = of.recording;
    const { of: places, taken } = placesFor(of.recording, gradientsIn(steps));
    this.places = places;
    for (const memory of memories) this.begin(memory);
    // All arrays are found now: the memory of the recording is let go.
    for (const given of arraysIn(of.recording.result)) this.arrayOf(given);
    this.steps = steps.map((step, i) => this.repeated(step, i, taken[i]));
  }

  /** Whether the run would be the same now, with other numbers in the arguments. */
  get holds(): boolean {
    const { fields, tensors, gradients, changes, gradEnabled } = this.of.recording;
    const state = shared();
    if (state.changes !== changes || state.gradEnabled !== gradEnabled) return false;
    for (const { module, name, value } of fields) if (!Object.is(module[name], value)) return false;
    for (const { tensor, array, wantsGrad } of tensors)
      if (tensor.array !== array || tensor.wantsGrad !== wantsGrad || tensor.hooks !== null) return false;
    for (const [leaf, isThere] of gradients) if ((leaf.gradient !== null) !== isThere) return false;
    return true;
  }

  /** Whether it holds for these arguments, of the kinds that it was recorded with. */
  takes(given: Args): boolean {
    if (this.of.recording.clear.some((i) => (given[i] as Tensor).gradient !== null)) return false;
    return this.arguments.take(given);
  }

  /** Makes the run again. */
  run(given: Args): unknown {
    this.given = given;
    for (const { argument, place } of this.copied) place.set((given[argument] as Tensor).array.data);
    for (const { place, start } of this.restarted) place.set(start);
    for (const { leaf, array } of this.proxies) {
      (leaf.gradient as Tensor).array.show();
      (array as { data: Data }).data = (leaf.gradient as Tensor).array.data;
    }
    const { steps } = this;
    try {
      for (let i = 0; i < steps.length; i++) steps[i]();
      return this.returned(this.of.recording.result);
    } finally {
      planTaking(nothing);
      this.given = [];
    }
  }

  private begin(memory: Memory): void {
    const place = this.places.get(memory.data);
    if (place === undefined) return;
    if (memory.from === "argument") this.copied.push({ argument: memory.argument, place });
    if (memory.from !== "constant") return;
    place.set(memory.start as Data);
    if (memory.isWritten) this.restarted.push({ place, start: memory.start as Data });
  }

  private repeated(step: Step, at: number, taken: readonly Data[]): () => void {
    if (step.kind === "gradient") return this.gradientStep(step);
    if (step.kind === "overwrite") {
      const [to, from] = step.given.map((given) => this.arrayOf(given as Given & { kind: "array" }));
      return () => {
        this.refresh(to);
        this.refresh(from);
        to.data.set(from.data);
        this.bump(to);
      };
    }
    const run = step.run as Fn;
    const keep = keeping(step, at, this.places);
    const args = step.given.map((given) => this.resolved(given));
    const arrays = step.given.flatMap((given) => [...arraysIn(given)]).map((given) => this.arrayOf(given));
    const views = arrays.filter((array) => this.views.has(array));
    const isLinked = step.given.some((given) => valuesIn(given).some((value) => this.linked.has(value)));
    if (views.length === 0 && !isLinked) {
      const call = withArgs(run, args);
      if (step.isKernel) return repeating(() => planTaking(taken), call, keep, arrays);
      return () => {
        planTaking(taken);
        keep(call());
      };
    }
    return () => {
      planTaking(taken);
      for (const view of views) this.refresh(view);
      keep(run(...(isLinked ? step.given.map((given) => this.resolved(given)) : args)));
    };
  }

  private gradientStep({ leaf, argument, given }: Step & { readonly kind: "gradient" }): () => void {
    const target = (): Tensor => (argument < 0 ? leaf : (this.given[argument] as Tensor));
    if (given.length === 0) {
      return () => {
        target().gradient = null;
      };
    }
    const [value] = given as readonly (Given & { kind: "array" })[];
    const source = this.arrayOf(value);
    const { from } = value.memory;
    if (from !== "made" && from !== "constant") {
      return () => {
        this.refresh(source);
        target().gradient = new Tensor(this.views.has(source) || from === "outside" ? source : sharing(source));
      };
    }
    let gradient: Tensor | null = null;
    return () => {
      // Once somebody has asked for it, it is theirs.
      if (gradient === null || !gradient.array.isHidden || argument >= 0)
        gradient = hiddenTensor(source.data, value.shape);
      target().gradient = gradient;
    };
  }

  private resolved(given: Given): unknown {
    if (given.kind === "array") return this.arrayOf(given);
    if (given.kind === "data") return this.places.get(given.memory.data);
    if (given.kind === "list") return given.items.map((item) => this.resolved(item));
    if (given.kind === "value") {
      const number = this.linked.get(given);
      return number === undefined || this.given.length === 0 ? standsFor(given.value) : numberOf(number, this.given);
    }
    return Object.fromEntries(given.fields.map(([name, value]) => [name, this.resolved(value)]));
  }

  private arrayOf(given: Given & { readonly kind: "array" }): NDArray {
    const known = this.arrays.get(given);
    if (known !== undefined) return known;
    const array = this.makeArray(given);
    this.arrays.set(given, array);
    return array;
  }

  private makeArray({ memory, shape }: Given & { readonly kind: "array" }): NDArray {
    const { dtype, from, leaf } = memory;
    if (from === "outside") {
      const root = memory.array as NDArray;
      if (root.shape.join() === shape.join()) return root;
      const view = new NDArray(root.data, shape, dtype, root);
      this.views.set(view, root);
      return view;
    }
    const place = this.places.get(memory.data);
    const array = new NDArray(place ?? memory.data, shape, dtype);
    if (from === "gradient") this.proxies.push({ leaf: leaf as Tensor, array });
    return array;
  }

  private refresh(view: NDArray): void {
    const root = this.views.get(view);
    if (root !== undefined) (view as { data: Data }).data = root.data;
  }

  /** Counts a change in place, of what is outside too. */
  private bump(array: NDArray): void {
    array.bump();
    for (const proxy of this.proxies) if (proxy.array === array) (proxy.leaf.gradient as Tensor).array.bump();
  }

  private returned(given: Given): unknown {
    if (given.kind === "array") {
      const array = this.arrayOf(given);
      this.refresh(array);
      return new Tensor(new NDArray(array.data.slice() as Data, given.shape, array.dtype));
    }
    if (given.kind === "list") return given.items.map((item) => this.returned(item));
    if (given.kind === "fields")
      return Object.fromEntries(given.fields.map(([name, value]) => [name, this.returned(value)]));
    const number = this.linked.get(given);
    if (number !== undefined) return numberOf(number, this.given);
    return given.kind === "value" ? given.value : undefined;
  }
}

function* arraysIn(given: Given): Generator<Given & { readonly kind: "array" }> {
  if (given.kind === "array") yield given;
  else if (given.kind === "list") for (const item of given.items) yield* arraysIn(item);
  else if (given.kind === "fields") for (const [, value] of given.fields) yield* arraysIn(value);
}

/** A gradient that nobody has asked for: who does, gets it moved to where it may stay. */
function hiddenTensor(data: Data, shape: Shape): Tensor {
  shared().inArena.add(data);
  const array = new NDArray(data, shape, data instanceof Float64Array ? "float64" : "float32");
  array.isHidden = true;
  return new Tensor(array);
}

/** All that is neither memory nor lists and objects of something, in what was given. */
function valuesIn(given: Given): Given[] {
  if (given.kind === "list") return given.items.flatMap(valuesIn);
  if (given.kind === "fields") return given.fields.flatMap(([, value]) => valuesIn(value));
  return given.kind === "value" ? [given] : [];
}

const sharing = ({ data, shape, dtype }: NDArray): NDArray => new NDArray(data, shape, dtype);

/** What leaves have for gradients at some time: optimisers read it without being asked for it. */
function gradientsIn(steps: readonly Step[]): ReadonlySet<Data> {
  const all = steps.flatMap((step) => (step.kind === "gradient" ? step.given : []));
  return new Set(all.flatMap((given) => [...memoriesIn(given)].map(({ data }) => data)));
}

/** A call without a spread list, which takes longer. */
function withArgs(run: Fn, args: unknown[]): () => unknown {
  const [a, b, c, d, e, f, g] = args;
  switch (args.length) {
    case 1:
      return () => run(a);
    case 2:
      return () => run(a, b);
    case 3:
      return () => run(a, b, c);
    case 4:
      return () => run(a, b, c, d);
    case 5:
      return () => run(a, b, c, d, e);
    case 6:
      return () => run(a, b, c, d, e, f);
    case 7:
      return () => run(a, b, c, d, e, f, g);
    default:
      return () => run(...args);
  }
}
