import { type Listener, shared } from "../../base/shared.ts";
import type { NDArray } from "../../kernels/array.ts";
import type { Convolution } from "../../kernels/beside/convolution.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { productSizes } from "../../kernels/reference/matmul.ts";

/** Runs `fn`, and tells of the multiply-adds of each product of matrices and each convolution, whoever asks for it. */
export function countingMultiplyAdds<T>(tell: (multiplyAdds: number) => void, fn: () => T): T {
  const state = shared();
  const outer = state.listener;
  state.listener = countingFor(outer, tell);
  try {
    return fn();
  } finally {
    state.listener = outer;
  }
}

/** Hears of kernels before whoever listened already, who goes on doing so. */
function countingFor(outer: Listener | null, tell: (multiplyAdds: number) => void): Listener {
  const stands = new WeakMap<object, object>();
  const countingSet = <Set extends object>(own: Set): Set => {
    const set = own as unknown as Kernels;
    const counted: Pick<Kernels, "matmul" | "beside"> = {
      matmul(a, b, transposeA, transposeB) {
        const { batch, m, k, n } = productSizes(a, b, transposeA, transposeB);
        tell(batch * m * k * n);
        return set.matmul(a, b, transposeA, transposeB);
      },
      beside(kernel, inputs, settings) {
        tell(ofConvolution(kernel.name, inputs, settings));
        return set.beside(kernel, inputs, settings);
      },
    };
    return { ...own, ...counted };
  };
  return {
    kernels(own) {
      const known = stands.get(own) ?? countingSet(own);
      stands.set(own, known);
      return (outer?.kernels(known) ?? known) as typeof own;
    },
    reads: (x, how) => outer?.reads(x, how),
    overwritten: (x, y) => outer?.overwritten(x, y),
    draws: (how) => outer?.draws(how),
  };
}

/** Those of a convolution, or of one of its gradients, for each example and place as many as the weight has elements; else none. */
function ofConvolution(name: string, [a, b]: readonly NDArray[], settings: object): number {
  if (!/^convolution(Input|Weight)?$/.test(name)) return 0;
  const { groups, kernel, places } = settings as Convolution;
  const elements =
    name === "convolutionWeight" ? (a.shape[1] * b.shape[1] * kernel[0] * kernel[1]) / groups : b.data.length;
  return a.shape[0] * places[0] * places[1] * elements;
}
