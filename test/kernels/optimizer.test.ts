import { Generator, randn } from "evenkeel";
import { describe, expect, test } from "vitest";
import { NDArray } from "../../src/kernels/array.ts";
import { type AdamSettings, adamOf } from "../../src/kernels/beside/adam.ts";
import type { SGDSettings } from "../../src/kernels/numbers/optimizerSettings.ts";
import { wholePower } from "../../src/kernels/numbers/wholePower.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";

const wasm = wasmKernels() as Required<Pick<typeof reference, "sgd" | "beside">>;
const floats = ["float32", "float64"] as const;
const generator = new Generator().manualSeed(3);
const sizes = [0, 1, 95, 96, 97, 98, 99, 100, 2 ** 15 + 3];
const steps = 3;

/** Normal numbers, among them every value that is no ordinary one. */
function draw(n: number, dtype: (typeof floats)[number]): NDArray {
  const { data } = randn([n], { dtype, generator }).array;
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-42, -1e-42, 1e-310, 1e38];
  if (n > 0) for (const [i, value] of special.entries()) data[(i * 37 + 5) % n] = value;
  return new NDArray(data, [n], dtype);
}

const copy = (x: NDArray) => new NDArray(x.data.slice(), x.shape, x.dtype);
const zeros = (n: number, dtype: (typeof floats)[number]) =>
  new NDArray(dtype === "float32" ? new Float32Array(n) : new Float64Array(n), [n], dtype);

/** The same bits, but for NaN, of which any is as good. */
function expectSame(actual: readonly NDArray[], expected: readonly NDArray[]): void {
  for (const [i, { data }] of expected.entries()) {
    const at = data.findIndex((x: number, j: number) => !Object.is(x, actual[i].data[j]));
    expect(at, `array ${i}, element ${at}: expected ${data[at]}, got ${actual[i].data[at]}`).toBe(-1);
  }
}

const plain: SGDSettings = {
  lr: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

describe.each(floats)("a step of gradient descent in %s has the bits of the plain loop", (dtype) => {
  test.each<Partial<SGDSettings>>([
    {},
    { maximize: true },
    { weightDecay: 0.01 },
    { weightDecay: 0.01, maximize: true },
    { momentum: 0.9 },
    { momentum: 0.9, maximize: true },
    { momentum: 0.9, dampening: 0.3, weightDecay: 0.1 },
    { momentum: 0.9, nesterov: true },
    { momentum: 0.7, nesterov: true, weightDecay: 1e-3, maximize: true },
    { lr: Number.POSITIVE_INFINITY },
    { lr: 1e-30, weightDecay: 1e30 },
  ])("with %j", (options) => {
    const settings = { ...plain, ...options };
    for (const n of sizes) {
      const start = draw(n, dtype);
      const buffer = settings.momentum === 0 ? null : zeros(n, dtype);
      const [ours, theirs] = [0, 1].map(() => ({ p: copy(start), b: buffer && copy(buffer) }));
      for (let step = 0; step < steps; step++) {
        const g = draw(n, dtype);
        wasm.sgd(ours.p, g, ours.b, step === 0, settings);
        reference.sgd(theirs.p, g, theirs.b, step === 0, settings);
      }
      expectSame([ours.p, ours.b ?? start], [theirs.p, theirs.b ?? start]);
    }
  });
});

const usual: AdamSettings = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
  decoupled: false,
};

describe.each(floats)("a step of Adam in %s has the bits of the plain loop", (dtype) => {
  test.each<[boolean, Partial<AdamSettings>]>([
    [false, {}],
    [true, {}],
    [false, { maximize: true, weightDecay: 0.1 }],
    [true, { maximize: true, decoupled: true, weightDecay: 0.1 }],
    [false, { betas: [0.3, 0.5] }],
    [true, { betas: [0, 0], eps: 0 }],
    [false, { lr: 10, eps: 1e-3, weightDecay: 1e-2, decoupled: true }],
  ])("with amsgrad %s and %j", (amsgrad, options) => {
    const settings = { ...usual, ...options };
    for (const n of sizes) {
      const start = draw(n, dtype);
      const [ours, theirs] = [0, 1].map(() => ({
        p: copy(start),
        m: zeros(n, dtype),
        v: zeros(n, dtype),
        most: amsgrad ? zeros(n, dtype) : null,
        step: zeros(1, "float32"),
      }));
      for (let step = 0; step < steps; step++) {
        const g = draw(n, dtype);
        for (const [k, { p, m, v, most, step: taken }] of [
          [wasm, ours],
          [reference, theirs],
        ] as const) {
          k.beside(adamOf, [p, g, m, v, taken, ...(most === null ? [] : [most])], settings);
        }
      }
      expect([ours.step.data[0], theirs.step.data[0]]).toEqual([steps, steps]);
      const arrays = ({ p, m, v, most }: typeof ours) => [p, m, v, ...(most === null ? [] : [most])];
      expectSame(arrays(ours), arrays(theirs));
    }
  });
});

describe("a whole power", () => {
  /** `xⁿ` in integers, rounded once; the result is to be a normal number. */
  function exact(x: number, n: number): number {
    const scale = 2n ** 53n;
    const mantissa = BigInt(Math.round(x * 2 ** 53)); // x is in [½, 1)
    let [y, places] = [mantissa ** BigInt(n), 53n * BigInt(n)];
    while (y >= scale * 2n ** 64n) {
      y = (y >> 32n) | (y & 0xffffffffn ? 1n : 0n);
      places -= 32n;
    }
    return Number(y) * 2 ** -Number(places / 2n) * 2 ** -Number(places - places / 2n);
  }

  test.each([0.9, 0.999, 0.5, 0.95, 0.7, 1 - 2 ** -30])("of %d is rounded once", (x) => {
    for (const n of [1, 2, 3, 7, 10, 100, 333, 1000]) expect(wholePower(x, n)).toBe(exact(x, n));
  });

  test("is close to the engine's, whose last bits are its own", () => {
    for (let n = 0; n < 5000; n += 7) {
      for (const x of [0.9, 0.999, 0.1, 1.5, -0.3, -1]) {
        const y = x ** n;
        if (!Number.isFinite(y)) expect(wholePower(x, n)).toBe(y);
        else if (Math.abs(y) > 1e-280) expect(wholePower(x, n) / y).toBeCloseTo(1, 13);
      }
    }
  });

  test.each([
    [0, 0, 1],
    [0, 3, 0],
    [-0.5, 3, -0.125],
    [2, 1023, 2 ** 1023],
    [2, 1024, Number.POSITIVE_INFINITY],
    [0.5, 1074, 2 ** -1074],
    [0.9, 2 ** 24, 0],
    [Number.POSITIVE_INFINITY, 2, Number.POSITIVE_INFINITY],
  ])("of %d to the %d is %d", (x, n, y) => {
    expect(wholePower(x, n)).toBe(y);
  });
});
