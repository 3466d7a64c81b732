import { Generator, nn, randn } from "evenkeel";
import { activationReport, gradientReport } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { spread } from "../../../src/analysis/numbers/spread.ts";
import { finiteOf, statistics } from "../../../src/analysis/numbers/statistics.ts";

/** Numbers of all magnitudes and either sign, many of them equal, with zeros of either sign. */
function mixed(size: number): Float32Array {
  const generator = new Generator().manualSeed(size);
  const [value, scale] = [randn([size], { generator }).data, randn([size], { generator }).data];
  return Float32Array.from(value, (x, i) => {
    if (i % 7 === 0) return i % 2 === 0 ? 0 : -0;
    return i % 5 === 0 ? Math.round(x) : x * 10 ** (15 * scale[i]);
  });
}

/** Percentiles and counts as they are defined: from all numbers in order, and from the edges. */
function plainSpread(values: Float32Array | Float64Array, percents: readonly number[], edges: readonly number[]) {
  const order = values.slice().sort();
  const counts = new Array<number>(edges.length - 1).fill(0);
  const width = (order[order.length - 1] - order[0]) / counts.length;
  for (const value of order) {
    const bin = width === 0 ? Math.floor(counts.length / 2) : Math.floor((value - order[0]) / width);
    counts[Math.min(counts.length - 1, bin)]++;
  }
  const percentiles = percents.map((percent) => {
    const place = (percent / 100) * (order.length - 1);
    const [below, above] = [order[Math.floor(place)], order[Math.ceil(place)]];
    return { percent, value: below + (above - below) * (place - Math.floor(place)) + 0 };
  });
  return { min: order[0] + 0, max: order[order.length - 1] + 0, percentiles, counts };
}

const percents = [0, 1, 5, 25, 33.3, 50, 75, 95, 99, 100];

test.each([
  ["of all magnitudes", (size: number) => mixed(size)],
  ["of all magnitudes, in float64", (size: number) => Float64Array.from(mixed(size), (x, i) => x * (1 + i * 1e-12))],
  [
    "of a normal distribution",
    (size: number) => randn([size], { generator: new Generator().manualSeed(1) }).data as Float32Array,
  ],
  ["most of them equal", (size: number) => Float32Array.from({ length: size }, (_, i) => (i % 50 === 0 ? i : 3))],
  ["each half of the one before", (size: number) => Float64Array.from({ length: size }, (_, i) => 2 ** -(i % 1000))],
  ["whole, on the edges of bins", (size: number) => Float32Array.from({ length: size }, (_, i) => (i * 7) % 51)],
])("percentiles and histograms are those of all numbers in order: %s", (_, make) => {
  for (const size of [1, 2, 31, 33, 1024, 5000]) {
    const values = finiteOf(make(size));
    const before = values.slice();
    for (const bins of [1, 7, 50, 3000]) {
      const { histogram, ...found } = spread(values, percents, bins);
      const { counts, ...wanted } = plainSpread(values, percents, histogram.edges);
      expect(found).toEqual(wanted);
      expect(histogram.counts).toEqual(counts);
    }
    expect(values).toEqual(before);
  }
});

test("numbers whose range is more than a number can be, and less than can be divided, have a spread", () => {
  const wide = spread(Float64Array.of(-1.7e308, 0, 1.7e308), [0, 25, 50, 100], 2);
  expect(wide.percentiles.map(({ value }) => value)).toEqual([-1.7e308, -0.85e308, 0, 1.7e308]);
  expect(wide.histogram).toEqual({ edges: [-1.7e308, 0, 1.7e308], counts: [1, 2] });
  const narrow = spread(Float64Array.of(0, 5e-324), [0, 100], 50);
  expect(narrow.percentiles.map(({ value }) => value)).toEqual([0, 5e-324]);
  expect(narrow.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
});

test("a single number, also one that is many times there, has a spread", () => {
  expect(statistics(Float32Array.of(3, 3, 3), { percentiles: [50], bins: 2 })).toEqual({
    count: 3,
    nonFinite: 0,
    mean: 3,
    std: 0,
    min: 3,
    max: 3,
    percentiles: [{ percent: 50, value: 3 }],
    histogram: { edges: [2.5, 3, 3.5], counts: [0, 3] },
  });
});

test("those that are not finite are left out, and the others stay in order", () => {
  const values = Float64Array.of(3, Number.NaN, -1, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY);
  expect(finiteOf(values)).toEqual(Float64Array.of(3, -1, 2));
  expect(values[1]).toBeNaN();
});

test("reports of many numbers have the same statistics as those in float64", () => {
  const generator = new Generator().manualSeed(2);
  const model = new nn.Sequential(
    new nn.Linear(8, 40, { generator }),
    new nn.Tanh(),
    new nn.Linear(40, 40, { generator }),
  );
  const x = randn([64, 8], { generator });
  const reports = (inputs: typeof x) => [
    ...activationReport(model, inputs, { modules: ["0", "1"] }).layers,
    ...gradientReport(model, () => model.forward(inputs).square().mean()).activations,
  ];
  const single = reports(x);
  model.to("float64");
  const double = reports(x.to("float64"));
  single.forEach((layer, i) => {
    expect(layer.count).toBe(2560);
    expect(layer.std).toBeCloseTo(double[i].std as number, 5);
    layer.percentiles.forEach(({ value }, p) => expect(value).toBeCloseTo(double[i].percentiles[p].value, 5));
    expect(layer.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(2560);
  });
});
