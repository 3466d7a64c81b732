import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Data } from "../../../src/base/dtype.ts";
import { Arena } from "../../../src/kernels/memory/arena.ts";

const start = 4096;

function arenaOf(bytes: number): Arena {
  return new Arena(new ArrayBuffer(start + bytes), start);
}

function taken(arena: Arena, dtype: "float32" | "float64", length: number): Data {
  const data = arena.take(dtype, length);
  if (data === null) throw new Error("it is full");
  return data;
}

test("arrays lie in it, apart, at multiples of 16, with 64 bytes to spare", () => {
  const arena = arenaOf(2 ** 20);
  const lengths = [1, 7, 512, 513, 1000, 1024, 2048, 6400, 6401];
  const arrays = lengths.flatMap((length) => [taken(arena, "float32", length), taken(arena, "float64", length)]);
  expect(arrays.map((data) => data.length)).toEqual(lengths.flatMap((length) => [length, length]));
  expect(arrays.map((data) => data.constructor)).toEqual(lengths.flatMap(() => [Float32Array, Float64Array]));
  const places = arrays.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength + 64] as const);
  places.sort((a, b) => a[0] - b[0]);
  expect(places[0][0]).toBeGreaterThanOrEqual(start);
  for (let i = 1; i < places.length; i++) expect(places[i][0]).toBeGreaterThanOrEqual(places[i - 1][1]);
  expect(places.every(([from]) => from % 16 === 0)).toBe(true);
  expect(arrays.every((data) => arena.holds(data))).toBe(true);
  expect(arena.holds(new Float32Array(8192))).toBe(false);
  expect(arena.holds(new Float32Array(new ArrayBuffer(8192), 5000 & ~3))).toBe(false);
});

test("what is given back is taken again, also by an array of nearly that length or another dtype", () => {
  const arena = arenaOf(2 ** 16);
  const first = taken(arena, "float32", 1000);
  arena.give(first);
  expect(taken(arena, "float32", 1000)).toBe(first);
  arena.give(first);
  const other = taken(arena, "float64", 499);
  expect([other.byteOffset, other.length]).toEqual([first.byteOffset, 499]);
  expect(taken(arena, "float32", 1000).byteOffset).not.toBe(first.byteOffset);
});

test("no room is null; once nothing is in use there is room for any length again", () => {
  const arena = arenaOf(2 ** 16);
  const arrays: Data[] = [];
  for (let data = arena.take("float32", 1000); data !== null; data = arena.take("float32", 1000)) arrays.push(data);
  expect(arrays.length).toBeGreaterThan(12);
  expect(arena.load).toBeGreaterThan(0.9);
  const last = arrays.pop() as Data;
  for (const data of arrays) arena.give(data);
  expect(arena.take("float32", 12_000)).toBe(null);
  arena.give(last);
  expect(arena.load).toBe(0);
  expect(taken(arena, "float32", 12_000).byteOffset).toBe(start);
  expect(arena.take("float32", 2 ** 20)).toBe(null);
});

/** Where an array lay of which nothing is left. */
function takeAndGive(arena: Arena): number {
  const data = taken(arena, "float32", 1000);
  arena.give(data);
  return data.byteOffset;
}

test("what is dropped comes back once it has been collected, and what is kept does not", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const arena = arenaOf(2 ** 16);
  const kept = taken(arena, "float32", 1000);
  const place = takeAndGive(arena);
  const successor = taken(arena, "float32", 990); // in the place of what was given back, which is collected too
  expect(successor.byteOffset).toBe(place);
  for (let i = 0; i < 5; i++) taken(arena, "float32", 1000);
  const load = arena.load;
  for (let tries = 0; tries < 10 || (arena.load > load / 2 && tries < 100); tries++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(arena.load).toBeCloseTo((2 * load) / 7, 12);
  const again = Array.from({ length: 5 }, () => taken(arena, "float32", 1000).byteOffset);
  expect(new Set([...again, kept.byteOffset, successor.byteOffset]).size).toBe(7);
});
