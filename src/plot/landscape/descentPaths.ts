import type { Descent, Descents } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { gapNote, mostSeries, orGap, thinned, thinnedNote } from "../specification/series.ts";
import { textOf } from "../specification/theme.ts";

/** What {@link descentPaths} may be told. */
export interface DescentPathsOptions extends PlotOptions {
  /** What has a panel of its own: each result, or each start, in a row with all results. Default `"results"`. */
  readonly panels?: "results" | "starts";
}

const where = "descentPaths";

const mostPoints = 200;

const shapes: Readonly<Record<Descent["outcome"], string>> = {
  arrived: "circle",
  moving: "triangle-up",
  diverged: "cross",
};

const rules = {
  ...plotRules,
  panels: { words: ["results", "starts"], default: "results" },
} satisfies OptionRules<DescentPathsOptions>;

/**
 * Gradient descent on a curve of one number, as `descend1d` has followed it: the curve, if its points were asked for, and on it a line of points
 * from each start, the last of which says whether the descent has arrived. Several results stand side by side, on the same
 * axes; with `panels: "starts"` below one another, start by start, where descents differ by their rate.
 *
 * What leaves the curves' range is cut off, and counted. Of more than 12 descents, or 6 starts with panels of their own, some are
 * left out; that is said.
 *
 * @throws TensorError for anything but such a result, for one without a finite loss, and for results of different starts where each
 * start has a panel.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3.
 *
 * @example
 * ```ts
 * import type { Tensor } from "evenkeel";
 * import { descend1d } from "evenkeel/analysis";
 * import { descentPaths } from "evenkeel/plot";
 *
 * const bumpy = (x: Tensor) => x.square().mul(0.1).add(x.mul(3).cos());
 * console.log(descentPaths(descend1d(bumpy, { starts: [-3, 0.5, 4], lr: 0.05, points: 99 })).title.text); // => Gradient descent
 * ```
 */
export function descentPaths(results: OneOrNamed<Descents>, options: DescentPathsOptions = {}): Plot {
  const settings = settingsOf(where, options, ({ panels }) => sizes[panels], rules);
  const { theme, width, height, stacked, panels: by } = settings;
  const list = named(where, results, isOf("descents"), "a result of descend1d");
  const notes = new Set<string>();
  const [rows, missingStarts] = by === "starts" ? rowsOfStarts(list, stacked) : [[list.map(panelOf)], []];
  for (const note of missingStarts) notes.add(note);
  const shown = rows.map((row) =>
    row.map((panel) => ({ ...panel, paths: labelled(thinned(panel.descents, mostSeries)) })),
  );
  for (const { paths, descents } of shown.flat()) {
    for (const note of thinnedNote(paths.length, descents.length, "descents")) notes.add(note);
  }
  const all = shown.flat().flatMap(({ paths }) => paths);
  const names = [...new Set(all.map(([label]) => label))];
  const outcomes = Object.keys(shapes).filter((name) => all.some(([, { outcome }]) => outcome === name));
  const extent = extentOf(list.map(([, result]) => result));
  let [outside, missing] = [0, 0];
  const panels = shown.flatMap((row, j) =>
    row.map(({ title, curve, paths }, i) => {
      const lines = paths.map(([label, descent]) => {
        const steps = stepsWithin(descent, extent);
        outside += steps.outside;
        missing += steps.missing;
        return { points: steps.inside.map((point) => ({ name: label, ...point })), outcome: descent.outcome };
      });
      const place = placeIn(extent, { isBottom: j === shown.length - 1, isLeft: i === 0 || stacked });
      return {
        width,
        height,
        ...(title.length === 0 ? {} : { title: { text: title, fontSize: 12, offset: 4 } }),
        layer: [
          {
            data: { values: curve.x.map((x, at) => ({ x, loss: orGap(curve.loss[at]) })) },
            mark: { type: "line", strokeWidth: 2.5, color: "#888888", clip: true },
            encoding: place,
          },
          ...pathMarks(lines, { place, color: colourBy("name", names, theme), outcomes, ink: textOf(theme) }),
        ],
      };
    }),
  );
  if (outside > 0)
    notes.add(
      `${outside} ${outside === 1 ? "step lies" : "steps lie"} outside and ${outside === 1 ? "is" : "are"} not drawn.`,
    );
  return plotOf(by === "starts" ? { concat: panels, columns: list.length } : { hconcat: panels }, settings, [
    "Each small point is a step, the large one the last.",
    ...notes,
    ...gapNote(missing),
  ]);
}

const sizes = {
  results: { title: "Gradient descent", width: 360, height: 260 },
  starts: { title: "Gradient descent", width: 170, height: 130 },
};

/** One panel: what stands above it, line by line, a curve, and descents on it. */
interface Panel extends Pick<Descents, "curve" | "descents"> {
  readonly title: readonly string[];
}

type Named = readonly (readonly [name: string, result: Descents])[];

const panelOf = ([name, { curve, descents }]: Named[number]): Panel => ({
  title: name === "" ? [] : [name],
  curve,
  descents,
});

/** At most so many starts have panels of their own. */
const mostStarts = 6;

/** A row for each start, with a panel for each result; and what is to be said of starts that are left out. */
function rowsOfStarts(list: Named, stacked: boolean): [rows: Panel[][], notes: string[]] {
  const [first, ...others] = list.map(([, { options }]) => [...new Set(options.starts)]);
  for (const starts of others) {
    if (starts.length === first.length && starts.every((start) => first.includes(start))) continue;
    throw new TensorError(where, { expected: `results from the starts ${first}`, got: `one from ${starts}` });
  }
  const shown = thinned(first, mostStarts);
  const rows = shown.map((start, row) =>
    list.map(([name, { curve, descents }]) => ({
      title: (row === 0 || stacked) && name !== "" ? [name, fromStart(start)] : [fromStart(start)],
      curve,
      descents: descents.filter(({ x }) => x[0] === start),
    })),
  );
  return [rows, thinnedNote(shown.length, first.length, "starts")];
}

/** The part of the plane that is drawn. */
interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The places of a descent that can be drawn, and how many cannot. */
function stepsWithin({ x: places, loss: losses }: Descent, { x: [left, right], y: [low, high] }: Extent) {
  const known = places.flatMap((x, step) => {
    const loss = orGap(losses[step]);
    return loss === null ? [] : [{ step, x, loss }];
  });
  const inside = known.filter(({ x, loss }) => x >= left && x <= right && loss <= high && loss >= low);
  return {
    inside: thinned(inside, mostPoints),
    outside: known.length - inside.length,
    missing: places.length - known.length,
  };
}

/** Axes that all panels share: the titles stand on the left and at the bottom only. */
const placeIn = ({ x, y }: Extent, { isBottom, isLeft }: { isBottom: boolean; isLeft: boolean }) => ({
  x: {
    field: "x",
    type: "quantitative",
    title: isBottom ? "x" : null,
    scale: { domain: x, nice: false, zero: false },
    axis: { grid: false, tickCount: 5 },
  },
  y: {
    field: "loss",
    type: "quantitative",
    title: isLeft ? "loss" : null,
    scale: { domain: y, zero: false },
    axis: { tickCount: 5 },
  },
});

/** The lines of descents, their steps, and their ends by how they came about. */
function pathMarks(
  paths: readonly { points: readonly { name: string; step: number; x: number; loss: number }[]; outcome: string }[],
  { place, color, outcomes, ink }: { place: object; color: object; outcomes: readonly string[]; ink: string },
): object[] {
  const values = paths.flatMap(({ points }) => points);
  const ends = paths.flatMap(({ points, outcome }) => points.slice(-1).map((point) => ({ ...point, outcome })));
  return [
    {
      data: { values },
      mark: { type: "line", strokeWidth: 1, clip: true },
      encoding: { ...place, order: { field: "step", type: "quantitative" }, color },
    },
    {
      data: { values },
      mark: { type: "point", filled: true, size: 22, opacity: 0.8, clip: true },
      encoding: { ...place, color },
    },
    {
      data: { values: ends },
      mark: { type: "point", filled: true, size: 170, opacity: 1, clip: true },
      encoding: {
        ...place,
        color,
        shape: {
          field: "outcome",
          type: "nominal",
          title: null,
          scale: { domain: outcomes, range: outcomes.map((outcome) => shapes[outcome as Descent["outcome"]]) },
          legend: { orient: "bottom", symbolFillColor: ink, symbolStrokeColor: ink },
        },
      },
    },
  ];
}

const fromStart = (x: number): string => `from ${String(Number(x.toPrecision(3))).replace("-", "−")}`;

/** What tells the descents of a result apart: where they start, how fast they go, or both. */
function labelled(descents: readonly Descent[]): readonly (readonly [name: string, descent: Descent])[] {
  const count = (values: readonly number[]) => new Set(values).size;
  const oneRate = count(descents.map(({ lr }) => lr)) === 1;
  const oneStart = count(descents.map(({ x }) => x[0])) === 1;
  return descents.map((descent) => {
    const start = fromStart(descent.x[0]);
    const rate = `rate ${descent.lr}`;
    return [oneRate ? start : oneStart ? rate : `${start}, ${rate}`, descent];
  });
}

/** The range that is drawn: that of the curves, or of the steps if there are none, with a margin. */
function extentOf(results: readonly Descents[]): Extent {
  const known = (losses: readonly (number | null)[]) => losses.filter((value) => orGap(value) !== null) as number[];
  const losses = results.map(({ curve, descents }) => {
    const onCurve = known(curve.loss);
    return onCurve.length > 0 ? onCurve : known(descents.flatMap(({ loss }) => loss));
  });
  if (losses.some((finite) => finite.length === 0)) {
    throw new TensorError(where, { expected: "a finite loss or more", got: "a result of none" });
  }
  const [low, high] = extremes(losses.flat());
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  return { x: extremes(results.flatMap(({ options }) => options.range)), y: [low - margin, high + margin] };
}

const extremes = (values: readonly number[]) =>
  values.reduce<[number, number]>(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [values[0], values[0]]);
