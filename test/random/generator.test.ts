import { describe, expect, test } from "vitest";
import { TensorError } from "../../src/base/errors.ts";
import { shared } from "../../src/base/shared.ts";
import { random32 } from "../../src/kernels/numbers/mersenneTwister.ts";
import { defaultGenerator, Generator, isGenerator, manualSeed } from "../../src/random/generator.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillUniform } from "../../src/random/uniform.ts";

const draw = (g: Generator) => {
  const data = new Float64Array(3);
  fillUniform(data, 0, 1, g);
  return [...data];
};

describe("a generator", () => {
  test("starts from PyTorch's default seed", () => {
    const g = new Generator();
    expect(g.initialSeed()).toBe(67280421310721);
    expect(draw(g)).toEqual(draw(new Generator().manualSeed(67280421310721)));
  });

  test("draws the first numbers of the reference implementation", () => {
    const g = new Generator().manualSeed(5489);
    const state = g[Symbol.for("evenkeel.Generator") as keyof Generator] as unknown as Parameters<typeof random32>[0];
    expect([random32(state), random32(state), random32(state)]).toEqual([3499211612, 581869302, 3890346734]);
  });

  test("returns itself when seeded, and the seed as a number where that is exact", () => {
    const g = new Generator();
    expect(g.manualSeed(7)).toBe(g);
    expect(g.initialSeed()).toBe(7);
    expect(g.manualSeed(12345678901234567890n).initialSeed()).toBe(12345678901234567890n);
  });

  test("counts negative seeds from 2^64 down, and uses the low 32 bits", () => {
    expect(new Generator().manualSeed(-1).initialSeed()).toBe(2n ** 64n - 1n);
    expect(new Generator().manualSeed(-(2n ** 63n)).initialSeed()).toBe(2n ** 63n);
    expect(draw(new Generator().manualSeed(2 ** 32 + 7))).toEqual(draw(new Generator().manualSeed(7)));
  });

  test("takes a seed nobody can foresee, and starts from it", () => {
    const g = new Generator();
    const seed = g.seed();
    expect(Number.isSafeInteger(seed)).toBe(true);
    expect(g.initialSeed()).toBe(seed);
    expect(g.seed()).not.toBe(seed);
    const first = draw(g.manualSeed(seed));
    expect(draw(g)).not.toEqual(first);
  });

  test("forgets the normal it kept when it is seeded", () => {
    const g = new Generator().manualSeed(1);
    const one = new Float64Array(1);
    fillNormal(one, 0, 1, g);
    const first = one[0];
    fillNormal(one, 0, 1, g.manualSeed(1));
    expect(one[0]).toBe(first);
  });

  test.each([
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    -(2 ** 64),
    2n ** 64n,
    -(2n ** 63n) - 1n,
    "1",
    null,
    true,
  ])("refuses the seed %s and changes nothing", (seed) => {
    const g = new Generator().manualSeed(3);
    const before = g.getState();
    expect(() => g.manualSeed(seed as number)).toThrow(TensorError);
    expect(() => g.manualSeed(seed as number)).toThrow(/^Generator\.manualSeed: expected a seed/);
    expect(() => manualSeed(seed as number)).toThrow(/^manualSeed: expected a seed/);
    expect(g.getState()).toEqual(before);
  });
});

describe("a state", () => {
  test.each([0, 1, 2, 311, 623, 624, 625, 1248, 2000])("continues identically after %i numbers", (count) => {
    const g = new Generator().manualSeed(11);
    fillUniform(new Float32Array(count), 0, 1, g);
    fillNormal(new Float64Array(count % 2), 0, 1, g);
    const copy = new Generator().setState(g.getState());
    expect(copy.getState()).toEqual(g.getState());
    expect(copy.initialSeed()).toBe(11);
    const [x, y] = [new Float64Array(15), new Float64Array(15)];
    fillNormal(x, 0, 1, g);
    fillNormal(y, 0, 1, copy);
    expect(y).toEqual(x);
    expect(draw(copy)).toEqual(draw(g));
  });

  test("is a copy, both ways", () => {
    const g = new Generator().manualSeed(1);
    const state = g.getState();
    const first = draw(g);
    const copy = new Generator().setState(state);
    state.fill(0);
    expect(draw(copy)).toEqual(first);
  });

  test("may begin anywhere in its buffer", () => {
    const bytes = new Uint8Array(5056 + 3);
    bytes.set(new Generator().manualSeed(9).getState(), 3);
    expect(draw(new Generator().setState(bytes.subarray(3)))).toEqual(draw(new Generator().manualSeed(9)));
  });

  const broken = (offset: number, ...values: number[]) => {
    const state = new Generator().manualSeed(3).getState();
    state.set(values, offset);
    return state;
  };
  test.each<[string, unknown, string]>([
    ["no state", undefined, "5056 bytes, got undefined"],
    ["an array", [1, 2], "5056 bytes, got [1, 2]"],
    ["other typed arrays", new Float64Array(632), "got a Float64Array"],
    ["too few bytes", new Uint8Array(5055), "got 5055 bytes"],
    ["too many bytes", new Uint8Array(5057), "got 5057 bytes"],
    ["zeros", new Uint8Array(5056), "whose flag at byte 12 is 1, got 0"],
    ["a flag other than 1", broken(12, 2), "got 2"],
    ["no words left", broken(8, 0), "0 used and 0 left"],
    ["more words left than there are", broken(8, 0x71, 0x02), "0 used and 625 left"],
    ["more words used than there are", broken(16, 0x71, 0x02), "625 used and 1 left"],
    ["a count of words used in its upper half", broken(23, 1), "used and 1 left"],
    ["counts that contradict each other", broken(8, 5), "0 used and 5 left"],
    ["words of more than 32 bits", broken(24 + 4, 1), "more at word 0"],
  ])("is refused if it is %s, and nothing changes", (_, state, message) => {
    const g = new Generator().manualSeed(5);
    const before = g.getState();
    expect(() => g.setState(state as Uint8Array)).toThrow(TensorError);
    expect(() => g.setState(state as Uint8Array)).toThrow(message);
    expect(g.getState()).toEqual(before);
  });
});

describe("the default generator", () => {
  test("is seeded by manualSeed, which returns it", () => {
    expect(manualSeed(42)).toBe(defaultGenerator);
    expect(defaultGenerator.initialSeed()).toBe(42);
    expect(draw(defaultGenerator)).toEqual(draw(new Generator().manualSeed(42)));
  });

  test("keeps its state with what every copy of the package shares", async () => {
    manualSeed(42);
    const other = Object.assign(Object.create(null), shared());
    expect(other.defaultGenerator).toBeDefined();
    shared().defaultGenerator = undefined;
    const seed = defaultGenerator.initialSeed();
    expect(Number.isSafeInteger(seed)).toBe(true);
    shared().defaultGenerator = undefined;
    expect(defaultGenerator.initialSeed()).not.toBe(seed);
    shared().defaultGenerator = other.defaultGenerator;
    expect(defaultGenerator.initialSeed()).toBe(42);
  });

  test("touches nothing global when it is imported", async () => {
    const key = Symbol.for("evenkeel.shared");
    const holder = globalThis as { [key]?: unknown };
    const before = holder[key];
    delete holder[key];
    const { vi } = await import("vitest");
    vi.resetModules();
    const copy = await import("../../src/random/generator.ts");
    expect(key in holder).toBe(false);
    holder[key] = before;
    manualSeed(6);
    expect(copy.defaultGenerator === defaultGenerator).toBe(false);
    expect(copy.defaultGenerator.initialSeed()).toBe(6);
    expect(draw(copy.defaultGenerator)).toEqual(draw(new Generator().manualSeed(6)));

    const foreign = new copy.Generator().manualSeed(8);
    expect(foreign).not.toBeInstanceOf(Generator);
    expect(isGenerator(foreign)).toBe(true);
    expect(draw(foreign)).toEqual(draw(new Generator().manualSeed(8)));
  });
});

test("only generators are generators", () => {
  expect([new Generator(), defaultGenerator].map(isGenerator)).toEqual([true, true]);
  expect([null, undefined, 5, {}, { manualSeed() {} }, () => 1].map(isGenerator)).toEqual(Array(6).fill(false));
});
