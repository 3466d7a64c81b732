import { readFileSync } from "node:fs";
import { isTensorError, nn, optim, tensor } from "evenkeel";
import { fromTorch, readTorch, toTorch } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import { hashes, plain, runHere, written } from "../../golden/io/torchCases.ts";

interface Case {
  readonly name: string;
  readonly file: string;
  readonly value: unknown;
}

interface Golden {
  readonly files: readonly Case[];
  readonly later: readonly Case[];
  readonly refused: readonly { readonly name: string; readonly file: string; readonly said: string }[];
  readonly scripted: string;
  readonly large: string;
  readonly inexact: string;
  readonly checked: readonly string[];
  readonly losses: readonly number[];
  readonly sha256: Readonly<Record<string, string>>;
}

const golden: Golden = JSON.parse(readFileSync(new URL("../../golden/io/torchFiles.json", import.meta.url), "utf8"));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const fileNamed = (name: string) => bytesOf(golden.files.find((file) => file.name === name)?.file ?? "");

/** What a value in the golden file is here: dtypes that hold it, texts of numbers as they are here, names sorted. */
function here(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(here);
  if (typeof value !== "object" || value === null) return value;
  const { dtype, shape, elements, dict, number } = value as Readonly<Record<string, never>>;
  if (elements !== undefined) return { dtype: held(dtype), shape, elements: (elements as string[]).map(numberHere) };
  if (dict !== undefined) return { dict: new Map((dict as [string, unknown][]).map(([name, v]) => [name, here(v)])) };
  if (number !== undefined) return { number: numberHere(number) };
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, here(v)]));
}

const numberHere = (text: string) =>
  /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))
    ? text
    : Object.is(Number(text), -0)
      ? "-0.0"
      : String(Number(text));

function held(dtype: string): string {
  if (/^(float64|bool)$/.test(dtype)) return dtype;
  return /float/.test(dtype) ? "float32" : "int32";
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!isTensorError(error)) throw error;
    expect(error.code).toBe("EVENKEEL_FILE");
    return error.message;
  }
  throw new Error("it was read");
}

describe.each([...golden.files, ...golden.later])("what torch.save wrote: $name", ({ file, value }) => {
  test("is read as it is", async () => {
    const bytes = bytesOf(file);
    const read = fromTorch(bytes);
    expect(here(plain(read.value))).toEqual(here(value));
    expect(plain(await readTorch(new Blob([bytes])))).toEqual(plain(read));
  });
});

test.each(golden.refused)("$name is refused, by name", ({ file, said }) => {
  const message = refusal(() => fromTorch(bytesOf(file)));
  expect(message).toContain(said);
});

test("a TorchScript archive is refused, with what to do", () => {
  expect(refusal(() => fromTorch(bytesOf(golden.scripted)))).toMatch(/TorchScript.*torch\.jit\.load/);
});

describe("at", () => {
  test("reads a part, and looks at nothing else", () => {
    const bytes = fileNamed("a checkpoint");
    const { tensors } = fromTorch(bytes, { at: "model_state_dict" });
    const model = new nn.Sequential(
      new nn.Linear(4, 5, { bias: false }),
      new nn.BatchNorm1d(5),
      new nn.Tanh(),
      new nn.Linear(5, 3),
    );
    expect(model.loadStateDict(tensors)).toEqual({ missing: [], unexpected: [] });
    expect(fromTorch(bytes, { at: ["optimizer_state_dict", "state", "0"] }).tensors.exp_avg.shape).toEqual([5, 4]);
    const state = fromTorch(bytes, { at: "optimizer_state_dict" }).value as optim.OptimizerStateDict;
    const optimizer = new optim.Adam(model.parameters(), { lr: 1 });
    optimizer.loadStateDict(state);
    expect(optimizer.paramGroups[0].lr).toBe(0.01);
  });

  test("reads a part that is None, or zero, or empty", () => {
    const bytes = toTorch({ none: null, zero: 0, empty: {}, model: { w: tensor([1, 2]) } });
    expect(fromTorch(bytes, { at: "none" })).toEqual({ value: null, tensors: {} });
    expect(fromTorch(bytes, { at: "zero" }).value).toBe(0);
    expect(fromTorch(bytes, { at: "empty" }).value).toEqual({});
    expect(refusal(() => fromTorch(bytes, { at: ["none", "w"] }))).toMatch(/names, among them "w".*"none"/);
  });

  test("passes by what is refused elsewhere in the file", () => {
    const bytes = bytesOf(golden.refused.find(({ name }) => name === "arguments")?.file ?? "");
    expect(fromTorch(bytes, { at: "model" }).tensors.w.toArray()).toEqual([1, 1]);
    expect(refusal(() => fromTorch(bytes, { at: "args" }))).toContain("argparse.Namespace");
    expect(fromTorch(fileNamed("a checkpoint"), { at: ["classes"] })).toEqual({ value: ["a", "ü", "🙂"], tensors: {} });
  });

  test("refuses a name that is not there, or leads nowhere", () => {
    const bytes = fileNamed("a checkpoint");
    expect(refusal(() => fromTorch(bytes, { at: "state_dict" }))).toMatch(/"state_dict".*model_state_dict/);
    expect(refusal(() => fromTorch(bytes, { at: ["epoch", "x"] }))).toMatch(/names/);
  });
});

test("int64 beyond 2³¹ is read as float64 where that is asked for, and refused where it would not be exact", () => {
  const as = { int64: "float64" } as const;
  const { ids } = fromTorch(bytesOf(golden.large), { as }).tensors;
  expect([ids.dtype, ids.toArray()]).toEqual(["float64", [2 ** 40, -(2 ** 53), 2 ** 31]]);
  expect(refusal(() => fromTorch(bytesOf(golden.large)))).toMatch(/1099511627776.*int64: "float64"/);
  expect(refusal(() => fromTorch(bytesOf(golden.inexact), { as }))).toContain("9007199254740993");
});

/** A whole number as Python's pickle writes it from protocol 2 on: in the fewest bytes, negative ones in two's complement. */
function pickled(value: bigint): Buffer {
  const bytes = (n: number, of = BigInt.asUintN(8 * n, value)) =>
    Array.from({ length: n }, (_, i) => Number((of >> BigInt(8 * i)) & 0xffn));
  if (value >= 0n && value < 256n) return Buffer.from([0x4b, ...bytes(1)]);
  if (value >= 0n && value < 65536n) return Buffer.from([0x4d, ...bytes(2)]);
  if (BigInt.asIntN(32, value) === value) return Buffer.from([0x4a, ...bytes(4)]);
  let n = 5;
  while (BigInt.asIntN(8 * n, value) !== value) n++;
  return Buffer.from([0x8a, n, ...bytes(n)]);
}

test("whole numbers are written in the fewest bytes, and read as they were", () => {
  const bits = [7, 8, 15, 16, 31, 32, 39, 40, 47, 48, 52];
  const bounds = bits.flatMap((n) => [-1, 0, 1].map((off) => 2 ** n + off));
  for (const value of [0, ...bounds, 2 ** 53 - 1].flatMap((bound) => [bound, -bound])) {
    const file = toTorch({ value: value + 0 });
    expect(fromTorch(file).value, `${value}`).toEqual({ value: value + 0 });
    expect(Buffer.from(file).includes(pickled(BigInt(value))), `${value}`).toBe(true);
  }
});

test("one tensor under two names is one tensor here, and views are copies", () => {
  const [a, b, t, flat] = fromTorch(fileNamed("the same tensor twice")).value as ReturnType<typeof tensor>[];
  expect(a).toBe(b);
  expect(t.toArray()).toEqual(a.t().toArray());
  flat.fill_(0);
  expect(a.abs().max().item()).toBeGreaterThan(0);
});

describe("what is written here", () => {
  test.each(Object.entries(written()))("%s is read again as it was", (_, { value }) => {
    expect(plain(fromTorch(toTorch(value)).value)).toEqual(plain(value));
  });

  test("PyTorch has read, and it is still the same to the byte", () => {
    expect(golden.checked).toEqual(Object.keys(written()).sort());
    expect(hashes()).toEqual(golden.sha256);
  });

  test("goes on in PyTorch, model and optimiser, as it goes on here", () => {
    const { step } = runHere();
    for (const loss of golden.losses) expect(Math.abs(step() - loss)).toBeLessThan(1e-6);
  });

  test("shares memory where tensors do", () => {
    const x = tensor(new Array(1000).fill(1));
    const [once, twice] = [toTorch([x]), toTorch([x, x, x.reshape(10, 100)])];
    expect(twice.length - once.length).toBeLessThan(300);
  });

  test("refuses what a file cannot hold", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    for (const [value, said] of [
      [new nn.Linear(1, 1), /stateDict\(\)/],
      [{ a: { b: () => 1 } }, /a function as a\.b|function b as a\.b/],
      [undefined, /undefined/],
      [circle, /64 deep/],
      [new Map(), /a Map/],
      ["\ud800", /half a character/],
      [JSON.parse('{"__proto__": 1}'), /__proto__/],
    ] as const) {
      expect(() => toTorch(value)).toThrow(said);
    }
  });
});
