import { describe, expect, test } from "vitest";
import { TensorError } from "../../src/base/errors.ts";
import { fillBernoulli, fillBernoulliFrom } from "../../src/random/bernoulli.ts";
import { fillExponential } from "../../src/random/exponential.ts";
import { Generator } from "../../src/random/generator.ts";
import { multinomial } from "../../src/random/multinomial.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillRandint } from "../../src/random/randint.ts";
import { fillRandperm } from "../../src/random/randperm.ts";
import { fillUniform } from "../../src/random/uniform.ts";

const seeded = () => new Generator().manualSeed(42);

/** How many words of 32 bits `draw` takes, of fewer than 624. */
function words(draw: (g: Generator) => void): number {
  const g = seeded();
  fillUniform(new Float32Array(1), 0, 1, g);
  draw(g);
  return new DataView(g.getState().buffer).getUint32(16, true) - 1;
}

test("the first numbers are those that PyTorch prints", () => {
  const g = seeded();
  const x = new Float32Array(4);
  fillUniform(x, 0, 1, g);
  expect([...x].map((v) => v.toFixed(4))).toEqual(["0.8823", "0.9150", "0.3829", "0.9593"]);
  fillNormal(x, 0, 1, new Generator().manualSeed(0));
  expect([...x].map((v) => v.toFixed(4))).toEqual(["1.5410", "-0.2934", "-2.1788", "0.5684"]);
  const order = new Int32Array(10);
  fillRandperm(order, new Generator().manualSeed(0));
  expect([...order]).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
});

test.each<[number, string, (g: Generator) => void]>([
  [5, "five uniform float32 numbers", (g) => fillUniform(new Float32Array(5), 0, 1, g)],
  [10, "five uniform float64 numbers", (g) => fillUniform(new Float64Array(5), 0, 1, g)],
  [12, "five normal numbers, of which a sixth is kept", (g) => fillNormal(new Float32Array(5), 0, 1, g)],
  [12, "six normal numbers in two calls", (g) => [2, 4].map((n) => fillNormal(new Float32Array(n), 0, 1, g))],
  [16, "16 normal float32 numbers", (g) => fillNormal(new Float32Array(16), 0, 1, g)],
  [33, "17 normal float32 numbers, the last 16 drawn again", (g) => fillNormal(new Float32Array(17), 0, 1, g)],
  [66, "17 normal float64 numbers", (g) => fillNormal(new Float64Array(17), 0, 1, g)],
  [6, "three exponential numbers", (g) => fillExponential(new Float32Array(3), 1, g)],
  [6, "three numbers that are one for certain", (g) => fillBernoulli(new Float32Array(3), 1, g)],
  [3, "three of float32 probabilities", (g) => fillBernoulliFrom(new Int32Array(3), new Float32Array(3), g)],
  [6, "three of float64 probabilities", (g) => fillBernoulliFrom(new Float32Array(3), new Float64Array(3), g)],
  [3, "three integers below 2^28", (g) => fillRandint(new Int32Array(3), 0, 2 ** 28 - 1, g)],
  [6, "three integers of a range of 2^28", (g) => fillRandint(new Int32Array(3), 0, 2 ** 28, g)],
  [3, "the same, as it was", (g) => fillRandint(new Float64Array(3), 0, 2 ** 28, g, { legacy: true })],
  [4, "an order of five", (g) => fillRandperm(new Int32Array(5), g)],
  [0, "nothing", (g) => fillNormal(new Float32Array(0), 0, 1, g)],
  [8, "one sample of two rows of two", (g) => multinomial(new Float32Array(4).fill(1), 2, 2, 1, true, g)],
  [4, "the same, as it was", (g) => multinomial(new Float32Array(4).fill(1), 2, 2, 1, true, g, "cdf")],
])("%i words make %s", (count, _, draw) => expect(words(draw)).toBe(count));

describe("errors", () => {
  const refused = (message: string, draw: (g: Generator) => void) => {
    const g = seeded();
    const before = g.getState();
    expect(() => draw(g)).toThrow(TensorError);
    expect(() => draw(g)).toThrow(message);
    expect(g.getState()).toEqual(before);
  };

  test.each([-0.1, 1.1, Number.NaN])("a probability of %s is refused, and nothing is drawn", (p) => {
    refused("expected probabilities in [0, 1]", (g) => {
      fillBernoulliFrom(new Float32Array(2), Float64Array.of(0.5, p), g);
    });
  });

  test.each([
    [[1, -1], "finite and not negative, got -1 for category 1"],
    [[Number.NaN, 1], "got NaN for category 0"],
    [[1, Number.POSITIVE_INFINITY], "got Infinity for category 1"],
    [[0, 0], "a positive sum, got a sum of 0"],
  ])("the distribution %j is refused, also in a later row", (p, message) => {
    for (const replacement of [true, false]) {
      refused(message, (g) => multinomial(Float32Array.from([1, 1, ...p]), 2, 2, 2, replacement, g));
    }
  });

  test("more samples than categories need replacement", () => {
    const p = new Float64Array(3).fill(1);
    refused("Sample with replacement to draw more.", (g) => multinomial(p, 1, 3, 4, false, g));
    refused("a positive integer, got 0", (g) => multinomial(p, 1, 3, 0, true, g));
    refused("got 1.5", (g) => multinomial(p, 1, 3, 1.5, false, g));
    expect(multinomial(p, 1, 3, 4, true, seeded())).toHaveLength(4);
  });

  test("an empty range of integers is refused, also where only float32 has no room for it", () => {
    refused("low to be less than high, got 5 and 5", (g) => fillRandint(new Int32Array(1), 5, 5, g));
    refused("low to be less than high", (g) => fillRandint(new Float32Array(1), 2 ** 25 - 1, 2 ** 25, g));
  });
});

test("samples without replacement are all different, and come from what is possible", () => {
  const p = Float32Array.of(0.1, 0, 0.2, 0.3, 0, 0.4);
  for (let seed = 0; seed < 50; seed++) {
    const samples = multinomial(p, 1, 6, 4, false, new Generator().manualSeed(seed));
    expect([...samples].sort()).toEqual([0, 2, 3, 5]);
  }
});

test("float32 exponentials are those of float64, rounded", () => {
  const [x, y] = [new Float32Array(50_000), new Float64Array(50_000)];
  fillExponential(x, 0.7, seeded());
  fillExponential(y, 0.7, seeded());
  expect(x).toEqual(Float32Array.from(y));
});
