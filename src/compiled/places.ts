import type { Data } from "../base/dtype.ts";
import { reserve } from "../kernels/memory/pool.ts";
import { memoriesIn, type Recording, type Step } from "./recording.ts";

/** Bytes between two arrays, which vectors may read and write, and what addresses are multiples of. */
const spare = 64;

/** Where each piece of memory lies while a recording is made again. */
export interface Places {
  /** By the data of the recording. */
  readonly of: ReadonlyMap<Data, Data>;
  /** Where the numbers that a step takes memory for are to be, step by step. */
  readonly taken: readonly (readonly Data[])[];
}

/** Something that wants room from one step to another. */
interface Want {
  readonly data: Data;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  at: number;
}

/**
 * Gives every piece of memory of a recording its place for good, in one piece of memory where kernels find it; what is no longer
 * needed makes room for what comes.
 *
 * @param stays - what outlives the call.
 */
export function placesFor({ steps, memories, result }: Recording, stays: ReadonlySet<Data>): Places {
  const end = steps.length;
  const returned = new Set([...memoriesIn(result)].map(({ data }) => data));
  const wants = new Map<Data, Want>();
  const want = (data: Data, first: number, last: number): void => {
    const bytes = Math.ceil((data.byteLength + spare) / spare) * spare;
    if (!wants.has(data)) wants.set(data, { data, bytes, first, last, at: 0 });
  };
  for (const { from, data, first, last } of memories) {
    if (from === "outside" || from === "gradient") continue;
    // What is there before the first step, and what is still there behind the last, shares its place with nobody.
    const isThere = from !== "made" || stays.has(data);
    want(data, isThere ? -1 : first, isThere || returned.has(data) ? end : last);
  }
  for (const [i, step] of steps.entries()) for (const { data } of takenBy(step)) want(data, i, i);
  const memory = arranged([...wants.values()]);
  const of = new Map([...wants.values()].map((wanted) => [wanted.data, viewOf(memory, wanted)]));
  return { of, taken: steps.map((step) => takenBy(step).map(({ data }) => of.get(data) as Data)) };
}

const takenBy = (step: Step) => (step.kind === "call" && step.isPure ? step.taken : []);

/** Finds a place for each, the first that is free for as long as it is wanted; the memory for all of them. */
function arranged(wants: Want[]): ReturnType<typeof reserve> {
  const placed: Want[] = [];
  let size = 0;
  for (const wanted of wants.sort((a, b) => b.bytes - a.bytes)) {
    const others = placed
      .filter(({ first, last }) => first <= wanted.last && wanted.first <= last)
      .sort((a, b) => a.at - b.at);
    let at = 0;
    for (const other of others) {
      if (other.at >= at + wanted.bytes) break;
      at = Math.max(at, other.at + other.bytes);
    }
    wanted.at = at;
    placed.push(wanted);
    size = Math.max(size, at + wanted.bytes);
  }
  return reserve(size);
}

/** What each place lies in, which would be somebody else's once nobody holds it; a gradient may outlive what made it. */
const held = new WeakMap<Data, Data>();

function viewOf(memory: ReturnType<typeof reserve>, { data, at }: Want): Data {
  const kind = data.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Data;
  const view = new kind(memory.buffer, memory.start + at, data.length);
  held.set(view, memory.held);
  return view;
}
