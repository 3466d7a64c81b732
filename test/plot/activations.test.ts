import { nn, randn } from "evenkeel";
import { ActivationDrift, activationReport, deadUnits } from "evenkeel/analysis";
import {
  activationHistograms,
  activationRidges,
  deadUnitTimeline,
  gradientHistograms,
  percentileBands,
  saturationBitmap,
} from "evenkeel/plot";
import { expect, test } from "vitest";
import * as small from "./small.ts";
import { expectDrawn, valuesIn } from "./valid.ts";

test("a histogram's ridge is as high as its counts, over the middles of its bins", () => {
  const report = small.activations();
  const [{ histogram }] = report.layers;
  if (histogram === null) throw new Error("no histogram");
  const values = valuesIn(activationHistograms(report)).filter(({ row }) => row === 0);
  const inner = values.slice(1, -1);
  const most = Math.max(...histogram.counts);
  expect(inner.map(({ x }) => x)).toEqual(
    histogram.counts.map((_, i) => (histogram.edges[i] + histogram.edges[i + 1]) / 2),
  );
  for (const [i, { top, base }] of inner.entries()) {
    expect(Number(top) - Number(base)).toBeCloseTo((1.25 * histogram.counts[i]) / most, 12);
  }
});

test("hundreds of layers are thinned, and layers without a finite value have no ridge", async () => {
  const report = small.activations();
  const [layer] = report.layers;
  const layers = Array.from({ length: 300 }, (_, i) => ({ ...layer, layer: `layer ${i}` }));
  const many = activationHistograms({ ...report, layers });
  await expectDrawn(many);
  expect(many.title.subtitle).toContain("12 of 300 layers are shown.");
  const broken = [layer, { ...layer, layer: "broken", histogram: null, nonFinite: 7 }];
  const plot = activationHistograms({ ...report, layers: broken });
  await expectDrawn(plot);
  expect(plot.title.subtitle).toContain("7 values are not finite: gaps.");
  await expectDrawn(activationHistograms({ ...report, layers: [broken[1]] }));
  expect(() => activationHistograms({ ...report, layers: [] })).toThrow(/one layer or more, got one of no layers/);
});

test("gradients are those of activations or of parameters", async () => {
  const report = small.gradients();
  const [activations, parameters] = (["activations", "parameters"] as const).map((of) =>
    gradientHistograms(report, { of }),
  );
  expect(valuesIn(activations)).not.toEqual(valuesIn(parameters));
  await expectDrawn(parameters);
  expect(() => gradientHistograms(report, { of: "weights" as "parameters" })).toThrow(/"activations" or "parameters"/);
});

test("a bitmap has a rectangle for each run of saturated units, and dead ones stand out", async () => {
  const model = new nn.Sequential(new nn.ReLU());
  const rows = [
    [1, -1, -1, 2],
    [1, -1, 3, -2],
  ];
  const report = deadUnits(model, [small.rows(rows)], { bitmap: "strings" });
  const plot = saturationBitmap(report);
  await expectDrawn(plot);
  const cells = valuesIn(plot).filter(({ state }) => state !== undefined);
  expect(cells.map(({ state, from, to, top }) => [String(state).split(":")[0], from, to, top])).toEqual([
    ["dead", 1, 2, 0],
    ["saturated", 2, 3, 0],
    ["dead", 1, 2, 1],
    ["saturated", 3, 4, 1],
  ]);
  expect(saturationBitmap(deadUnits(model, [small.rows(rows)], { bitmap: "booleans" }))).toEqual(plot);
  expect(() => saturationBitmap(deadUnits(model, [small.rows(rows)]))).toThrow(/bitmap: "strings"/);
});

test("thousands of units and examples are thinned", async () => {
  const model = new nn.Sequential(new nn.Tanh());
  const report = deadUnits(model, [randn([150, 3000]).mul(9)], { bitmap: "strings" });
  const plot = saturationBitmap(report);
  await expectDrawn(plot);
  expect(plot.title.subtitle).toEqual([
    "A filled column is a dead unit.",
    "100 of 150 examples are shown.",
    "200 of 3000 units are shown.",
  ]);
});

test("a timeline has a row of each unit in each state, and steps that ascend", async () => {
  const [first] = small.deadTimeline();
  const at = (step: number, active: number[]) => ({
    step,
    report: { ...first.report, layers: [{ ...first.report.layers[0], units: active.length, activeFraction: active }] },
  });
  const plot = deadUnitTimeline([at(0, [1, 0]), at(10, [0.05, 0]), at(20, [0, Number.NaN])]);
  await expectDrawn(plot);
  expect(valuesIn(plot).map(({ state, from, to, top }) => [String(state).split(":")[0], from, to, top])).toEqual([
    ["active", 0, 10, 0],
    ["dying", 10, 20, 0],
    ["dead", 20, 30, 0],
    ["dead", 0, 20, 1],
  ]);
  await expectDrawn(deadUnitTimeline([first]));
  expect(() => deadUnitTimeline([at(5, [1]), at(5, [1])])).toThrow(/ascending steps, got .* in place 1/);
  expect(() => deadUnitTimeline([])).toThrow(/expected/);
  const long = Array.from({ length: 500 }, (_, i) => at(i, new Array(1000).fill(1)));
  const thinned = deadUnitTimeline(long);
  expect(thinned.title.subtitle).toEqual([
    "Each row is a unit.",
    "100 of 500 reports are shown.",
    "200 of 1000 units are shown.",
  ]);
});

test("bands are the percentiles of each step, and gaps are counted", async () => {
  const report = small.drift([0]);
  const plot = percentileBands(report);
  const [{ points }] = report.series;
  const values = valuesIn(plot).slice(0, points.length);
  expect(values.map(({ low, median, high }) => [low, median, high])).toEqual(
    points.map(({ percentiles }) => percentiles),
  );
  const series = report.series.map((one) => ({
    ...one,
    points: one.points.map((point, i) =>
      i === 2 ? { ...point, nonFinite: 4, percentiles: [Number.NaN, Number.NaN, Number.NaN] as const } : point,
    ),
  }));
  const broken = percentileBands({ ...report, series: series.slice(0, 1) });
  await expectDrawn(broken);
  expect(valuesIn(broken)[2]).toMatchObject({ low: null, median: null, high: null });
  expect(broken.title.subtitle).toContain("4 values are not finite: gaps.");
  expect(() => percentileBands({ ...report, series: [] })).toThrow(/expected/);
});

test("ridges over time take twelve steps of many, and one step is enough", async () => {
  const report = small.drift([]);
  const [one] = report.series;
  const points = Array.from({ length: 100 }, (_, step) => ({ ...one.points[0], step }));
  const plot = activationRidges({ ...report, series: [{ ...one, points }] });
  await expectDrawn(plot);
  expect(new Set(valuesIn(plot).map(({ row }) => row)).size).toBe(12);
  expect(plot.title.subtitle).toContain("12 of 100 steps are shown.");
  await expectDrawn(activationRidges({ ...report, series: [{ ...one, points: points.slice(0, 1) }] }));
});

test("an activation report of networks with thousands of units is drawn as one of few", async () => {
  const wide = new nn.Sequential(new nn.Linear(2, 4000), new nn.Tanh());
  await expectDrawn(activationHistograms(activationReport(wide, randn([8, 2]))));
});

test("what is compared lies on one axis, for tanhs from −1 to 1 and a constant's bin", () => {
  const domains = (plot: unknown) =>
    [
      ...JSON.stringify(plot).matchAll(
        /"domain":\[(-?[\d.]+),(-?[\d.]+)\],?[^}]*\},"axis":\{"grid":true,"tickCount":6/g,
      ),
    ].map(([, low, high]) => [Number(low), Number(high)]);
  const report = (scale: number) =>
    activationReport(new nn.Sequential(new nn.Tanh()), small.rows([[0.1], [0.2], [0.3]]).mul(scale));
  expect(domains(activationHistograms(report(1)))).toEqual([[-1, 1]]);
  expect(domains(activationHistograms({ one: report(1), other: report(1000) }))).toEqual([
    [-1, 1.5],
    [-1, 1.5],
  ]);
  const relu = (scale: number) => activationReport(new nn.Sequential(new nn.ReLU()), small.rows([[1], [2]]).mul(scale));
  expect(domains(activationHistograms({ one: relu(1), other: relu(3) }))).toEqual([
    [1, 6],
    [1, 6],
  ]);
});

test("layers that have a place only are counted among those of their class, others keep their names", () => {
  const labels = (plot: unknown) =>
    JSON.parse(/"labelExpr":"(\[.*?\])\[/.exec(JSON.stringify(plot))?.[1].replaceAll('\\"', '"') ?? "");
  const deep = new nn.Sequential(new nn.Tanh(), new nn.ReLU(), new nn.Tanh());
  const x = small.rows([[0.1], [0.2]]);
  expect(labels(activationHistograms(activationReport(deep, x)))).toEqual([
    "layer 2 · Tanh · 0 % saturated",
    "layer 1 · ReLU · 0 % saturated",
    "layer 1 · Tanh · 0 % saturated",
  ]);
  const tanhs = new nn.Sequential(new nn.Tanh(), new nn.Tanh());
  expect(labels(activationHistograms(activationReport(tanhs, x)))).toEqual([
    "layer 2 · 0 % saturated",
    "layer 1 · 0 % saturated",
  ]);
  expect(labels(activationHistograms(activationReport(deep, x, { modules: ["2"] })))).toEqual(["Tanh · 0 % saturated"]);
  expect(labels(activationHistograms(activationReport(new nn.Tanh(), x)))).toEqual(["Tanh · 0 % saturated"]);
  const within = new nn.Sequential(new nn.Sequential(new nn.Tanh()));
  expect(labels(activationHistograms(activationReport(within, x)))).toEqual(["0.0 · Tanh · 0 % saturated"]);
});

test("panels of drift have the names of layers, and units behind them; names of one's own stay", () => {
  const panels = (model: nn.Module | null, options: object = {}) => {
    const watched = new ActivationDrift(model, options);
    const x = small.rows([[0.1], [0.2]]);
    if (model === null) for (const name of ["1", "2"]) watched.observe(name, x);
    model?.forward(x);
    watched.step();
    watched.detach();
    const report = watched.report();
    return [percentileBands({ a: report, b: report }), activationRidges({ a: report, b: report })].map((plot) => [
      ...new Set(valuesIn(plot).flatMap(({ panel }) => (String(panel).startsWith("a") ? [panel] : []))),
    ]);
  };
  const deep = new nn.Sequential(new nn.Tanh(), new nn.ReLU(), new nn.Tanh());
  const both = (names: string[]) => [names, names];
  expect(panels(deep, { layers: ["0", "1"], units: [0] })[0]).toEqual([
    "a · layer 1 · Tanh",
    "a · layer 1 · Tanh, unit 0",
    "a · layer 1 · ReLU",
    "a · layer 1 · ReLU, unit 0",
  ]);
  expect(panels(deep, { layers: ["0", "2"] })).toEqual(both(["a · layer 1", "a · layer 2"]));
  expect(panels(deep, { layers: ["2"], units: [0] })).toEqual(both(["a · Tanh", "a · Tanh, unit 0"]));
  expect(panels(null, { layers: ["1", "2"] })).toEqual(both(["a · 1", "a · 2"]));
});
