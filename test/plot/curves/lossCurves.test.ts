import { manualSeed, nn, ones, optim } from "evenkeel";
import { compare, Recorder, type Recording } from "evenkeel/analysis";
import { lossCurves } from "evenkeel/plot";
import { beforeEach, expect, test } from "vitest";
import { expectDrawn } from "../valid.ts";

beforeEach(() => void manualSeed(0));

const network = (...norm: nn.Module[]) => new nn.Sequential(new nn.Linear(2, 3), ...norm, new nn.Linear(3, 1));

const comparison = (steps: number, seed: number[], lr = 0.01) =>
  compare({
    variants: { standard: () => network(), "batch norm": () => network(new nn.BatchNorm1d(3)) },
    data: [ones([4, 2])],
    loss: (model, x) => model.forward(x).sub(1).square().mean(),
    optimizer: (model) => new optim.SGD(model.parameters(), { lr }),
    steps,
    seed,
  });

function recording(values: readonly (number | null)[], layers = [""]): Recording {
  const model = network();
  const empty = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 })).recording();
  const rows = values.flatMap((value, step) => layers.map((layer) => ({ step, layer, metric: "loss", value })));
  return { ...empty, rows };
}

const valuesOf = (plot: unknown) => (plot as { data: { values: Record<string, unknown>[] } }).data.values;

test("draws a line per variant with the spread between seeds", async () => {
  const run = comparison(8, [0, 1, 2]);
  const plot = lossCurves(run);
  const svg = await expectDrawn(plot);
  expect(svg).toContain("batch norm");
  expect(plot.title.subtitle).toEqual(["Lines: means over 3 seeds. Bands: smallest to largest."]);
  const rows = run.summary.map(({ variant, step, mean, min, max }) => ({
    name: variant,
    step,
    value: mean,
    low: min,
    high: max,
  }));
  expect(valuesOf(plot)).toEqual(rows);
});

test("recordings by name are lines beside one another, or panels of layers", async () => {
  const plot = lossCurves({ standard: recording([1, 2]), other: recording([3]) });
  expect(await expectDrawn(plot)).toContain("other");
  expect(valuesOf(plot).map(({ name, value }) => [name, value])).toEqual([
    ["standard", 1],
    ["standard", 2],
    ["other", 3],
  ]);
  const layers = lossCurves({ a: recording([1, 2], ["x", "y"]), b: recording([1, 2], ["x", "y"]) });
  await expectDrawn(layers);
  expect(new Set(valuesOf(layers).map(({ panel, name }) => `${panel} ${name}`))).toEqual(
    new Set(["a x", "a y", "b x", "b y"]),
  );
});

test("many points are averaged, and that is said; a point is the mean of its group", async () => {
  const plot = lossCurves(recording(Array.from({ length: 1000 }, (_, i) => i)));
  await expectDrawn(plot);
  const values = valuesOf(plot);
  expect(values.length).toBe(250);
  expect(values[1]).toMatchObject({ step: 5.5, value: 5.5 });
  expect(plot.title.subtitle).toEqual(["Each point is the mean of 4 steps that were recorded."]);
});

test("what is not finite is a gap, and counted; so is what a log scale cannot show", async () => {
  const plot = lossCurves(recording([1, null, 3, Number.NaN]));
  await expectDrawn(plot);
  expect(valuesOf(plot).map(({ value }) => value)).toEqual([1, null, 3, null]);
  expect(plot.title.subtitle).toEqual(["2 values are not finite: gaps."]);
  const onLog = lossCurves(recording([1, 0, -1]), { log: true });
  expect(valuesOf(onLog).map(({ value }) => value)).toEqual([1, null, null]);
  expect(onLog.title.subtitle).toEqual(["2 values are 0 or below: gaps."]);
  await expectDrawn(lossCurves(recording([null, null]), { log: true }));
});

test("one point is a point, hundreds of layers are thinned, and labels with markup are text", async () => {
  await expectDrawn(lossCurves(recording([0.5])));
  const plot = lossCurves(
    recording(
      [1, 2],
      Array.from({ length: 300 }, (_, i) => `layer${i}`),
    ),
  );
  await expectDrawn(plot);
  expect(plot.title.subtitle).toEqual(["12 of 300 layers are shown."]);
  const svg = await expectDrawn(lossCurves(recording([1, 2], ["<script>alert(1)</script>", "b"])));
  expect(svg).not.toContain("<script");
});

test("themes and sizes are taken, and what makes no sense is refused", async () => {
  const run = recording([1, 2]);
  const dark = lossCurves(run, { theme: "dark", width: 100, height: 50, title: "Mine" });
  await expectDrawn(dark);
  expect(dark).toMatchObject({ title: { text: "Mine" }, width: 100, height: 50, background: "#1b1b1f" });
  expect(() => lossCurves(run, { theme: "blue" as "dark" })).toThrow(/"light" or "dark" as theme/);
  expect(() => lossCurves(run, { width: -1 })).toThrow(/pixels above 0 as width/);
  expect(() => lossCurves(run, { colour: 1 } as object)).toThrow(/options among/);
  expect(() => lossCurves(run, { metric: "los" })).toThrow(/a metric among loss/);
  expect(() => lossCurves(recording([]))).toThrow(/one recorded step or more/);
  expect(() => lossCurves({} as Recording)).toThrow(/a recording or a comparison/);
});

test("its specification is as it was", () => {
  expect(lossCurves(recording([1, 0.5, 0.25]))).toMatchSnapshot();
});

test("lines are averaged over the steps before, and what was recorded stays behind them, faint", async () => {
  const plot = lossCurves(recording([4, 2, null, 6, 8]), { smooth: 2, guide: Math.log(28), most: 7 });
  await expectDrawn(plot);
  expect(valuesOf(plot).map(({ value, mean }) => [value, mean])).toEqual([
    [4, 4],
    [2, 3],
    [null, 2],
    [6, 6],
    [8, 7],
  ]);
  expect(plot.title.subtitle).toContain("Lines: means over 2 recorded steps; faint, as recorded.");
  const { layer } = plot as unknown as { layer: { mark: { opacity?: number }; encoding: { y: object } }[] };
  expect(layer.map(({ encoding }) => encoding.y)).toMatchObject([
    { field: "value" },
    { field: "mean" },
    { datum: Math.log(28) },
  ]);
  expect(layer[0].mark.opacity).toBeLessThan(0.5);
  expect(layer[0].encoding.y).toMatchObject({ scale: { domainMax: 7 } });
});
