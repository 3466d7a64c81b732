import type { Comparison, Recording } from "../analysis/index.ts";
import { describe, TensorError } from "../errors.ts";
import { colourBy, dashBy, panelBy, stepAxis } from "./encoding.ts";
import { type Plot, type PlotOptions, plotOf, settingsOf } from "./plot.ts";
import { averaged, belowNote, gapNote, groupSize, mostSeries, orGap, thinned, thinnedNote } from "./series.ts";

/** What {@link lossCurves} may be told. */
export interface LossCurvesOptions extends PlotOptions {
  /** What to draw of what was recorded. Default `"loss"`. */
  readonly metric?: string;
  /** Whether the values are shown on a log scale; those of 0 and below are gaps then. Default `false`. */
  readonly log?: boolean;
}

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

const where = "lossCurves";

/**
 * The loss, or any other metric, over the steps of a training run: a line per variant of a comparison, its band from the
 * smallest to the largest value over the seeds. Of what was measured layer by layer, a line per layer, and a panel per
 * variant.
 *
 * Lines of more than 300 points are averaged in groups. Values that are not finite are gaps, and counted below the title.
 *
 * @throws TensorError for what is neither a recording nor a comparison, and for a metric that it does not have.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { compare } from "evenkeel/analysis";
 * import { lossCurves } from "evenkeel/plot";
 *
 * const network = (...norm: nn.Module[]) =>
 *   new nn.Sequential(new nn.Linear(4, 8), ...norm, new nn.Tanh(), new nn.Linear(8, 1));
 * const comparison = compare({
 *   variants: { standard: () => network(), "batch norm": () => network(new nn.BatchNorm1d(8)) },
 *   data: (_, generator) => randn([16, 4], { generator }),
 *   loss: (model, x) => model.forward(x).sub(x.sum(1, { keepdim: true })).square().mean(),
 *   optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.05 }),
 *   steps: 20,
 *   seed: [0, 1, 2],
 * });
 * console.log(lossCurves(comparison).title.text); // => Loss while training
 * ```
 */
export function lossCurves(run: Recording | Comparison, options: LossCurvesOptions = {}): Plot {
  const { metric = "loss", log = false } = options ?? {};
  const settings = settingsOf(where, options, {
    own: ["metric", "log"],
    title: `${metric.charAt(0).toUpperCase()}${metric.slice(1)} while training`,
    width: 520,
    height: 300,
  });
  const { theme, width, height } = settings;
  const all = curvesOf(run, metric);
  const allNames = [...new Set(all.map(({ name }) => name))];
  const names = thinned(allNames, mostSeries);
  const curves = all.filter(({ name }) => names.includes(name));
  const panels = [...new Set(curves.map(({ panel }) => panel))];
  const drawnPoints = curves.flatMap(({ points }) => points);
  const missing = drawnPoints.filter(({ value }) => value === null).length;
  const below = log ? drawnPoints.filter(({ value }) => value !== null && value <= 0).length : 0;
  const every = groupSize(Math.max(...curves.map(({ points }) => points.length)));
  const values = curves.flatMap(({ panel, name, points }) => {
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
    title: metric,
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
        mark: { type: "line", point: values.length === curves.length },
        encoding: { x: stepAxis, y: { ...y, field: "value" }, color: colour, strokeDash: dash },
      },
    ],
  };
  const body =
    panels.length > 1
      ? { data: { values }, columns: 2, facet: panelBy("panel", panels), spec: drawn }
      : { data: { values }, ...drawn };
  const notes = [
    ...spread,
    ...means,
    ...thinnedNote(names.length, allNames.length, "layers"),
    ...gapNote(missing),
    ...belowNote(below),
  ];
  return plotOf(body, settings, notes);
}

function curvesOf(run: Recording | Comparison, metric: string): Curve[] {
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
