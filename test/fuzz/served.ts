import type { Data } from "evenkeel";
import { expect } from "vitest";
import { NDArray } from "../../src/kernels/array.ts";
import { kernels } from "../../src/kernels/index.ts";
import { Arena } from "../../src/kernels/memory/arena.ts";
import { divert, isInArena, keep } from "../../src/kernels/memory/pool.ts";
import { Machine } from "../../src/kernels/wasm/machine.ts";
import { Crew } from "../../src/kernels/wasm/threads/crew.ts";

/** What kernels were asked for, and what it came from. */
export interface Served {
  /** Arrays that kernels returned. */
  arrays: number;
  /** Those that lay in memory that had been given back before. */
  usedAgain: number;
  /** Those that lay in the arena. */
  inArena: number;
  /** Calls of kernels. */
  calls: number;
  /** Those in which SIMD did the work. */
  simd: number;
  /** Products that threads shared. */
  shared: number;
  /** The numbers of elements of the arrays. */
  readonly sizes: Set<number>;
}

/** Counts from now on, until it is ended. */
export function countServed(): { readonly served: Served; readonly end: () => void } {
  const served: Served = { arrays: 0, usedAgain: 0, inArena: 0, calls: 0, simd: 0, shared: 0, sizes: new Set() };
  const idle = new WeakSet<Data>();
  divert((data) => {
    idle.add(data);
    keep(data);
  });

  const note = (made: unknown): void => {
    if (Array.isArray(made)) for (const one of made) note(one);
    if (!(made instanceof NDArray)) return;
    served.arrays++;
    served.sizes.add(made.data.length);
    if (isInArena(made)) served.inArena++;
    else if (idle.delete(made.data)) served.usedAgain++;
  };

  let begun = 0;
  const { begin, beginRepeatable } = Machine.prototype;
  Machine.prototype.begin = function () {
    begun++;
    begin.call(this);
  };
  Machine.prototype.beginRepeatable = function (holds) {
    begun++;
    beginRepeatable.call(this, holds);
  };
  const { run } = Crew.prototype;
  Crew.prototype.run = function (...job) {
    served.shared++;
    return run.apply(this, job);
  };

  type Set = Record<string, (...inputs: unknown[]) => unknown>;
  const set = kernels() as unknown as Set;
  const before = { ...set };
  for (const [name, kernel] of Object.entries(before)) {
    set[name] = (...inputs) => {
      const was = begun;
      const made = kernel(...inputs);
      served.calls++;
      if (begun > was) served.simd++;
      note(made);
      return made;
    };
  }

  const end = () => {
    Object.assign(set, before);
    Object.assign(Machine.prototype, { begin, beginRepeatable });
    Crew.prototype.run = run;
    divert(null);
  };
  return { served, end };
}

/** Runs `fn` with an arena in which there is no room, or may be: then what would lie there is taken from the pool. */
export function withArena<T>(isFull: boolean, fn: () => T): T {
  const { take } = Arena.prototype;
  if (isFull) Arena.prototype.take = () => null;
  try {
    return fn();
  } finally {
    Arena.prototype.take = take;
  }
}

/** Fails unless at least these shares of what was asked for came from memory used again, the arena and SIMD. */
export function expectShares(
  { arrays, usedAgain, inArena, calls, simd }: Served,
  least: { readonly usedAgain: number; readonly inArena: number; readonly simd: number },
): void {
  const shares = { usedAgain: usedAgain / arrays, inArena: inArena / arrays, simd: simd / calls };
  for (const [name, share] of Object.entries(shares)) {
    expect(share, `the share of ${name}`).toBeGreaterThan(least[name as keyof typeof least]);
  }
}
