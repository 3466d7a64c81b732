import { covariateShiftBars, interferenceHeatMap, updateRatioCurves, updateRatioDots } from "evenkeel/plot";
import { expect, test } from "vitest";
import * as small from "./small.ts";
import { expectDrawn, valuesIn } from "./valid.ts";

test("bars are the shift of each layer, by name, or by number where names differ", async () => {
  const shift = small.shift();
  const values = valuesIn(covariateShiftBars(shift));
  expect(values).toEqual(
    shift.layers.map(({ l2, relative, cosine }, i) => ({ name: "", layer: `${i + 1}`, l2, relative, cosine })),
  );
  const own = { ...shift, options: { ...shift.options, groups: { 0: [], 1: [], 3: [] } } };
  expect(valuesIn(covariateShiftBars(own)).map(({ layer }) => layer)).toEqual(shift.layers.map(({ name }) => name));
  const renamed = { ...shift, layers: shift.layers.map((layer) => ({ ...layer, name: `other ${layer.name}` })) };
  const both = covariateShiftBars({ a: shift, b: renamed });
  await expectDrawn(both);
  expect(valuesIn(both).map(({ layer }) => layer)).toEqual(["1", "1", "2", "2", "3", "3"]);
  const shorter = covariateShiftBars({ a: shift, b: { ...shift, layers: shift.layers.slice(0, 1) } });
  await expectDrawn(shorter);
  expect(valuesIn(shorter).length).toBe(4);
});

test("hundreds of layers are thinned, and a shift that is not known is a gap", async () => {
  const shift = small.shift();
  const layers = Array.from({ length: 200 }, (_, i) => ({ ...shift.layers[1], name: `l${i}`, relative: null }));
  const plot = covariateShiftBars({ ...shift, layers });
  await expectDrawn(plot);
  expect(plot.title.subtitle.slice(1)).toEqual([
    "24 of 200 layers are shown.",
    "Where the gradient before is 0, there is no relative shift.",
  ]);
  expect(() => covariateShiftBars({ ...shift, layers: [] })).toThrow(/one layer or more/);
});

test("a heat map has the change of each row's layer by each column's, exact or linearised", async () => {
  const interference = small.interference();
  const { layers, exact, linearised } = interference;
  for (const [of, matrix] of Object.entries({ exact, linearised })) {
    const plot = interferenceHeatMap(interference, { of: of as "exact" });
    await expectDrawn(plot);
    expect(valuesIn(plot).map(({ change }) => change)).toEqual(matrix.flat());
    expect(valuesIn(plot)[1]).toMatchObject({ disturbed: "1", moves: "2" });
  }
  const own = { ...interference, options: { ...interference.options, groups: { 0: [], 1: [], 3: [] } } };
  expect(valuesIn(interferenceHeatMap(own))[1]).toMatchObject({ disturbed: layers[0], moves: layers[1] });
  expect(() => interferenceHeatMap(interference, { of: "both" as "exact" })).toThrow(/"exact" or "linearised"/);
  expect(() => interferenceHeatMap({ ...interference, layers: [] })).toThrow(/one layer or more/);
});

test("a heat map of many layers is thinned and without numbers, and gaps are counted", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `layer ${i}`);
  const exact = names.map((_, i) => names.map((_, j) => (i === j ? Number.NaN : i + j)));
  const plot = interferenceHeatMap({ ...small.interference(), layers: names, exact, linearised: exact });
  await expectDrawn(plot);
  expect(JSON.stringify(plot)).not.toContain('"type":"text"');
  const unknown = exact.map((row) => row.map(() => Number.NaN));
  expect(() => interferenceHeatMap({ ...small.interference(), layers: names, exact: unknown })).toThrow(
    /finite change/,
  );
  expect(plot.title.subtitle.slice(1)).toEqual(["24 of 100 layers are shown.", "24 values are not finite: gaps."]);
});

test("update ratios are points beside a guide at −3, of all parameters in their order", async () => {
  const report = small.ratios();
  const plot = updateRatioDots(report);
  expect(valuesIn(plot).map(({ log10 }) => log10)).toEqual(report.parameters.map(({ log10 }) => log10));
  expect(plot.title.subtitle[0]).toBe("Dashed: −3, where it is usually best.");
  const [first, second] = report.parameters;
  const other = { ...report, parameters: [first, { ...second, parameter: "between", log10: null }, second] };
  const both = updateRatioDots({ a: report, b: other });
  const svg = await expectDrawn(both);
  expect(svg.indexOf(">between<")).toBeLessThan(svg.indexOf(`>${second.parameter}<`));
  expect(both.title.subtitle).toContain("1 parameter has no ratio above 0, and no dot.");
  const parameters = Array.from({ length: 300 }, (_, i) => ({ ...first, parameter: `p${i}` }));
  expect(updateRatioDots({ ...report, parameters }).title.subtitle).toContain("24 of 300 parameters are shown.");
  expect(() => updateRatioDots({ ...report, parameters: [] })).toThrow(/one parameter or more/);
});

test("curves of update ratios have the values recorded, and need that probe", async () => {
  const run = small.comparison();
  const plot = updateRatioCurves(run);
  const recorded = run.summary.filter(({ metric }) => metric === "update ratio");
  expect(valuesIn(plot).map(({ value }) => value)).toEqual(expect.arrayContaining(recorded.map(({ mean }) => mean)));
  expect(new Set(valuesIn(plot).map(({ name }) => name))).toEqual(new Set(["layer 1", "layer 2", "layer 3"]));
  expect(plot.title.subtitle[1]).toBe("Layers are counted: all modules with parameters, batch norm too.");
  const called = { ...run, summary: recorded.map((row) => ({ ...row, layer: `net.${row.layer}` })) };
  expect(new Set(valuesIn(updateRatioCurves(called)).map(({ name }) => name))).toEqual(
    new Set(recorded.map(({ layer }) => `net.${layer}`)),
  );
  expect(updateRatioCurves(called).title.subtitle.join()).not.toContain("counted");
  const without = { ...run, summary: run.summary.filter(({ metric }) => metric !== "update ratio") };
  expect(() => updateRatioCurves(without)).toThrow(/a metric among loss, got "update ratio"/);
});
