import type { Comparison, Recording } from "../../analysis/index.ts";
import { greatest } from "../../analysis/numbers/extremes.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, guideMark, inPanelsIfSeveral, stepAxis } from "../specification/encoding.ts";
import { layerNumbers, named } from "../specification/named.ts";
import { type PlotSettings, plotOf } from "../specification/plot.ts";
import {
  averaged,
  belowNote,
  gapNote,
  groupSize,
  mostSeries,
  orGap,
  type SeriesPoint,
  thinned,
  thinnedNote,
} from "../specification/series.ts";

/** A training run, or several recordings by name, which are set beside one another as the variants of a comparison are. */
export type Run = Recording | Comparison | Readonly<Record<string, Recording>>;

/** One line: a variant, or a layer, which has its variant's panel. */
interface Curve {
  readonly panel: string;
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

interface CurvePoint {
  readonly step: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What of a run is drawn, and how. */
interface CurvesSettings {
  readonly metric: string;
  /** What stands at the axis of values. */
  readonly axis: string;
  readonly log: boolean;
  /** A value at which a line is drawn to compare with. */
  readonly guide?: number;
  /** Whether lines are of all layers with parameters, which are counted where they have no names of their own. */
  readonly isOfLayers?: boolean;
  /** Over how many recorded steps the lines are averaged. */
  readonly smooth?: number;
  /** Where the axis of values ends. */
  readonly most?: number;
  /** What is said first below the title. */
  readonly notes?: readonly string[];
}

/**
 * A metric of a run over its steps: a line for each variant, with the spread between seeds; or for each layer, and a panel
 * for each variant.
 */
export function curves(
  where: string,
  run: Run,
  settings: PlotSettings,
  { metric, axis, log, guide, isOfLayers = false, smooth = 1, most, notes = [] }: CurvesSettings,
): Plot {
  const { theme, width, height } = settings;
  const found = curvesOf(where, run, metric);
  const all = isOfLayers ? withLayerNames(found) : found;
  const allNames = [...new Set(all.map(({ name }) => name))];
  const names = thinned(allNames, mostSeries);
  const drawnCurves = all.filter(({ name }) => names.includes(name));
  const panels = [...new Set(drawnCurves.map(({ panel }) => panel))];
  const drawnPoints = drawnCurves.flatMap(({ points }) => points);
  const missing = drawnPoints.filter(({ value }) => value === null).length;
  const below = log ? drawnPoints.filter(({ value }) => value !== null && value <= 0).length : 0;
  const every = groupSize(greatest(drawnCurves.map(({ points }) => points.length)));
  const values = drawnCurves.flatMap(({ panel, name, points }) => {
    const of = (field: "value" | "low" | "high") =>
      averaged(
        points.map((point) => ({ step: point.step, value: log && (point[field] ?? 0) <= 0 ? null : point[field] })),
        every,
      );
    const [value, low, high] = [of("value"), of("low"), of("high")];
    const count = Math.max(1, Math.round(smooth / every));
    const [means, lows, highs] = [value, low, high].map((points) => trailing(points, count));
    return value.map((point, i) => ({
      ...(panels.length > 1 ? { panel } : {}),
      name,
      ...point,
      low: lows[i],
      high: highs[i],
      ...(smooth > 1 ? { mean: means[i] } : {}),
    }));
  });
  const counted = all.some(({ name }, i) => name !== found[i].name)
    ? ["Layers are counted: all modules with parameters, batch norm too."]
    : [];
  const seeds = isComparison(run) ? run.options.seed.length : 1;
  const spread = seeds > 1 ? [`Lines: means over ${seeds} seeds. Bands: smallest to largest.`] : [];
  const smoothed = smooth > 1 ? [`Lines: means over ${smooth} recorded steps; faint, as recorded.`] : [];
  const means = every > 1 ? [`Each point is the mean of ${every} steps that were recorded.`] : [];
  const colour = colourBy("name", names, theme);
  const dash = dashBy("name", names, theme);
  const cut = most === undefined ? {} : { domainMax: most };
  const y = {
    type: "quantitative",
    title: axis,
    scale: log ? { type: "log", ...cut } : { zero: false, ...cut },
  };
  const clip = most === undefined ? {} : { clip: true };
  const drawn = {
    width: panels.length > 1 ? width / 2 : width,
    height: panels.length > 1 ? height * 0.75 : height,
    layer: [
      ...(seeds > 1
        ? [
            {
              mark: { type: "area", opacity: 0.2, ...clip },
              encoding: { x: stepAxis, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
            },
          ]
        : []),
      ...(smooth > 1
        ? [
            {
              mark: { type: "line", strokeWidth: 1, opacity: 0.3, ...clip },
              encoding: { x: stepAxis, y: { ...y, field: "value" }, color: colour },
            },
          ]
        : []),
      {
        mark: { type: "line", point: values.length === drawnCurves.length, ...clip },
        encoding: { x: stepAxis, y: { ...y, field: smooth > 1 ? "mean" : "value" }, color: colour, strokeDash: dash },
      },
      ...(guide === undefined ? [] : [{ mark: guideMark, encoding: { y: { ...y, datum: guide } } }]),
    ],
  };
  const body = inPanelsIfSeveral(values, panels, drawn);
  const said = [
    ...notes,
    ...counted,
    ...spread,
    ...smoothed,
    ...means,
    ...thinnedNote(names.length, allNames.length, "layers"),
    ...gapNote(missing),
    ...belowNote(below),
  ];
  return plotOf(body, settings, said);
}

/** Layers by what plots call them, counted panel by panel. */
function withLayerNames(curves: readonly Curve[]): readonly Curve[] {
  return curves.map((curve) => {
    const layers = curves.filter(({ panel }) => panel === curve.panel).map(({ name }) => name);
    return { ...curve, name: layerNumbers(layers, null, "layer ")[layers.indexOf(curve.name)] };
  });
}

/** The mean of each value and those before it, so many in all or as many as there are; gaps are left out. */
function trailing(points: readonly SeriesPoint[], count: number): (number | null)[] {
  return points.map((_, i) => {
    const known = points.slice(Math.max(0, i + 1 - count), i + 1).flatMap(({ value }) => value ?? []);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
  });
}

const isComparison = (run: unknown): run is Comparison => (run as { kind?: unknown } | null)?.kind === "comparison";

const isRecording = (run: object): boolean => "kind" in run && run.kind === "recording";

function curvesOf(where: string, run: Run, metric: string): Curve[] {
  const rows = isComparison(run)
    ? run.summary.map(({ variant, mean, min, max, ...row }) => ({ ...row, variant, value: mean, low: min, high: max }))
    : named<Recording>(where, run, isRecording, "a recording or a comparison").flatMap(([variant, recording]) =>
        recording.rows.map((row) => ({ ...row, variant, low: null, high: null })),
      );
  const curves = new Map<string, { panel: string; name: string; points: CurvePoint[] }>();
  for (const row of rows) {
    if (row.metric !== metric) continue;
    const key = JSON.stringify([row.variant, row.layer]);
    const isWhole = row.layer === "";
    const name = isWhole ? row.variant || metric : row.layer;
    const curve = curves.get(key) ?? { panel: isWhole ? "" : row.variant, name, points: [] };
    curves.set(key, curve);
    curve.points.push({ step: row.step, value: orGap(row.value), low: orGap(row.low), high: orGap(row.high) });
  }
  if (curves.size === 0) {
    const known = [...new Set(rows.map((row) => row.metric))];
    throw new TensorError(where, {
      expected: known.length === 0 ? "a run of one recorded step or more" : `a metric among ${known.join(", ")}`,
      got: known.length === 0 ? "one without rows" : describe(metric),
    });
  }
  return [...curves.values()];
}
