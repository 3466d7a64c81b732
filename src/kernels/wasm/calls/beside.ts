import type { Beside, BesideRun } from "../../beside/beside.ts";
import type { Kernels } from "../../kernels.ts";
import type { Machine } from "../machine.ts";

/** Kernels that are not in the set, on the machine that the set has. */
export function besideOn(machine: Machine): Pick<Kernels, "beside"> {
  const made = new Map<unknown, BesideRun<never>>();
  return {
    beside(kernel, inputs, settings) {
      let run = made.get(kernel) as BesideRun<typeof settings> | undefined;
      if (run === undefined) {
        run = (kernel as Beside<typeof settings>).simd(machine);
        made.set(kernel, run);
      }
      return run(inputs, settings);
    },
  };
}
