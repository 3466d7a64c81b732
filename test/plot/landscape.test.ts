import {
  descentPaths,
  hessianSpectrum,
  interpolationCurve,
  landscapeBands,
  lineProfile,
  surfaceContours,
  surfaceRelief,
} from "evenkeel/plot";
import { expect, test } from "vitest";
import * as small from "./small.ts";
import { expectDrawn, valuesIn } from "./valid.ts";

test("bands go from the smallest to the largest value of each probe", async () => {
  const probes = small.probes();
  const values = valuesIn(landscapeBands(probes));
  expect(
    values.map(({ step, lossLow, lossHigh, gradientLow, gradientHigh, beta }) => [
      step,
      lossLow,
      lossHigh,
      gradientLow,
      gradientHigh,
      beta,
    ]),
  ).toEqual(
    probes.map(({ step, probe: { lossRange, gradientDistanceRange, effectiveBeta } }) => [
      step,
      ...(lossRange ?? []),
      ...(gradientDistanceRange ?? []),
      effectiveBeta,
    ]),
  );
});

test("probes that are not finite are gaps, and so is what a log scale cannot show", async () => {
  const [first, second] = small.probes();
  const broken = { ...second, probe: { ...second.probe, lossRange: null, effectiveBeta: Number.NaN } };
  const plot = landscapeBands([first, broken]);
  await expectDrawn(plot);
  expect(valuesIn(plot)[1]).toMatchObject({ lossLow: null, lossHigh: null, beta: null });
  expect(plot.title.subtitle).toContain("3 values are not finite: gaps.");
  const negative = { ...first, probe: { ...first.probe, lossRange: [-1, 1] as const } };
  expect(valuesIn(landscapeBands([negative], { log: true }))[0]).toMatchObject({ lossLow: null, lossHigh: 1 });
});

test("one probe is drawn, many are thinned, and steps that do not ascend are refused", async () => {
  const [first] = small.probes();
  await expectDrawn(landscapeBands([first]));
  const many = landscapeBands(Array.from({ length: 1000 }, (_, step) => ({ ...first, step })));
  expect(valuesIn(many).length).toBe(200);
  expect(many.title.subtitle).toContain("200 of 1000 probes are shown.");
  expect(() => landscapeBands([first, first])).toThrow(/ascending steps, got .* in place 1/);
  expect(() => landscapeBands([])).toThrow(/expected/);
});

test("a profile is a line of each value, with the loss at the start, and linear where a step is 0", async () => {
  const probe = small.probe();
  const plot = lineProfile(probe);
  const values = valuesIn(plot).filter(({ h }) => h !== undefined);
  expect(values.map(({ h, loss }) => [h, loss])).toEqual(probe.steps.map((h, i) => [h, probe.loss[i]]));
  expect(JSON.stringify(plot)).toContain('"type":"log"');
  const fromZero = { ...probe, steps: [0, ...probe.steps.slice(1)], loss: [null, ...probe.loss.slice(1)] };
  const linear = lineProfile(fromZero);
  await expectDrawn(linear);
  expect(JSON.stringify(linear)).not.toContain('"type":"log"');
  expect(linear.title.subtitle).toContain("1 value is not finite: a gap.");
});

test("an interpolation has the barrier in words, and none is known where the loss is not", async () => {
  const between = small.between();
  expect(interpolationCurve(between).title.subtitle[1]).toBe(`a barrier of ${between.barrier?.toPrecision(3)}.`);
  const unknown = interpolationCurve({ ...between, loss: between.loss.map(() => null), barrier: null });
  await expectDrawn(unknown);
  expect(unknown.title.subtitle).toEqual([
    "Dotted: straight between the ends.",
    "no barrier is known.",
    `${between.loss.length} values are not finite: gaps.`,
  ]);
});

test("a surface has a cell for each loss, and its path with the distance from the plane", async () => {
  const surface = small.surface();
  const values = valuesIn(surfaceContours(surface));
  expect(values.filter(({ x2 }) => x2 !== undefined).map(({ loss }) => loss)).toEqual(surface.loss.flat());
  expect(values.filter(({ distance }) => distance !== undefined).map(({ distance }) => distance)).toEqual(
    surface.path.map(({ distance }) => distance),
  );
  expect(surfaceContours(surface).title.subtitle[0]).toMatch(/^the plane holds \d+ % of the path's variance\.$/);
});

test("a surface with walls is on a log scale, holes are gaps, and large ones are thinned", async () => {
  const surface = { ...small.surface(), path: [], explained: null };
  const of = (n: number, loss: (i: number, j: number) => number | null) => {
    const x = Array.from({ length: n }, (_, i) => i - (n - 1) / 2);
    return { ...surface, x, y: x, loss: x.map((_, j) => x.map((_, i) => loss(i, j))) };
  };
  const isLog = (plot: unknown) => JSON.stringify(plot).includes('"type":"log"');
  const walls = surfaceContours(of(9, (i, j) => 2 ** (i + j)));
  await expectDrawn(walls);
  expect(isLog(walls)).toBe(true);
  expect(
    isLog(
      surfaceContours(
        of(9, (i, j) => 2 ** (i + j)),
        { log: false },
      ),
    ),
  ).toBe(false);
  expect(isLog(surfaceContours(of(9, (i, j) => 10 + i + j)))).toBe(false);
  const holes = surfaceContours(of(9, (i, j) => (i < 3 ? null : j === 8 ? Number.POSITIVE_INFINITY : i * j)));
  await expectDrawn(holes);
  expect(holes.title.subtitle).toEqual(["33 values are not finite: gaps."]);
  const zero = surfaceContours(
    of(5, (i, j) => i + j),
    { log: true },
  );
  await expectDrawn(zero);
  expect(zero.title.subtitle).toEqual(["1 value is 0 or below: a gap."]);
  const large = surfaceContours(of(301, (i, j) => i + j));
  expect(valuesIn(large).filter(({ x2 }) => x2 !== undefined).length).toBe(61 * 61);
  expect(large.title.subtitle).toEqual(["61 of 301 points on a side are shown."]);
  await expectDrawn(surfaceContours(of(5, () => 3)));
  await expectDrawn(surfaceContours(of(1, () => 3)));
  expect(() => surfaceContours(of(3, () => null))).toThrow(/a finite loss/);
  expect(() => surfaceContours(surface, { log: 1 as unknown as boolean })).toThrow(/true or false as log/);
});

test("descents are the points of their steps, and say how they ended", async () => {
  const descents = small.descents();
  const plot = descentPaths(descents);
  const values = valuesIn(plot);
  const ends = values.filter(({ outcome }) => outcome !== undefined);
  expect(ends.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["from −1", "moving"],
    ["from 2", "moving"],
  ]);
  expect(ends.map(({ x }) => x)).toEqual(descents.descents.map(({ x }) => x.at(-1)));
  const rates = descentPaths({ ...descents, descents: [1, 2].map((lr) => ({ ...descents.descents[0], lr })) });
  expect(await expectDrawn(rates)).toContain("rate 2");
});

test("a descent that leaves the picture is cut off and counted, and a curve is not needed", async () => {
  const { descents, ...rest } = small.descents();
  const away = { ...descents[0], x: [-1, 50, -1000], loss: [1, 2500, null], outcome: "diverged" } as const;
  const plot = descentPaths({ ...rest, descents: [away] });
  await expectDrawn(plot);
  expect(plot.title.subtitle).toEqual([
    "Each small point is a step, the large one the last.",
    "1 step lies outside and is not drawn.",
    "1 value is not finite: a gap.",
  ]);
  await expectDrawn(descentPaths({ ...rest, descents, curve: { x: [], loss: [] } }));
  expect(() => descentPaths({ ...rest, descents: [], curve: { x: [], loss: [] } })).toThrow(/a finite loss/);
  const many = Array.from({ length: 40 }, () => descents[0]);
  expect(descentPaths({ ...rest, descents: many }).title.subtitle).toContain("12 of 40 descents are shown.");
});

test("a spectrum is the density where there is any, with the eigenvalues given", async () => {
  const density = small.density();
  const peak = Math.max(...density.density);
  const values = valuesIn(hessianSpectrum(density));
  expect(values.map(({ density: at }) => at)).toEqual(density.density.map((at) => (at < peak * 1e-6 ? null : at)));
  const marked = hessianSpectrum(density, { eigenvalues: [0.5, Number.NaN, 2] });
  await expectDrawn(marked);
  expect(valuesIn(marked).filter(({ density: at }) => at === undefined)).toEqual([
    { name: "", eigenvalue: 0.5 },
    { name: "", eigenvalue: 2 },
  ]);
  await expectDrawn(hessianSpectrum({ a: density, b: density }, { eigenvalues: { b: [1] } }));
  expect(() => hessianSpectrum({ a: density }, { eigenvalues: { c: [1] } })).toThrow(/by the names a, got "c"/);
  expect(() => hessianSpectrum({ a: density }, { eigenvalues: [1] })).toThrow(/by the names a, got one list/);
  const broken = { ...density, density: density.density.map((at, i) => (i === 3 ? Number.NaN : at)) };
  const plot = hessianSpectrum(broken);
  await expectDrawn(plot);
  expect(plot.title.subtitle).toContain("1 value is not finite: a gap.");
  expect(() => hessianSpectrum({ ...density, density: density.density.map(() => 0) })).toThrow(/a density above 0/);
});

/** The corners of a relief's patch, in pixels. */
const corners = ({ patch }: Readonly<Record<string, unknown>>): number[][] =>
  String(patch)
    .slice(1, -1)
    .split("L")
    .map((corner) => corner.split(",").map(Number));

test("a relief has a patch for each cell, those behind first, as high and as coloured as its loss", async () => {
  const x = [-1, 0, 1];
  const surface = {
    ...small.surface(),
    path: [],
    explained: null,
    x,
    y: x,
    loss: x.map((y) => x.map((at) => at + 10 * y)),
  };
  const plot = surfaceRelief(surface);
  const patches = valuesIn(plot).filter(({ patch }) => patch !== undefined);
  // The mean of the corners; the patch at the back has the largest y.
  expect(patches.map(({ loss }) => Number(Number(loss).toFixed(9)))).toEqual([5.5, 4.5, -4.5, -5.5]);
  // From the corner nearest to the eye, the others lie to the right, behind and to the left.
  const flat = { ...surface, loss: x.map(() => x.map(() => 1)) };
  const [a, b, c, d] = corners(valuesIn(surfaceRelief(flat)).filter(({ patch }) => patch !== undefined)[0]);
  expect(b[0] > a[0] && c[1] < a[1] && c[0] > d[0] && d[0] < a[0]).toBe(true);
  // Higher by the whole range: the first corner moves up, and no other.
  const up = (loss: number) => {
    const bump = {
      ...surface,
      loss: [
        [loss, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ],
    };
    const front = valuesIn(surfaceRelief(bump)).filter(({ patch }) => patch !== undefined);
    return corners(front[front.length - 1]);
  };
  expect(up(1)[0][1]).toBeLessThan(up(0)[0][1] - 20);
  expect([up(1)[0][0], ...up(1).slice(1)]).toEqual([up(0)[0][0], ...up(0).slice(1)]);
  await expectDrawn(plot);
});

test("reliefs have one scale, holes are left out, walls are on a log scale, and large ones are thinned", async () => {
  const surface = { ...small.surface(), path: [], explained: null };
  const of = (n: number, loss: (i: number, j: number) => number | null) => {
    const x = Array.from({ length: n }, (_, i) => i - (n - 1) / 2);
    return { ...surface, x, y: x, loss: x.map((_, j) => x.map((_, i) => loss(i, j))) };
  };
  const patchesOf = (plot: Parameters<typeof valuesIn>[0]) => valuesIn(plot).filter(({ patch }) => patch !== undefined);
  const both = surfaceRelief({ low: of(3, (i) => i), high: of(3, (i) => 100 + i) }, { log: false });
  const [low, high] = [patchesOf(both).slice(0, 4), patchesOf(both).slice(4)];
  expect(high.every((patch, i) => corners(patch)[0][1] < corners(low[i])[0][1])).toBe(true);
  expect(both.title.subtitle).toEqual(["All are as high, and coloured, by one scale."]);
  const isLog = (plot: unknown) => JSON.stringify(plot).includes('"type":"log"');
  expect(isLog(surfaceRelief(of(5, (i, j) => 2 ** (i + j))))).toBe(true);
  expect(isLog(surfaceRelief(of(5, (i, j) => 10 + i + j)))).toBe(false);
  const holes = surfaceRelief(of(5, (i, j) => (i === 2 && j === 2 ? null : i * j)));
  expect(patchesOf(holes).length).toBe(12);
  expect(holes.title.subtitle).toEqual(["1 value is not finite: a gap."]);
  const large = surfaceRelief(of(101, (i, j) => i + j));
  expect(patchesOf(large).length).toBe(900);
  expect(large.title.subtitle).toEqual(["31 of 101 points on a side are shown."]);
  await expectDrawn(surfaceRelief(of(5, () => 3)));
  expect(() => surfaceRelief(of(3, () => null))).toThrow(/a finite loss/);
  expect(() => surfaceRelief(of(1, () => 3))).toThrow(/2 points on a side/);
});

test("with a panel for each start descents of several results and rates stand in a grid, on the same axes", async () => {
  const fall = (lr: readonly number[]) => {
    const curve = { x: [-2, 0, 2], loss: [4, 0, 4] };
    const starts = [-1, 2];
    const descents = starts.flatMap((x) =>
      lr.map((rate) => ({
        lr: rate,
        x: [x, 0],
        loss: [x * x, 0],
        slope: [2 * x, 0],
        outcome: "arrived" as const,
        arrivedAfter: 1,
        overshoots: 0,
      })),
    );
    const { options, ...rest } = small.descents();
    return { ...rest, curve, descents, options: { ...options, starts, lr, range: [-2, 2] as const } };
  };
  const wide = { ...fall([1, 2]), options: { ...fall([1]).options, range: [-4, 3] as const } };
  const plot = descentPaths({ one: fall([1, 2]), other: wide }, { panels: "starts" });
  await expectDrawn(plot);
  const { concat, columns } = plot as unknown as {
    concat: { title: { text: string[] }; layer: { encoding: { x: { scale: { domain: number[] } } } }[] }[];
    columns: number;
  };
  expect([columns, concat.map(({ title }) => title.text.join(" "))]).toEqual([
    2,
    ["one from −1", "other from −1", "from 2", "from 2"],
  ]);
  for (const { layer } of concat) expect(layer[0].encoding.x.scale.domain).toEqual([-4, 3]);
  expect(new Set(valuesIn(plot).flatMap(({ name }) => name ?? []))).toEqual(new Set(["rate 1", "rate 2"]));
  const other = fall([1]);
  const apart = { one: fall([1]), other: { ...other, options: { ...other.options, starts: [-1, 3] } } };
  expect(() => descentPaths(apart, { panels: "starts" })).toThrow(/results from the starts -1,2, got one from -1,3/);
  const many = { ...fall([1]), options: { ...fall([1]).options, starts: Array.from({ length: 9 }, (_, i) => i) } };
  expect(descentPaths(many, { panels: "starts" }).title.subtitle).toContain("6 of 9 starts are shown.");
});

test("only those ends are explained that there are", () => {
  const shapes = (plot: unknown) => /"range":\[("(?:circle|cross|triangle-up)",?)+\]/.exec(JSON.stringify(plot))?.[0];
  expect(shapes(descentPaths(small.descents()))).toBe('"range":["triangle-up"]');
});
