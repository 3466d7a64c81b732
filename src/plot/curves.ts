import type { Comparison, Recording } from "../analysis/index.ts";
import { describe, TensorError } from "../errors.ts";
import { colourBy, dashBy, guideMark, panelBy, stepAxis } from "./encoding.ts";
import { type Plot, type PlotSettings, plotOf } from "./plot.ts";
import { averaged, belowNote, gapNote, groupSize, mostSeries, orGap, thinned, thinnedNote } from "./series.ts";

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
  /** What is said first below the title. */
  readonly notes?: readonly string[];
}

/**
 * A metric of a run over its steps: a line for each variant, with the spread between seeds; or for each layer, and a panel
 * for each variant.
 */
export function curves(
  where: string,
  run: Recording | Comparison,
  settings: PlotSettings,
  { metric, axis, log, guide, notes = [] }: CurvesSettings,
): Plot {
  const { theme, width, height } = settings;
  const all = curvesOf(where, run, metric);
  const allNames = [...new Set(all.map(({ name }) => name))];
  const names = thinned(allNames, mostSeries);
  const drawnCurves = all.filter(({ name }) => names.includes(name));
  const panels = [...new Set(drawnCurves.map(({ panel }) => panel))];
  const drawnPoints = drawnCurves.flatMap(({ points }) => points);
  const missing = drawnPoints.filter(({ value }) => value === null).length;
  const below = log ? drawnPoints.filter(({ value }) => value !== null && value <= 0).length : 0;
  const every = groupSize(Math.max(...drawnCurves.map(({ points }) => points.length)));
  const values = drawnCurves.flatMap(({ panel, name, points }) => {
    const of = (field: "value" | "low" | "high") =>
      averaged(
        points.map((point) => ({ step: point.step, value: log && (point[field] ?? 0) <= 0 ? null : point[field] })),
        every,
      );
    const [value, low, high] = [of("value"), of("low"), of("high")];
    return value.map((point, i) => ({
      ...(panels.length > 1 ? { panel } : {}),
      name,
      ...point,
      low: low[i].value,
      high: high[i].value,
    }));
  });
  const seeds = run.kind === "comparison" ? run.options.seed.length : 1;
  const spread = seeds > 1 ? [`Lines: means over ${seeds} seeds. Bands: smallest to largest.`] : [];
  const means = every > 1 ? [`Each point is the mean of ${every} steps that were recorded.`] : [];
  const colour = colourBy("name", names, theme);
  const dash = dashBy("name", names, theme);
  const y = {
    type: "quantitative",
    title: axis,
    scale: log ? { type: "log" } : { zero: false },
  };
  const drawn = {
    width: panels.length > 1 ? width / 2 : width,
    height: panels.length > 1 ? height * 0.75 : height,
    layer: [
      ...(seeds > 1
        ? [
            {
              mark: { type: "area", opacity: 0.2 },
              encoding: { x: stepAxis, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
            },
          ]
        : []),
      {
        mark: { type: "line", point: values.length === drawnCurves.length },
        encoding: { x: stepAxis, y: { ...y, field: "value" }, color: colour, strokeDash: dash },
      },
      ...(guide === undefined ? [] : [{ mark: guideMark, encoding: { y: { ...y, datum: guide } } }]),
    ],
  };
  const body =
    panels.length > 1
      ? { data: { values }, columns: 2, facet: panelBy("panel", panels), spec: drawn }
      : { data: { values }, ...drawn };
  const said = [
    ...notes,
    ...spread,
    ...means,
    ...thinnedNote(names.length, allNames.length, "layers"),
    ...gapNote(missing),
    ...belowNote(below),
  ];
  return plotOf(body, settings, said);
}

function curvesOf(where: string, run: Recording | Comparison, metric: string): Curve[] {
  const kind = (run as { kind?: unknown } | null)?.kind;
  if (kind !== "recording" && kind !== "comparison") {
    throw new TensorError(where, { expected: "a recording or a comparison", got: describe(run) });
  }
  const rows =
    run.kind === "recording"
      ? run.rows.map((row) => ({ ...row, panel: "", name: row.layer, low: null, high: null }))
      : run.summary.map(({ variant, layer, mean, min, max, ...row }) => ({
          ...row,
          panel: layer === "" ? "" : variant,
          name: layer === "" ? variant : layer,
          value: mean,
          low: min,
          high: max,
        }));
  const curves = new Map<string, { panel: string; name: string; points: CurvePoint[] }>();
  for (const row of rows) {
    if (row.metric !== metric) continue;
    const key = JSON.stringify([row.panel, row.name]);
    const curve = curves.get(key) ?? { panel: row.panel, name: row.name === "" ? metric : row.name, points: [] };
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
