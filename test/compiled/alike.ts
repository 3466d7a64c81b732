import {
  type Compiled,
  type CompiledOptions,
  compiled,
  defaultGenerator,
  type Generator,
  isTensor,
  type Tensor,
} from "evenkeel";
import { expect } from "vitest";
import { isGenerator } from "../../src/random/generator.ts";

/** A function with what it works on. */
export interface World {
  readonly call: (...args: never[]) => unknown;
  /** What it leaves behind: parameters, buffers, gradients, states. */
  readonly state?: () => unknown;
  /** Something to do before a call, by its number. */
  readonly before?: (call: number) => void;
}

/** Tensors, state dicts, generators and lists of such as plain data, in which every number is kept by its bits. */
export function bitsOf(value: unknown): unknown {
  if (isTensor(value)) {
    const x = value as Tensor;
    return { dtype: x.dtype, shape: [...x.shape], requiresGrad: x.requiresGrad, bits: bytesOf(x.data) };
  }
  if (isGenerator(value)) return bytesOf((value as Generator).getState());
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (value instanceof Map) return [...value].map(([name, item]) => [bitsOf(name), bitsOf(item)]);
  if (Array.isArray(value)) return value.map(bitsOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, bitsOf(item)]));
}

/** Bytes as they lie there; but for a NaN, which is any. */
function bytesOf(data: ArrayBufferView): string {
  const values = data as unknown as ArrayLike<number>;
  const words = Array.from(values, (value) => (Object.is(value, -0) ? "-0" : `${value}`));
  return words.join(" ");
}

/** What is thrown, or what is returned. */
function outcome(run: () => unknown): unknown {
  try {
    return { returned: bitsOf(run()) };
  } catch (error) {
    return { thrown: (error as Error).message };
  }
}

export interface Course {
  /** The arguments of each call. Both runs get their own. */
  readonly args?: (call: number) => readonly unknown[];
  readonly calls?: number;
  /** After which calls one looks at what is left behind; who reads it has it moved out of the arena. Default: after all. */
  readonly looks?: (call: number) => boolean;
  readonly options?: CompiledOptions;
}

/**
 * Runs two worlds beside each other, one compiled and one as it is written, and asks that both return, throw and leave behind the
 * same, to the bit. Both meet the default generator in the same state.
 */
export function expectAlike(
  make: () => World,
  { args = () => [], calls = 8, looks = () => true, options = {} }: Course = {},
) {
  const generator = defaultGenerator;
  const start = generator.getState();
  const own = make();
  generator.setState(start);
  const plain = make();
  const said: string[] = [];
  const made = compiled(own.call as (...given: unknown[]) => unknown, {
    warn: (message) => said.push(message),
    ...options,
  });
  const kept: { readonly result: unknown; readonly bits: unknown }[] = [];
  for (let call = 0; call < calls; call++) {
    const before = generator.getState();
    plain.before?.(call);
    const expected = outcome(() => (plain.call as (...given: unknown[]) => unknown)(...args(call)));
    const drawn = generator.getState();
    generator.setState(before);
    own.before?.(call);
    let result: unknown = null;
    const found = outcome(() => {
      result = made(...args(call));
      return result;
    });
    expect(withoutGrad(found), `the result of call ${call + 1}`).toEqual(withoutGrad(expected));
    expect(bitsOf(generator), `the default generator after call ${call + 1}`).toBe(bitsOf(drawn));
    if (looks(call) || call === calls - 1) {
      expect(bitsOf(own.state?.()), `what is there after call ${call + 1}`).toEqual(bitsOf(plain.state?.()));
    }
    kept.push({ result, bits: bitsOf(result) });
  }
  for (const { result, bits } of kept) expect(bitsOf(result), "a result that was kept").toEqual(bits);
  expect(said.length, "how often it warns").toBe(made.report().reason === null ? 0 : 1);
  return { report: made.report(), said, own, made: made as Compiled<unknown[], unknown> };
}

/** What compiled functions return has no graph. */
function withoutGrad(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGrad);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (name === "requiresGrad" ? [] : [[name, withoutGrad(item)]])),
  );
}

/** The same, and that all but the first few calls were made again. */
export function expectReplayed(make: () => World, course: Course = {}, recorded = 3) {
  const found = expectAlike(make, course);
  expect(found.report.reason).toBeNull();
  const { replayed, eager } = found.report;
  expect(replayed + eager).toBe(course.calls ?? 8);
  expect(replayed).toBeGreaterThanOrEqual((course.calls ?? 8) - recorded);
  return found;
}

/** The same, and that it is called as it is, for a reason that names what it is. */
export function expectEager(make: () => World, reason: string | RegExp, course: Course = {}) {
  const found = expectAlike(make, course);
  expect(found.report.replayed).toBe(0);
  expect(found.report.reason ?? "nothing was refused").toMatch(reason);
  return found;
}
