import type { Tensor } from "evenkeel";
import { nn } from "evenkeel";
import * as ort from "onnxruntime-web";

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

/** What onnxruntime computes with a file: numbers, shape and dtype. */
export interface Computed {
  readonly data: number[];
  readonly dims: readonly number[];
  readonly type: string;
}

/** Has onnxruntime read a file, and gives what runs it on inputs. */
export async function sessionOf(bytes: Uint8Array): Promise<(...xs: Tensor[]) => Promise<Computed>> {
  const session = await ort.InferenceSession.create(bytes);
  return async (...xs) => {
    const feeds = session.inputNames.map((name, i) => {
      const { dtype, data, shape } = xs[i];
      return [name, new ort.Tensor(dtype as "float32", data as Float32Array, shape)];
    });
    const { [session.outputNames[0]]: y } = await session.run(Object.fromEntries(feeds));
    return { data: Array.from(y.data as Float32Array, Number), dims: y.dims, type: y.type };
  };
}

/** How far two lists of numbers are apart, relative to what they are; infinite where only one is finite. */
export function apart(own: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (own.length !== theirs.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < own.length; i++) {
    const [a, b] = [Number(own[i]), Number(theirs[i])];
    if (Object.is(a, b) || a === b) continue;
    const gap = Math.abs(a - b) / (1 + Math.abs(a));
    most = Math.max(most, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
  }
  return most;
}
