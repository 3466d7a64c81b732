import { isFloat } from "../../base/dtype.ts";
import { few, part } from "../wasm/calls/optimizer.ts";
import { chunk } from "../wasm/machine.ts";
import type { Beside } from "./beside.ts";
import { moduleOn } from "./module.ts";

/** `y = x + scale·direction`, each number rounded once: its inputs `y`, which it writes into and gives back, `x` and `direction`. */
export const onLine: Beside<{ readonly scale: number }> = {
  name: "onLine",

  plain([y, { data: x }, { data: direction }], { scale }) {
    for (let i = 0; i < x.length; i++) y.data[i] = x[i] + scale * direction[i];
    return y;
  },

  simd(machine) {
    const { onLineF32, onLineF64 } = moduleOn(machine);
    return (inputs, settings) => {
      const [y, x, direction] = inputs;
      const n = x.data.length;
      const isOne = x.dtype === y.dtype && direction.dtype === y.dtype;
      if (n < few || !isOne || !isFloat(y.dtype)) return onLine.plain(inputs, settings);
      const kernel = y.dtype === "float32" ? onLineF32 : onLineF64;
      for (let start = 0; start < n; start += chunk) {
        const result = part(y, start);
        machine.begin();
        const from = machine.at(part(x, start));
        const along = machine.at(part(direction, start));
        const to = machine.roomOver(from, result);
        kernel(to, from, along, result.length, settings.scale);
        machine.get(to, result);
      }
      return y;
    };
  },
};
