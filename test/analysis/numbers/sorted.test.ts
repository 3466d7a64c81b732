import { Generator, nn, randn } from "evenkeel";
import { activationReport, gradientReport } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { sorted } from "../../../src/analysis/numbers/sorted.ts";
import { finiteOf } from "../../../src/analysis/numbers/statistics.ts";

/** Numbers of all magnitudes and either sign, many of them equal, with zeros of either sign. */
function mixed(size: number): Float32Array {
  const generator = new Generator().manualSeed(size);
  const [value, scale] = [randn([size], { generator }).data, randn([size], { generator }).data];
  return Float32Array.from(value, (x, i) => {
    if (i % 7 === 0) return i % 2 === 0 ? 0 : -0;
    return i % 5 === 0 ? Math.round(x) : x * 10 ** (15 * scale[i]);
  });
}

test("numbers are in the order that comparing gives, bit for bit", () => {
  for (const size of [0, 1, 2, 1023, 1024, 1025, 5000]) {
    const values = finiteOf(mixed(size));
    const wanted = Float32Array.from(values).sort();
    const found = sorted(Float32Array.from(values));
    expect(new Uint8Array(found.buffer)).toEqual(new Uint8Array(wanted.buffer));
    const part = new Float32Array(size + 3).fill(7);
    part.set(values, 1);
    sorted(part.subarray(1, 1 + values.length));
    expect(part.subarray(1, 1 + values.length)).toEqual(wanted);
    expect([part[0], part[values.length + 1]]).toEqual([7, 7]);
  }
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
