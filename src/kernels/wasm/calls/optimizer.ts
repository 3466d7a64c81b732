import type { NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import { rounded } from "../../numbers/optimizerSettings.ts";
import * as reference from "../../reference/optimizer.ts";
import { chunk, type Machine } from "../machine.ts";

/** Below so many elements a step is done before the arrays are copied into WebAssembly's memory. */
export const few = 96;

/** Steps of gradient descent on float32 and float64, with the bits of the reference. */
export function optimizerOn(machine: Machine): Pick<Kernels, "sgd"> {
  const sgd = machine.twin("sgd");

  return {
    sgd(p, g, buffer, isFirst, settings) {
      const n = p.data.length;
      if (n < few) {
        reference.sgd(p, g, buffer, isFirst, settings);
        return;
      }
      const single = p.dtype === "float32";
      const kernel = sgd(p.dtype);
      const lr = rounded(settings.lr, single);
      const momentum = rounded(settings.momentum, single);
      const inflow = rounded(1 - settings.dampening, single);
      const decay = rounded(settings.weightDecay, single);
      const { nesterov, maximize } = settings;
      for (let start = 0; start < n; start += chunk) {
        const values = part(p, start);
        const slopes = part(g, start);
        const kept = buffer === null ? null : part(buffer, start);
        machine.begin();
        const at = machine.at(values);
        const slope = machine.at(slopes);
        const b = kept === null ? 0 : isFirst ? machine.room(kept.byteLength) : machine.put(kept);
        const [first, ahead, up] = [Number(isFirst), Number(nesterov), Number(maximize)];
        kernel(at, slope, b, values.length, lr, momentum, inflow, decay, first, ahead, up);
        machine.get(at, values);
        if (kept !== null) machine.get(b, kept);
      }
    },
  };
}

/** The elements that are done in one go, from `start` on. */
export function part({ data }: NDArray, start: number): NDArray["data"] {
  return data.length <= chunk ? data : data.subarray(start, start + chunk);
}
