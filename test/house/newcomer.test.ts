import * as evenkeel from "evenkeel";
import { data, Generator, isTensorError, NDArray, nn, ones, optim, tensor, zeros } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as plot from "evenkeel/plot";
import * as sweep from "evenkeel/sweep";
import * as testing from "evenkeel/testing";
import { afterAll, describe, expect, test } from "vitest";
import { declaredCallables } from "../options/declared.ts";

// Whatever the package exports is called as somebody calls it who has not read about it. Nothing is listed here by name: what
// is exported is found, and so are the methods of its classes.

type Callable = (...args: unknown[]) => unknown;

/** What is found under a name: how to call it. */
interface Found {
  readonly name: string;
  /** Calls it as it should be called, but for its arguments. */
  readonly call: Callable;
}

const model = () => new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2), new nn.Tanh());
const parameter = () => new nn.Parameter(ones([2]));
const sgd = () => new optim.SGD([parameter()], { lr: 0.1 });

/** Arguments of which each class takes some. */
const makings: readonly (() => unknown[])[] = [
  () => [],
  () => [2],
  () => [2, 2],
  () => [2, 2, 1],
  () => [1, [2]],
  () => [zeros([2, 2])],
  () => [new NDArray(new Float32Array(4), [2, 2], "float32")],
  () => [new Float32Array(2), [2], "float32"],
  () => [[parameter()], { lr: 0.1 }],
  () => [sgd()],
  () => [sgd(), 2],
  () => [sgd(), () => 1],
  () => [sgd(), [2]],
  () => [sgd(), { maxLr: 1, totalSteps: 4 }],
  () => {
    const optimizer = sgd();
    return [optimizer, [new optim.lrScheduler.StepLR(optimizer, 2)], []];
  },
  () => [new optim.SGD([parameter()], { lr: 0.1, momentum: 0.9 }), 0, 1],
  () => [sgd(), 1, { totalSteps: 4 }],
  () => [[1, 2, 3]],
  () => [[1, 2, 3], [0]],
  () => [[1, 2, 3], 2],
  () => [[[1], [2]]],
  () => [model()],
  () => [model(), sgd()],
  () => ["where", { expected: "this", got: "that" }],
  () => [() => {}],
  () => [null],
  () => [{ steps: 1, write: () => {} }],
];

const isClass = (value: unknown): value is new (...args: unknown[]) => object =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

const isNamespace = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Module]";

function instanceOf(made: new (...args: unknown[]) => object): object | null {
  for (const making of makings) {
    try {
      return new made(...making());
    } catch {}
  }
  return null;
}

/** Every method that is public, behind the name of its class. */
const declared = new Set(
  declaredCallables()
    .filter(({ isMethod }) => isMethod)
    .map(({ name }) => name.split(".").slice(-2).join(".")),
);

const known = new Set<string>();

/** The names of the public methods of an object; those that it inherits only if they have not been found before. */
function methodsOf(made: object): string[] {
  const names = new Set<string>();
  for (
    let p = Object.getPrototypeOf(made);
    p !== Object.prototype && p !== Error.prototype;
    p = Object.getPrototypeOf(p)
  ) {
    for (const name of Object.getOwnPropertyNames(p)) {
      const method = `${p.constructor.name}.${name}`;
      if (!declared.has(method) || known.has(method)) continue;
      known.add(method);
      names.add(name);
    }
  }
  return [...names];
}

/** Classes that nothing here makes, with what is made of which others. */
const unmade: object[] = [];
const made: object[] = [];

function foundIn(space: object, prefix: string): Found[] {
  return Object.entries(space).flatMap(([key, value]): Found[] => {
    const name = `${prefix}${key}`;
    if (isNamespace(value)) return foundIn(value, `${name}.`);
    if (isClass(value)) {
      const one = instanceOf(value);
      if (one === null) unmade.push(value);
      else made.push(one);
      const methods = one === null ? [] : methodsOf(one);
      return [
        { name: `new ${name}`, call: (...args) => new value(...args) },
        ...methods.map((method) => ({
          name: `${name}.${method}`,
          call: (...args: unknown[]) => (instanceOf(value) as Record<string, Callable>)[method](...args),
        })),
      ];
    }
    if (typeof value === "function") return [{ name, call: value as Callable }];
    return [];
  });
}

const all = Object.entries({
  "": evenkeel,
  "analysis.": analysis,
  "io.": io,
  "plot.": plot,
  "sweep.": sweep,
  "testing.": testing,
}).flatMap(([prefix, space]) => foundIn(space, prefix));

const many = 200_000;

/** What a newcomer gives in place of what is asked for. */
const mistakes: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  "an empty list": () => [],
  "a list of numbers": () => [1, 2],
  "nested lists": () => [
    [1, 2],
    [3, 4],
  ],
  "a text": () => "relu",
  NaN: () => Number.NaN,
  "a number": () => 2.5,
  "a negative number": () => -1,
  true: () => true,
  "a bigint": () => 2n,
  "a symbol": () => Symbol("x"),
  "an object": () => ({}),
  "an object of nulls": () => ({ lr: null, length: null, data: null, shape: null, kind: null, rows: null }),
  "an object without a prototype": () => Object.create(null),
  "a Map": () => new Map([["x", 1]]),
  "a Date": () => new Date(0),
  "a promise": () => Promise.resolve(1),
  "a function": () => () => {},
  "a class": () => nn.Linear,
  "typed numbers": () => new Float64Array(3),
  "a tensor": () =>
    tensor([
      [1, 2],
      [3, 4],
    ]),
  "an empty tensor": () => zeros([0]),
  labels: () => tensor([1, 0], { dtype: "int32" }),
  "a list of tensors": () => [ones([2]), ones([2])],
  "a list of lists of null": () => [[null], null],
  "a module": model,
  "an optimiser": sgd,
  "a generator": () => new Generator(),
  "a dataset": () => new data.TensorDataset(ones([2])),
};

const huge: Readonly<Record<string, unknown>> = {
  "a list of many numbers": new Array(many).fill(1),
  "a list of many objects": Array.from({ length: many }, (_, step) => ({ step, metric: "loss", layer: "", value: 1 })),
  "a tensor of many rows": ones([many, 1]),
};

/** Has a result come to its end: promises, streams and loops are those of the call. */
async function settled(result: unknown): Promise<void> {
  const value = await result;
  if (value instanceof ReadableStream) {
    for await (const _ of value as unknown as AsyncIterable<unknown>) break;
  } else if (
    typeof value === "object" &&
    value !== null &&
    !evenkeel.isTensor(value) &&
    "next" in value &&
    Symbol.iterator in value
  ) {
    (value as { next(): unknown }).next();
  }
}

/** What is wrong with how a call ends, or null. */
async function wrongWith(call: Callable, args: () => unknown[]): Promise<string | null> {
  try {
    await settled(call(...args()));
    return null;
  } catch (error) {
    if (String(error).endsWith("cannot be invoked without 'new'")) return null; // a class in place of a function: its own words
    if (!isTensorError(error))
      return String(
        error instanceof Error ? (error.stack ?? error).toString().split("\n").slice(0, 3).join(" | ") : error,
      );
    const { where, expected, got, message } = error;
    const isWhole = where !== "" && expected !== "" && got !== "" && !message.includes("[object");
    return isWhole ? null : `an error without its parts: ${message}`;
  }
}

const argumentLists = (values: Readonly<Record<string, () => unknown>>): [string, () => unknown[]][] =>
  Object.entries(values).flatMap(([name, make]): [string, () => unknown[]][] => [
    [name, () => [make()]],
    [`${name}, twice`, () => [make(), make()]],
    [`${name}, three times`, () => [make(), make(), make()]],
    [`a tensor, and ${name}`, () => [ones([2, 2]), make()]],
    [`a module, and ${name}`, () => [model(), make()]],
    [`a module, a loss, and ${name}`, () => [model(), () => ones([2]).sum(), make()]],
    [`a list of a tensor, and ${name}`, () => [[ones([2, 2])], make()]],
    [`${name}, and an object`, () => [make(), {}]],
  ]);

afterAll(() => {
  evenkeel.useKernels("wasm");
  evenkeel.setNumThreads(1);
  evenkeel.setPrintoptions({ profile: "default" });
});

test("every class can be made here, so that its methods are called", () => {
  expect(all.length).toBeGreaterThan(350);
  const isBase = (one: object) =>
    made.some((other) => Object.prototype.isPrototypeOf.call((one as { prototype: object }).prototype, other));
  expect(unmade.filter((one) => !isBase(one))).toEqual([]);
});

describe("mistakes end in a result, or in an error of four parts:", () => {
  const lists: [string, () => unknown[]][] = [["nothing", () => []], ...argumentLists(mistakes)];
  test.each(all)("$name", async ({ call }) => {
    const wrong: string[] = [];
    for (const [name, args] of lists) {
      const found = await wrongWith(call, args);
      if (found !== null) wrong.push(`${name}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("a long list ends in a result, or in an error of four parts, in time:", () => {
  test.each(all)("$name", async ({ call }) => {
    const wrong: string[] = [];
    for (const [name, list] of Object.entries(huge)) {
      const found = await wrongWith(call, () => [list]);
      if (found !== null) wrong.push(`${name}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});
