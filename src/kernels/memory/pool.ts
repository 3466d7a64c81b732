import type { Data, Dtype, Elements } from "../../base/dtype.ts";
import { shared } from "../../base/shared.ts";
import type { Arena } from "./arena.ts";
import { fresh, unwritten } from "./fresh.ts";

// Who sees memory. A new typed array of some thousand elements costs more than the arithmetic on them, so what nobody sees any
// more is kept warm. What is made is
//
// - shown: somebody may keep it. So are all arrays but those below, and what runs within `showing`. It is left to be collected.
// - hidden: only the engine sees it. What runs within `hide` makes such, which whoever asked for it gives back; what runs within
//   `takenBy` too, which is noted, so that all of it can be given back at once. It may lie in the arena. An array of a parameter or
//   a gradient says so itself (`NDArray.isHidden`), until somebody asks for its elements: `show` ends it. A tensor between two
//   layers says so by its node (`autograd/hidden.ts`).
// - given back: nobody looks at it any more, and the next `take` may have it. Only what is hidden is given back, only once, and only
//   by the copy of the library that has made it.

/** Arrays of fewer elements are made anew: that is as fast. */
export const smallest = 32;

/** Arrays of fewer elements are copied to where kernels work in less time than it takes to find them there. */
export const smallestInArena = 64;

/** The most bytes kept. */
const mostKept = 2 ** 26;

/** Idle arrays of float32 and of float64, by their length. */
const idle = { float32: new Map<number, Data[]>(), float64: new Map<number, Data[]>() };

let kept = 0;

/** So many passes through a network are some. */
const mostShunned = 8;

/** What is taken now is noted here, or nowhere. */
let watching: Taken | null = null;

/** Whether only the engine will ever see what is taken now, though it is not noted. */
let isHidden = false;

/** Where arrays that only the engine sees are made, if kernels have such a place. */
let arena: Arena | null = null;

/** Has arrays that only the engine sees made in an arena from now on, or in none. */
export function useArena(place: Arena | null): void {
  arena = place;
}

/** Who hears of what is taken, if somebody does. */
let heed: ((data: Data) => void) | null = null;

/** Has somebody hear of what is taken from now on, or nobody. */
export function watchTaking(hear: ((data: Data) => void) | null): void {
  heed = hear;
}

/** What is to be taken next, in order, where that is known. */
let planned: readonly Data[] = [];
let next = 0;

/** Has the arrays of a list be taken from now on, one after the other, as long as they are of the size that is asked for. */
export function plan(places: readonly Data[]): void {
  planned = places;
  next = 0;
}

/** A typed array of `size` elements, whatever they are: for kernels that write all of them. */
export function take(dtype: Dtype, size: number): Data {
  if (next < planned.length) {
    const place = planned[next];
    if (place.length === size && isOf(dtype, place)) {
      next++;
      return place;
    }
  }
  const data =
    (size >= smallestInArena ? takeInArena(dtype, size) : null) ??
    (size >= smallest ? takeIdle(dtype, size) : null) ??
    unwritten(dtype, size);
  watching?.note(data);
  heed?.(data);
  return data;
}

function isOf(dtype: Dtype, data: Data): boolean {
  if (dtype === "float32") return data instanceof Float32Array;
  if (dtype === "float64") return data instanceof Float64Array;
  return dtype === "int32" ? data instanceof Int32Array : data instanceof Uint8Array;
}

function takeInArena(dtype: Dtype, size: number): Data | null {
  if (arena === null || !(isHidden || watching !== null)) return null;
  return dtype === "float32" || dtype === "float64" ? arena.take(dtype, size) : null;
}

function takeIdle(dtype: Dtype, size: number): Data | null {
  if (dtype !== "float32" && dtype !== "float64") return null;
  const data = idle[dtype].get(size)?.pop();
  if (data === undefined) return null;
  kept -= data.byteLength;
  return data;
}

/**
 * A piece of memory for somebody who arranges it alone, in the arena if there is room. It is there for as long as what is returned
 * is held, and whatever lies in it is never given back.
 */
export function reserve(bytes: number): {
  readonly buffer: ArrayBufferLike;
  readonly start: number;
  readonly held: Data;
} {
  const length = Math.ceil(bytes / 8) + 16;
  const isRoom = arena !== null && arena.load < mostLoad;
  const held = (isRoom ? arena?.take("float64", length) : null) ?? fresh("float64", length);
  return { buffer: held.buffer, start: (Math.floor(held.byteOffset / 64) + 1) * 64, held };
}

/** Gives memory back that this copy of the library has made, to be taken again. Nobody may look at it any more. */
export function giveData(data: Data): void {
  watching?.forget(data);
  giveBack(data);
}

/** Who receives what this copy gives back, in place of the pool. */
let diverted: ((data: Data) => void) | null = null;

function giveBack(data: Data): void {
  const { receiver } = shared();
  if (receiver !== null) receiver(data, () => keep(data));
  else if (diverted !== null) diverted(data);
  else keep(data);
}

/** Has somebody else receive what is given back from now on, or the pool again: to find out who goes on looking at it. */
export function divert(receive: ((data: Data) => void) | null): void {
  diverted = receive;
}

/** Keeps memory to be taken again. */
export function keep(data: Data): void {
  if (arena?.holds(data)) {
    arena.give(data);
    return;
  }
  if (data.length < smallest || kept + data.byteLength > mostKept) return;
  const arrays = data instanceof Float32Array ? idle.float32 : data instanceof Float64Array ? idle.float64 : null;
  if (arrays === null || data.byteLength !== data.buffer.byteLength) return;
  kept += data.byteLength;
  const alike = arrays.get(data.length);
  if (alike === undefined) arrays.set(data.length, [data]);
  else alike.push(data);
}

/** The memory that is taken while `fn` runs, or none where `isPrivate` is false: then somebody may keep what is made. */
export function takenBy<T>(isPrivate: boolean, fn: () => T): readonly [result: T, taken: Taken] {
  const outer = watching;
  const taken = new Taken();
  watching = isPrivate ? taken : null;
  try {
    return [fn(), taken];
  } finally {
    watching = outer;
  }
}

/** How many of the next calls of {@link hide} are to stay out of the arena. */
let shunning = 0;

/** What `fn` makes, of which only the engine will ever see the memory; what is noted while it runs stays noted. */
export function hide<T>(fn: () => T): T {
  const outer = isHidden;
  isHidden = shunning === 0;
  if (shunning > 0) shunning--;
  try {
    return fn();
  } finally {
    isHidden = outer;
  }
}

/** What `fn` makes, of which anybody may keep the memory. */
export function showing<T>(fn: () => T): T {
  const outer = { watching, isHidden };
  watching = null;
  isHidden = false;
  try {
    return fn();
  } finally {
    ({ watching, isHidden } = outer);
  }
}

/**
 * Says that what `count` calls of {@link hide} made is not given back, but dropped with a graph: what is made next will be as
 * well, and the arena is to be left to what comes back at once.
 */
export function shunArena(count: number): void {
  shunning = mostShunned * count;
}

/** An array whose elements may be put elsewhere. */
interface Movable extends Elements {
  readonly isHidden: boolean;
  move(to: Data): void;
}

/** Whether an array lies where only the engine may see it, this copy of the package's or another's. */
export function isInArena({ data }: Elements): boolean {
  return data.byteOffset > 0 && shared().inArena.has(data);
}

/** The share of the arena that may be taken by what stays. */
const mostLoad = 0.5;

/** Moves a hidden array that stays for long to where kernels find it, if there is room. */
export function enterArena(x: Movable): void {
  const { data, dtype } = x;
  if (arena === null || !x.isHidden || data.length < smallestInArena || isInArena(x)) return;
  if (arena.load > mostLoad || (dtype !== "float32" && dtype !== "float64")) return;
  const place = arena.take(dtype, data.length);
  if (place !== null) x.move(place);
}

/** Moves an array to where it may stay for good. */
export function leaveArena(x: Movable): void {
  const { data } = x;
  if (!isInArena(x)) return;
  x.move(fresh(x.dtype, data.length));
  if (arena?.holds(data)) giveBack(data); // another copy's is left to be collected
}

/**
 * Holders of memory that nobody else has. A copy of the library hands it on to none but itself: another's class is
 * another.
 */
export class Owned<Holder> extends Set<Holder> {}

/** Memory that has been taken, and not yet given back. */
export class Taken {
  private readonly memory: Data[] = [];

  /** Adds what has just been taken. */
  note(data: Data): void {
    this.memory.push(data);
  }

  /** Leaves out what somebody else gives back: mostly what was taken last. */
  forget(data: Data): void {
    const { memory } = this;
    const at = memory.lastIndexOf(data);
    if (at < 0) return;
    memory[at] = memory[memory.length - 1];
    memory.pop();
  }

  /** Gives all of it back but what some keep; tells whose was here, and is now theirs alone. */
  giveBut<Holder extends { readonly array: Elements }>(keepers: Iterable<Holder>): Holder[] {
    const kept = new Map<Data, Holder>();
    for (const keeper of keepers) if (!kept.has(keeper.array.data)) kept.set(keeper.array.data, keeper);
    const owners: Holder[] = [];
    for (const data of this.memory.splice(0)) {
      const owner = kept.get(data);
      if (owner === undefined) giveBack(data);
      else owners.push(owner);
    }
    return owners;
  }

  /** Gives all of it back. */
  give(): void {
    for (const data of this.memory.splice(0)) giveBack(data);
  }
}
