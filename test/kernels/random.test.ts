import { describe, expect, test } from "vitest";
import { fillPairs, fillRadii } from "../../src/kernels/numbers/boxMuller32.ts";
import { type MersenneTwister, mersenneTwister, random32 } from "../../src/kernels/numbers/mersenneTwister.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";

const wasm = wasmKernels() as Required<Pick<typeof reference, "uniform" | "normal">>;

/** Two twisters that have drawn `drawn` words each. */
function twins(drawn: number): [MersenneTwister, MersenneTwister] {
  const [a, b] = [mersenneTwister(5), mersenneTwister(5)];
  for (const twister of [a, b]) for (let i = 0; i < drawn; i++) random32(twister);
  return [a, b];
}

const starts = [0, 1, 2, 3, 5, 463, 620, 623, 624, 625, 1248];

describe.each([Float32Array, Float64Array])("uniform numbers in a %o", (Data) => {
  test.each([0, 1, 159, 160, 161, 162, 163, 312, 623, 624, 625, 627, 5000, 2 ** 15 + 5])(
    "%i of them are those of the plain loop, and leave the same state",
    (n) => {
      for (const start of starts) {
        const [ours, theirs] = twins(start);
        const [x, y] = [new Data(n), new Data(n)];
        wasm.uniform(x, ours);
        reference.uniform(y, theirs);
        expect(x).toEqual(y);
        expect(ours).toEqual(theirs);
      }
    },
  );
});

describe("normal numbers", () => {
  test.each([16, 17, 31, 32, 33, 47, 48, 63, 160, 624, 640, 641, 5003, 2 ** 15 - 1, 2 ** 15 + 16, 2 ** 16 + 7])(
    "%i of them are those of the plain loop, and leave the same state",
    (n) => {
      for (const start of starts) {
        const [ours, theirs] = twins(start);
        const [x, y] = [new Float32Array(n), new Float32Array(n)];
        wasm.normal(x, ours);
        reference.normal(y, theirs);
        expect(x).toEqual(y);
        expect(ours).toEqual(theirs);
      }
    },
  );

  test("fill no more than what they are given", () => {
    const whole = new Float32Array(100);
    wasm.normal(whole.subarray(10, 60), mersenneTwister(1));
    expect([...whole.subarray(0, 10), ...whole.subarray(60)].every((x) => x === 0)).toBe(true);
    expect(whole.subarray(10, 60).every((x) => x !== 0)).toBe(true);
  });

  /** Words that tempering turns into `y`: its steps undone, last first. */
  function untemper(y: number): number {
    let x = y ^ (y >>> 18);
    x ^= (x << 15) & 0xefc60000;
    let z = x;
    for (let i = 0; i < 4; i++) z = x ^ ((z << 7) & 0x9d2c5680);
    let w = z;
    for (let i = 0; i < 2; i++) w = z ^ (w >>> 11);
    return w >>> 0;
  }

  test("of a sample of all 2^24 radii and angles, with both ends, are those of the plain loop", () => {
    const [radii, draws, expected] = [new Float32Array(8), new Int32Array(16), new Float32Array(16)];
    const actual = new Float32Array(32);
    const wrong: number[] = [];
    for (let first = 0; first < 2 ** 24; first += 4099) {
      const words = new Uint32Array(624);
      for (let j = 0; j < 32; j++) {
        const draw = first === 0 && j % 3 === 1 ? 0xffffff - j : (first + j * 131) & 0xffffff;
        words[j + 1] = untemper(draw | (j << 24));
        draws[j % 16] = draw;
        if (j === 15) {
          fillRadii(radii, draws);
          fillPairs(expected, 0, radii, draws);
        }
      }
      wasm.normal(actual, { words, next: 1 });
      for (let j = 0; j < 16; j++) if (!Object.is(actual[j], expected[j])) wrong.push(first);
    }
    expect(wrong).toEqual([]);
  });
});
