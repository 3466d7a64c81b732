import type { Data } from "../base/dtype.ts";
import { describe, show } from "../base/errors.ts";
import { type Given, type Memory, nameOf, type Obstacle, type Recording, type Step } from "./recording.ts";
import { standsFor } from "./stands.ts";

/** A number that a step was given, as what an argument is made into: its sign, and whether it is rounded to float32. */
export interface NumberOf {
  readonly argument: number;
  readonly sign: 1 | -1;
  readonly isSingle: boolean;
}

/** The numbers in a recording that are those of arguments, by what was given. */
export type Linked = Map<Given, NumberOf>;

/** The number that an argument becomes. */
export function numberOf({ argument, sign, isSingle }: NumberOf, given: readonly unknown[]): number {
  const number = sign * (given[argument] as number);
  return isSingle ? Math.fround(number) : number;
}

/**
 * For each argument the one that it has to be like when a run is made again: itself, if it was another number in each of two calls,
 * for then it is used as it is, or not at all; one before it that was the same in both, for nobody knows which of them was used; or
 * −1, which is as it was.
 */
export function freeAmong(given: readonly unknown[], earlier: readonly unknown[]): readonly number[] {
  const isOne = (i: number, j: number, of: (x: number) => number): boolean =>
    [given, earlier].every((args) => Object.is(of(args[i] as number), of(args[j] as number)));
  return given.map((x, i) => {
    if (typeof x !== "number" || Object.is(x, earlier[i])) return -1;
    for (let j = 0; j < i; j++) {
      if (typeof given[j] !== "number") continue;
      if (isOne(i, j, (number) => number)) return j;
      if (isOne(i, j, (number) => Math.abs(Math.fround(number)))) return -1; // one may be the other, rounded or negated
    }
    return i;
  });
}

/** A run of a function, and what it was given. */
export interface Run {
  readonly recording: Recording;
  readonly given: readonly unknown[];
}

/**
 * What keeps two runs from being one thing made twice, or null. Numbers that differ as an argument does are noted in `linked`, by
 * what the later run was given.
 */
export function differenceOf(earlier: Run, later: Run, linked: Linked): Obstacle | null {
  const [a, b] = [earlier.recording, later.recording];
  const obstacle = a.obstacle ?? b.obstacle;
  if (obstacle !== null) return obstacle;
  const pairs = new Map<Memory, Memory>();
  const made = new Set<unknown>(a.memories.map(({ from, array }) => (from === "made" ? array?.memory : null)));
  const comparing = { earlier, later, pairs, paired: new Set<Memory>(), made, linked };
  for (let i = 0; i < Math.max(a.steps.length, b.steps.length); i++) {
    const [x, y] = [a.steps[i], b.steps[i]];
    if (x === undefined || y === undefined || !isAlike(x, y)) {
      return {
        got: `as step ${i + 1} ${called(x)} in one call, and ${called(y)} in the next`,
        hint: "What way is taken may depend on shapes and modes, but not on numbers or on how often it was called.",
      };
    }
    const found = differenceIn(comparing, x, y);
    if (found !== null) return { got: `${found.got}, at step ${i + 1}, ${nameOf(y)}`, hint: found.hint };
  }
  return differs(comparing, a.result, b.result);
}

interface Comparing {
  readonly earlier: Run;
  readonly later: Run;
  /** The memory of the later run that stands for that of the earlier one. */
  readonly pairs: Map<Memory, Memory>;
  readonly paired: Set<Memory>;
  /** What the earlier run has made. */
  readonly made: ReadonlySet<unknown>;
  readonly linked: Linked;
}

const called = (step: Step | undefined): string => (step === undefined ? "nothing" : nameOf(step));

function isAlike(x: Step, y: Step): boolean {
  if (x.kind === "call" && y.kind === "call") return x.name === y.name && x.given.length === y.given.length;
  if (x.kind === "gradient" && y.kind === "gradient")
    return x.given.length === y.given.length && x.argument === y.argument && (x.argument >= 0 || x.leaf === y.leaf);
  return x.kind === y.kind;
}

function differenceIn(comparing: Comparing, x: Step, y: Step): Obstacle | null {
  const found = listsDiffer(comparing, x.given, y.given);
  if (found !== null) return found;
  if (x.kind !== "call" || y.kind !== "call") return null;
  if (x.taken.length !== y.taken.length && x.isPure) return { got: "memory that depends on numbers", hint: "" };
  return differs(comparing, x.made, y.made);
}

function differs(comparing: Comparing, x: Given, y: Given): Obstacle | null {
  if (x.kind !== y.kind) return { got: "something of another kind", hint: "" };
  if (x.kind === "list" && y.kind === "list") return listsDiffer(comparing, x.items, y.items);
  if (x.kind === "fields" && y.kind === "fields") {
    const [names, others] = [x, y].map(({ fields }) => fields.map(([name]) => name).join());
    if (names !== others) return { got: `fields ${names}, then ${others}`, hint: "" };
    const [values, later] = [x, y].map(({ fields }) => fields.map(([, value]) => value));
    return listsDiffer(comparing, values, later);
  }
  if (x.kind === "value" && y.kind === "value") return valuesDiffer(comparing, x, y);
  if (x.kind === "array" && y.kind === "array" && show(x.shape) !== show(y.shape))
    return { got: `an array of shape ${show(x.shape)}, then one of shape ${show(y.shape)}`, hint: shapesHint };
  return memoriesDiffer(
    comparing,
    (x as typeof x & { memory: Memory }).memory,
    (y as typeof y & { memory: Memory }).memory,
  );
}

const shapesHint = "Shapes may depend on those of arguments, and on nothing else.";

function listsDiffer(comparing: Comparing, x: readonly Given[], y: readonly Given[]): Obstacle | null {
  if (x.length !== y.length) return { got: `${x.length} arrays, then ${y.length}`, hint: "" };
  for (let i = 0; i < x.length; i++) {
    const found = differs(comparing, x[i], y[i]);
    if (found !== null) return found;
  }
  return null;
}

function memoriesDiffer({ pairs, paired, made }: Comparing, x: Memory, y: Memory): Obstacle | null {
  const known = pairs.get(x);
  if (known === y) return null;
  if (known !== undefined || paired.has(y) || x.from !== y.from) {
    if (y.array !== null && made.has(y.array.memory))
      return { got: "an array that the call before has made", hint: stateHint };
    return { got: `${wordsOf(x)}, then ${wordsOf(y)}`, hint: stateHint };
  }
  pairs.set(x, y);
  paired.add(y);
  if (x.from === "outside" && x.array?.memory !== y.array?.memory) {
    if (y.array !== null && made.has(y.array.memory))
      return { got: "an array that the call before has made", hint: stateHint };
    return { got: "an array from outside that is another one in each call", hint: "Pass it as an argument." };
  }
  if (x.from === "argument" && x.argument !== y.argument) return { got: "another argument", hint: "" };
  if (x.from === "gradient" && x.leaf !== y.leaf) return { got: "the gradient of another tensor", hint: "" };
  if (x.from === "constant") return constantsDiffer(x, y);
  return null;
}

const stateHint =
  "What stays from call to call is changed in place, as by state.copy_(…); what is new in each call is passed as an argument.";

/** What makes the same of the same sizes and numbers, which steps are compared by. */
const ofSizes: readonly string[] = [
  "zeros",
  "ones",
  "full",
  "zerosLike",
  "onesLike",
  "arange",
  "linspace",
  "eye",
  "repeatInterleave",
];

/** Arrays of JavaScript may hold the same twice by chance: only what comes of sizes, or of one number, is a constant. */
function constantsDiffer(x: Memory, y: Memory): Obstacle | null {
  const [before, now] = [x.start as Data, y.start as Data];
  if (!ofSizes.includes(x.how) && x.array?.shape.length !== 0) {
    return {
      got: "a tensor that it makes of numbers of JavaScript",
      hint: "Make it outside once, if it is always the same, or pass it as an argument.",
    };
  }
  const isSame =
    x.dtype === y.dtype && before.length === now.length && before.every((value, i) => Object.is(value, now[i]));
  return isSame ? null : { got: `other numbers, made by ${x.how}`, hint: "Pass them as an argument." };
}

function wordsOf({ from, how }: Memory): string {
  if (from === "outside") return "an array from outside";
  if (from === "made") return "an array that it makes";
  if (from === "constant") return `an array made by ${how}`;
  return from === "argument" ? "an argument" : "a gradient from before";
}

function valuesDiffer({ earlier, later, linked }: Comparing, x: Given, y: Given): Obstacle | null {
  const [a, b] = [standsFor((x as { value: unknown }).value), standsFor((y as { value: unknown }).value)];
  if (isSameValue(a, b, 4)) return null;
  if (typeof a === "number" && typeof b === "number") {
    for (let argument = 0; argument < earlier.given.length; argument++) {
      if (typeof earlier.given[argument] !== "number") continue;
      for (const sign of [1, -1] as const) {
        for (const isSingle of [false, true]) {
          const number = { argument, sign, isSingle };
          if (!Object.is(numberOf(number, earlier.given), a) || !Object.is(numberOf(number, later.given), b)) continue;
          linked.set(y, number);
          return null;
        }
      }
    }
  }
  return {
    got: `${describe(a)}, then ${describe(b)}`,
    hint:
      typeof b === "number"
        ? "A number that changes is an argument, passed as it is, or as a tensor where something is computed from it."
        : "What changes is passed as an argument.",
  };
}

/** Whether two values are the same, or plain data with the same in it. */
function isSameValue(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || depth === 0) return false;
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b) || !isPlainPrototype(prototype)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([name, value], i) => name === right[i][0] && isSameValue(value, right[i][1], depth - 1))
  );
}

const isPlainPrototype = (prototype: unknown): boolean =>
  prototype === null || prototype === Object.prototype || prototype === Array.prototype;
