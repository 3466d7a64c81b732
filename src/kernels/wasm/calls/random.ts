import type { Kernels } from "../../kernels.ts";
import type { MersenneTwister } from "../../numbers/mersenneTwister.ts";
import * as reference from "../../reference/random.ts";
import { chunk, type Machine } from "../machine.ts";

/** Below so many numbers they are drawn before the twister is copied into WebAssembly's memory. */
export const few = { uniform: 160, normal: 32 };

/** Random numbers, with the bits of the reference. */
export function randomOn(machine: Machine): Pick<Kernels, "uniform" | "normal"> {
  const { randomWords, uniformF32, uniformF64, normalF32 } = machine.run;
  const wordsOf = ({ words }: MersenneTwister) => new Int32Array(words.buffer, words.byteOffset, words.length);

  return {
    uniform(data, twister) {
      const n = data.length;
      if (n < few.uniform) {
        reference.uniform(data, twister);
        return;
      }
      const words = wordsOf(twister);
      const single = data instanceof Float32Array;
      const [perNumber, kernel] = single ? [1, uniformF32] : [2, uniformF64];
      machine.begin();
      const state = machine.put(words);
      const to = machine.room(Math.min(n, chunk) * data.BYTES_PER_ELEMENT);
      for (let start = 0; start < n; start += chunk) {
        const part = data.subarray(start, start + chunk);
        twister.next = randomWords(state, twister.next, to, perNumber * part.length);
        kernel(to, part.length);
        machine.get(to, part);
      }
      machine.get(state, words);
    },

    normal(data, twister) {
      const n = data.length;
      if (n < few.normal) {
        reference.normal(data, twister);
        return;
      }
      const words = wordsOf(twister);
      machine.begin();
      const state = machine.put(words);
      const to = machine.room(4 * Math.min(n, chunk));
      const fill = (part: Float32Array) => {
        twister.next = randomWords(state, twister.next, to, part.length);
        normalF32(to, part.length);
        machine.get(to, part);
      };
      const rest = n % 16;
      const whole = n - rest;
      for (let start = 0; start < whole; start += chunk) fill(data.subarray(start, Math.min(start + chunk, whole)));
      if (rest > 0) {
        twister.next = randomWords(state, twister.next, to, rest);
        fill(data.subarray(n - 16));
      }
      machine.get(state, words);
    },
  };
}
