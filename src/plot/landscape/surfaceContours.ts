import type { LossSurface } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, heat } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { belowNote, gapNote, orGap, thinned, thinnedNote } from "../specification/series.ts";
import { contours } from "./contours.ts";

/** What {@link surfaceContours} may be told. */
export interface SurfaceContoursOptions extends PlotOptions {
  /** Whether colours and contours are on a log scale. Default: if the largest loss is over 20 times the smallest. */
  readonly log?: boolean;
}

const where = "surfaceContours";

const [mostPerSide, mostPath, contourCount] = [61, 300, 8];

/** Between panels side by side: their axis, and what Vega-Lite leaves free. */
const panelGap = 65;

/** From how many times the smallest loss on a log scale shows more. */
const wideRange = 20;

const rules = {
  ...plotRules,
  log: { is: flag },
} satisfies OptionRules<SurfaceContoursOptions>;

/**
 * The loss on a plane through the parameters, as `lossSurface` has measured it: colours, contours with their values, the
 * path of training if one was given, and below it how far off the plane the path is, without which it is not to be
 * believed. Several surfaces stand side by side, with the same colours.
 *
 * Of more than 61 points on a side some are left out; that is said, and how many losses are not finite.
 *
 * @throws TensorError for anything but such a result, and for one without a finite loss.
 * @see Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913, Figures 5 and 9.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { lossSurface } from "evenkeel/analysis";
 * import { surfaceContours } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const surface = lossSurface(model, () => model.forward(x).square().mean(), { points: 9, seed: 1 });
 * console.log(surfaceContours(surface).title.text); // => The loss around the parameters
 * ```
 */
export function surfaceContours(surfaces: OneOrNamed<LossSurface>, options: SurfaceContoursOptions = {}): Plot {
  const usual = { title: "The loss around the parameters", width: 320, height: 320 };
  const settings = settingsOf(where, options, usual, rules);
  const { theme, width, height, stacked } = settings;
  const list = named(where, surfaces, isOf("lossSurface"), "a result of lossSurface");
  const known = list.flatMap(([, { loss }]) => loss.flat()).filter((value) => orGap(value) !== null) as number[];
  if (known.length === 0) {
    throw new TensorError(where, { expected: "a surface with a finite loss", got: "one without" });
  }
  const [least, most] = known.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [known[0], known[0]]);
  const { log = least > 0 && most > wideRange * least } = settings;
  const levels = levelsOf(log ? Math.max(least, most * 1e-12) : least, most, log);
  const notes = new Set<string>();
  const shown = (value: number | null) => {
    const finite = orGap(value);
    return log && finite !== null && finite <= 0 ? null : finite;
  };
  const names = list.map(([name]) => name);
  const panels = list.map(([name, surface]) => {
    const columns = thinned([...surface.x.keys()], mostPerSide);
    const rows = thinned([...surface.y.keys()], mostPerSide);
    for (const note of thinnedNote(columns.length, surface.x.length, "points on a side")) notes.add(note);
    const x = columns.map((i) => surface.x[i]);
    const y = rows.map((j) => surface.y[j]);
    const loss = rows.map((j) => columns.map((i) => shown(surface.loss[j][i])));
    const path = thinned(surface.path, mostPath);
    for (const note of thinnedNote(path.length, surface.path.length, "states of the path")) notes.add(note);
    return {
      width,
      height,
      ...(name === "" ? {} : { title: { text: name, fontSize: 12, offset: 4 } }),
      layer: [
        coloured(x, y, loss, log),
        ...contourMarks(contours(x, y, loss, levels)),
        ...pathMarks(path),
        centreMark(surface, path.length > 0),
      ],
    };
  });
  const all = list.flatMap(([, { loss }]) => loss.flat());
  const missing = all.filter((value) => orGap(value) === null).length;
  const below = log ? known.filter((value) => value <= 0).length : 0;
  const distances = list.flatMap(([name, { path }]) =>
    thinned([...path.entries()], mostPath).map(([state, { distance }]) => ({ name, state, distance: orGap(distance) })),
  );
  const off = {
    data: { values: distances },
    width: stacked ? width : width * panels.length + panelGap * (panels.length - 1),
    height: 90,
    ...distanceMark(names, theme),
  };
  const body =
    distances.length === 0
      ? { hconcat: panels }
      : {
          vconcat: [{ hconcat: panels }, off],
          resolve: { scale: { color: "independent", strokeDash: "independent" } },
        };
  return plotOf(body, settings, [
    ...list.flatMap(([name, { explained }]) => explainedNote(name, explained)),
    ...notes,
    ...gapNote(missing),
    ...belowNote(below),
  ]);
}

/** Values to draw contours at: evenly between the extremes, or by equal factors, of two digits. */
function levelsOf(least: number, most: number, log: boolean): number[] {
  const [from, to] = log ? [Math.log(least), Math.log(most)] : [least, most];
  const between = Array.from({ length: contourCount }, (_, i) => from + ((i + 1) * (to - from)) / (contourCount + 1));
  return [...new Set(between.map((level) => Number((log ? Math.exp(level) : level).toPrecision(2))))];
}

/**
 * Each cell reaches halfway to its neighbours, and into the next ones, which are drawn over it: no background shows between
 * them, however they are rounded to pixels.
 */
function coloured(
  x: readonly number[],
  y: readonly number[],
  loss: readonly (readonly (number | null)[])[],
  log: boolean,
) {
  const reach = (at: readonly number[]) => (at.length > 1 ? (at[1] - at[0]) / 2 : 0.5);
  const [dx, dy] = [reach(x), reach(y)];
  const upTo = (at: readonly number[], i: number, d: number) => at[i] + (i + 1 < at.length ? 1.5 * d : d);
  const values = loss.flatMap((row, j) =>
    row.map((value, i) => ({ x: x[i] - dx, x2: upTo(x, i, dx), y: y[j] - dy, y2: upTo(y, j, dy), loss: value })),
  );
  return {
    data: { values },
    transform: [{ filter: "isValid(datum.loss)" }],
    mark: { type: "rect", strokeWidth: 0 },
    encoding: { ...place, x2: { field: "x2" }, y2: { field: "y2" }, color: heat("loss", "loss", { log }) },
  };
}

const place = {
  x: {
    field: "x",
    type: "quantitative",
    title: "along the first direction",
    scale: { nice: false, zero: false, padding: 0 },
    axis: { grid: false, tickCount: 5 },
  },
  y: {
    field: "y",
    type: "quantitative",
    title: "along the second direction",
    scale: { nice: false, zero: false, padding: 0 },
    axis: { grid: false, tickCount: 5 },
  },
};

/** Where along a line its value may stand, in the order in which places are tried. */
const labelPlaces = [0.5, 0.25, 0.75, 0.1, 0.9];

/** How far values stand from one another, at the least, as a part of the picture. */
const labelDistance = 0.12;

/** The value of each line where it is far from all others, if there is such a place. */
function labelled(lines: ReturnType<typeof contours>): { x: number; y: number; level: string }[] {
  const all = lines.flatMap(({ points }) => points);
  const extent = (at: 0 | 1) =>
    all.reduce((most, point) => Math.max(most, point[at]), Number.NEGATIVE_INFINITY) -
    all.reduce((least, point) => Math.min(least, point[at]), Number.POSITIVE_INFINITY);
  const [width, height] = [extent(0) || 1, extent(1) || 1];
  const labels: { x: number; y: number; level: string }[] = [];
  for (const { level, points } of lines) {
    const isFree = (x: number, y: number) =>
      labels.every((other) => Math.hypot((other.x - x) / width, (other.y - y) / height) > labelDistance);
    const place = labelPlaces.map((at) => points[Math.floor(points.length * at)]).find(([x, y]) => isFree(x, y));
    if (place !== undefined) labels.push({ x: place[0], y: place[1], level: String(level) });
  }
  return labels;
}

/** Lines, and on the longest of each level its value. */
function contourMarks(lines: ReturnType<typeof contours>): object[] {
  const values = lines.flatMap(({ points }, line) => points.map(([x, y], order) => ({ line, order, x, y })));
  const longest = new Map<number, (typeof lines)[number]>();
  for (const line of lines) {
    if (line.points.length > (longest.get(line.level)?.points.length ?? 4)) longest.set(line.level, line);
  }
  const labels = labelled([...longest.values()]);
  return [
    {
      data: { values },
      mark: { type: "line", strokeWidth: 1, opacity: 0.85, clip: true },
      encoding: {
        ...place,
        detail: { field: "line", type: "nominal" },
        order: { field: "order", type: "quantitative" },
        color: { value: "white" },
      },
    },
    ...[
      { stroke: "black", strokeWidth: 3, opacity: 0.55 },
      { stroke: null, opacity: 1 },
    ].map((halo) => ({
      data: { values: labels },
      mark: { type: "text", fontSize: 10, clip: true, ...halo },
      encoding: { ...place, text: { field: "level", type: "nominal" }, color: { value: "white" } },
    })),
  ];
}

/** The path with a dark edge, so that it stands out from every colour, with its start and its end. */
function pathMarks(path: LossSurface["path"]): object[] {
  if (path.length === 0) return [];
  const values = path.map(({ x, y }, order) => ({ x, y, order }));
  const line = (colour: string, strokeWidth: number) => ({
    data: { values },
    mark: { type: "line", strokeWidth, clip: true },
    encoding: { ...place, order: { field: "order", type: "quantitative" }, color: { value: colour } },
  });
  const ends = [
    { ...values[0], end: "start" },
    { ...values[values.length - 1], end: "end" },
  ];
  const marks = {
    data: { values: ends },
    mark: { type: "point", filled: true, size: 90, opacity: 1, stroke: "black", strokeWidth: 1.5, clip: true },
    encoding: {
      ...place,
      shape: {
        field: "end",
        type: "nominal",
        scale: { domain: ["start", "end"], range: ["circle", "square"] },
        legend: { title: "path", orient: "right", symbolFillColor: pathColour, symbolStrokeColor: "black" },
      },
      color: { value: pathColour },
    },
  };
  return [line("black", 4), line(pathColour, 2), marks];
}

/** Seen on every colour of the heat map, and on none of its own. */
const pathColour = "#ff7a4d";

/** The parameters themselves, unless the path ends there. */
const centreMark = ({ centre }: LossSurface, hasPath: boolean) => ({
  data: { values: hasPath || orGap(centre) === null ? [] : [{ x: 0, y: 0 }] },
  mark: { type: "point", shape: "cross", size: 80, filled: true, color: "white", stroke: "black", opacity: 1 },
  encoding: place,
});

const distanceMark = (names: readonly string[], theme: PlotOptions["theme"] & string) => ({
  mark: { type: "line", point: { size: 20 } },
  encoding: {
    x: {
      field: "state",
      type: "quantitative",
      title: "state of the path, from its start",
      scale: { nice: false },
      axis: { grid: false, format: "d", tickMinStep: 1 },
    },
    y: { field: "distance", type: "quantitative", title: ["distance", "from the plane"], axis: { tickCount: 4 } },
    color: colourBy("name", names, theme),
    strokeDash: dashBy("name", names, theme),
  },
});

function explainedNote(name: string, explained: readonly [number, number] | null): string[] {
  if (explained === null) return [];
  const share = ((explained[0] + explained[1]) * 100).toFixed(0);
  return [`${name === "" ? "" : `${name}: `}the plane holds ${share} % of the path's variance.`];
}
