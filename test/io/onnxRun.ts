import type { Tensor } from "evenkeel";
import { nn } from "evenkeel";
import { fromOnnx } from "evenkeel/io";
import * as ort from "onnxruntime-web";
import { expect } from "vitest";
import { decodeModel } from "../../src/io/onnx/decode.ts";
import { sourceOf } from "../../src/io/standalone/source.ts";

ort.env.wasm.numThreads = 1; // threads would keep the process alive
ort.env.logLevel = "error";

/** A module that does what a function says. */
export function moduleOf(forward: (...xs: Tensor[]) => Tensor): nn.Module {
  return new (class extends nn.Module {
    override forward(...xs: Tensor[]): Tensor {
      return forward(...xs);
    }
  })();
}

/** What is computed with a file: numbers, shape and dtype. */
export interface Computed {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
  readonly type: string;
}

/** What onnxruntime computes with a file, what the module that it is read as does, and the one without dependencies. */
export interface Runs extends Computed {
  readonly again: Tensor;
  readonly standalone: Computed;
}

/** Has onnxruntime read a file, and gives what runs it on inputs. */
export async function sessionOf(bytes: Uint8Array): Promise<(...xs: Tensor[]) => Promise<Runs>> {
  const session = await ort.InferenceSession.create(bytes);
  const again = fromOnnx(bytes);
  const predict = await predictOf(sourceOf(decodeModel("sessionOf", bytes)));
  return async (...xs) => {
    const feeds = session.inputNames.map((name, i) => {
      const { dtype, data, shape } = xs[i];
      return [name, new ort.Tensor(dtype as "float32", data as Float32Array, shape)];
    });
    const { [session.outputNames[0]]: y } = await session.run(Object.fromEntries(feeds));
    const data = Array.from(y.data as Float32Array, Number);
    return { data, dims: y.dims, type: y.type, again: again.forward(...xs), standalone: predict(...xs) };
  };
}

const dtypes = new Map<unknown, string>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "bool"],
]);

/** The function of a module that is given as its source. */
export async function predictOf(source: string): Promise<(...xs: Tensor[]) => Computed> {
  const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
  const { predict } = await import(/* @vite-ignore */ url);
  return (...xs) => {
    const { data, shape } = predict(...xs.map((x) => x.data));
    return { data, dims: shape, type: dtypes.get(data.constructor) ?? "none" };
  };
}

/** Holds everything that runs a file against what the model says. */
export function held(own: Tensor, runs: Runs, tolerance = 1e-5, told?: string): void {
  const said = [own.dtype, ...own.shape];
  expect([runs.type, ...runs.dims], told).toEqual(said);
  expect([runs.again.dtype, ...runs.again.shape], told).toEqual(said);
  expect([runs.standalone.type, ...runs.standalone.dims], told).toEqual(said);
  expect(apart(own.data, runs.data), told).toBeLessThan(tolerance);
  const [least, size] = [Math.min(tolerance, Math.max(1e-6, tolerance / 10)), meanSize(own)];
  expect(apart(own.data, runs.again.data, size), told).toBeLessThan(least);
  expect(apart(own.data, runs.standalone.data, size), told).toBeLessThan(least);
}

/** The mean size of the numbers that are finite. */
function meanSize({ data }: Tensor): number {
  const sizes = Array.from(data, Math.abs).filter(Number.isFinite);
  return sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
}

/** How far two lists of numbers are apart, relative to what they are, and to `size`; infinite where only one is finite. */
export function apart(own: ArrayLike<number>, theirs: ArrayLike<number>, size = 0): number {
  if (own.length !== theirs.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < own.length; i++) {
    const [a, b] = [Number(own[i]), Number(theirs[i])];
    if (Object.is(a, b) || a === b) continue;
    const gap = Math.abs(a - b) / (1 + Math.abs(a) + size);
    most = Math.max(most, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
  }
  return most;
}
