import { tensor } from "evenkeel";
import { explainBatchNormInitialisation } from "evenkeel/analysis";
import { gradientProjection, rateScaleMap, theoremTerms } from "evenkeel/plot";
import { expect, test } from "vitest";
import * as small from "./small.ts";
import { expectDrawn, valuesIn } from "./valid.ts";

const { gradient, curvature, minimax, initialisation } = small.theorems();

test.each(Object.entries(small.theorems()))("the parts of %s add up to what was measured", async (name, result) => {
  const plot = theoremTerms(result);
  await expectDrawn(plot);
  const values = valuesIn(plot);
  for (let unit = 0; unit < result.units.length; unit++) {
    const parts = values
      .filter((row) => row.unit === String(unit) && row.part !== undefined)
      .map(({ value }) => Number(value));
    const [measured, compared] = values
      .filter((row) => row.unit === String(unit) && row.point !== undefined)
      .map(({ value }) => Number(value));
    const sum = parts.reduce((a, b) => a + b, 0);
    if (name === "curvature") expect(sum).toBeCloseTo(measured, 10);
    else expect(parts[0]).toBeCloseTo(measured, 10);
    if (name === "gradient") expect(sum).toBeCloseTo(1, 12);
    if (name === "minimax")
      expect(sum).toBeCloseTo(compared * (minimax.units[unit].gamma / minimax.units[unit].sigma) ** 2, 10);
    if (name === "initialisation") expect(sum).toBeCloseTo(initialisation.units[unit].distanceSquared, 10);
  }
});

test("shares end at 1, where rounding has their sum end a little behind it too", async () => {
  const [unit] = gradient.units;
  const long = { ...unit, kept: 0.75, xhatShare: 0.25, meanShare: 2 ** -52, measured: unit.rescaled * 0.75 };
  const plot = theoremTerms({ ...gradient, units: [long] });
  const svg = await expectDrawn(plot);
  const end = svg.match(/<text[^>]*translate\(([\d.]+),[^>]*>1<\/text>/)?.[1];
  expect(Number(end)).toBe(420); // all of the width
});

test("titles say which theorem it is, and where the lemma says nothing", () => {
  expect(
    [gradient, curvature, minimax, initialisation].map((result) => theoremTerms(result).title.text.split(":")[0]),
  ).toEqual(["Theorem 4.1", "Theorem 4.2", "Theorem 4.4", "Lemma 4.5"]);
  const opposite = explainBatchNormInitialisation(
    tensor([
      [1, 0],
      [-1, 0],
    ]),
    tensor([
      [1, 0],
      [1, 0],
    ]),
  );
  expect(theoremTerms(opposite).title.subtitle).toContain("For 1 of 2 units k ≤ 0, where the lemma says nothing.");
});

test("a unit without a gradient is a gap, thousands of units are thinned, and none is refused", async () => {
  const [unit] = gradient.units;
  const zero = theoremTerms({ ...gradient, units: [{ ...unit, rescaled: 0, measured: 0 }] });
  await expectDrawn(zero);
  expect(zero.title.subtitle).toContain("1 value is not finite: a gap.");
  const many = theoremTerms({ ...gradient, units: Array.from({ length: 4000 }, (_, i) => ({ ...unit, unit: i })) });
  await expectDrawn(many);
  expect(many.title.subtitle).toContain("24 of 4000 units are shown.");
  expect(() => theoremTerms({ ...gradient, units: [] })).toThrow(/one unit or more/);
  expect(() => theoremTerms({ ...gradient, kind: "lineProbe" as never })).toThrow(/explainBatchNorm/);
});

test.each(Object.entries(small.theorems()))("units of %s that lack a number, or are none, are refused", (_, result) => {
  const refused = (units: unknown) => expect(() => theoremTerms({ ...result, units } as never));
  for (const units of [{ length: 1 }, "units", [null], [3], [{ unit: 0 }], [...result.units, {}]]) {
    refused(units).toThrow(/^theoremTerms: expected a result of one of the explainBatchNorm functions/);
  }
  const [whole] = result.units;
  const drawn = (unit: unknown) => valuesIn(theoremTerms({ ...result, units: [unit] } as never));
  for (const name of Object.keys(whole)) {
    const { [name]: _, ...rest } = whole as unknown as Record<string, unknown>;
    if (isTaken(rest)) expect(drawn(rest), name).toEqual(drawn(whole));
  }
  function isTaken(unit: unknown): boolean {
    try {
      drawn(unit);
      return true;
    } catch (error) {
      expect(String(error)).toMatch(/expected a result of one of the explainBatchNorm functions/);
      return false;
    }
  }
});

test("a map has a cell for each pair, a cross for each that diverged, and a limit of colours", async () => {
  const cells = small.cells();
  const plot = rateScaleMap(cells, { mostLoss: 5 });
  await expectDrawn(plot);
  expect(valuesIn(plot)).toEqual(cells.map(({ variant: panel, ...rest }) => ({ panel, ...rest })));
  expect(plot.title.subtitle).toEqual(["×: diverged, as 2 of 8 did.", "Losses of 5 and more have one colour."]);
  await expectDrawn(rateScaleMap([{ lr: 1, scale: 1, loss: Number.NaN }]));
  await expectDrawn(rateScaleMap([{ lr: 1, scale: 1, loss: 2 }]));
});

test("a map refuses anything but rates and scales, and pairs given twice", () => {
  const cell = { lr: 1, scale: 1, loss: 2 };
  expect(() => rateScaleMap([])).toThrow(/one or more/);
  expect(() => rateScaleMap([cell, cell])).toThrow(/each pair once/);
  expect(() => rateScaleMap([{ ...cell, lr: 0 }])).toThrow(/above 0/);
  expect(() => rateScaleMap([{ ...cell, scale: Number.NaN }])).toThrow(/above 0/);
  expect(() => rateScaleMap([{ ...cell, loss: "2" as unknown as number }])).toThrow(/above 0/);
  expect(() => rateScaleMap([cell], { mostLoss: Number.NaN })).toThrow(/a finite number as mostLoss/);
});

test("a gradient in space is the sum of its projections and of what is left, which are as long as the theorem says", async () => {
  const { units } = gradient;
  const plot = gradientProjection(gradient, { units: units.map(({ unit }) => unit) });
  await expectDrawn(plot);
  const { concat } = plot as unknown as { concat: { title: { text: string[] }; layer: unknown[] }[] };
  for (const [i, { kept, xhatShare, meanShare, cosine }] of units.entries()) {
    const tip = (begin: string) => {
      const found = valuesIn(concat[i]).find(({ order, name }) => order === 1 && String(name).startsWith(begin));
      return [Number(found?.u), Number(found?.v)];
    };
    const [whole, left, x, ones] = ["γ/σ·g", "dL/dy", "taken out along x̂", "taken out along 1"].map(tip);
    for (const at of [0, 1]) expect(whole[at]).toBeCloseTo(left[at] + x[at] + ones[at], 12);
    expect(left[0]).toBeCloseTo(0, 12);
    expect(left[1]).toBeCloseTo(Math.sqrt(kept), 12);
    expect(x[0] / 0.95).toBeCloseTo(Math.sqrt(xhatShare), 12);
    expect(ones[0] / 0.3).toBeCloseTo(Math.sqrt(meanShare), 12);
    const [, turned] = /turned by (\d+)°/.exec(concat[i].title.text[1]) ?? [];
    expect(Math.cos((Number(turned) * Math.PI) / 180)).toBeCloseTo(cosine, 1);
  }
});

test("without names of units those of least, of half and of most that is kept are shown", () => {
  const kept = [0.5, 0.2, 0.9, 0.7, 0.1];
  const many = { ...gradient, units: kept.map((share, unit) => ({ ...gradient.units[0], unit, kept: share })) };
  const shown = (result: typeof gradient) =>
    (gradientProjection(result) as unknown as { concat: { title: { text: string[] } }[] }).concat.map(
      ({ title }) => title.text[0],
    );
  expect(shown(many)).toEqual(["unit 4", "unit 0", "unit 2"]);
  expect(shown({ ...many, units: many.units.slice(0, 2) })).toEqual(["unit 1", "unit 0"]);
  expect(shown({ ...many, units: many.units.slice(0, 1) })).toEqual(["unit 0"]);
  expect(() => gradientProjection(gradient, { units: [99] })).toThrow(/expected units of the \d+ there are, got 99/);
  expect(() => gradientProjection(gradient, { units: [] })).toThrow(/as units/);
  expect(() => gradientProjection(curvature as never)).toThrow(/a result of explainBatchNormGradient/);
});
