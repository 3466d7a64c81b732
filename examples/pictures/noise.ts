import type { DriftReport } from "evenkeel/analysis";
import { ownPlot, type Plot } from "evenkeel/plot";
import { heading, type Look, meanOf } from "./parts.ts";

/** A run whose losses were kept, and one unit's input. */
interface WatchedRun {
  readonly losses: readonly number[];
  /** Its series are a layer and units of it, of which the last is drawn. */
  readonly report: DriftReport;
}

/**
 * What noise behind batch norm does: the losses of the variants above, and below what one unit gets in each of them, its mean over the
 * batch at every step.
 */
export function noise(
  runs: Readonly<Record<string, WatchedRun>>,
  {
    title = "Noise shakes what is behind batch norm, and it learns all the same",
    classes,
    most,
    ...look
  }: Look & { readonly title?: string; readonly classes: number; readonly most: number },
): Plot {
  const names = Object.keys(runs);
  const window = Math.max(2, Math.round(Object.values(runs)[0].losses.length / 10));
  const losses = Object.entries(runs).flatMap(([name, { losses }]) =>
    losses.map((loss, step) => ({
      name,
      step,
      loss,
      smooth: meanOf(losses.slice(Math.max(0, step + 1 - window), step + 1)),
    })),
  );
  const means = Object.entries(runs).flatMap(([name, { report }]) =>
    report.series[report.series.length - 1].points.map(({ step, mean }) => ({ name, step, mean })),
  );
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    sort: names,
    scale: { domain: names, range: "category" },
  };
  const legend = { orient: "bottom", columns: 4, symbolType: "stroke" };
  const guessing = Math.log(classes);
  const x = { field: "step", type: "quantitative", title: null, axis: { grid: false, format: "d", tickCount: 5 } };
  const y = {
    type: "quantitative",
    title: "loss",
    scale: { domainMax: Number((guessing + 0.12).toFixed(2)), zero: false },
  };
  const curves = {
    title: heading("loss"),
    data: { values: losses },
    width: look.width ?? 526,
    height: 210,
    layer: [
      {
        mark: { type: "line", strokeWidth: 0.7, opacity: 0.25, clip: true },
        encoding: { x, y: { ...y, field: "loss" }, color: { ...color, legend } },
      },
      {
        mark: { type: "line", strokeWidth: 2.5, clip: true },
        encoding: { x, y: { ...y, field: "smooth" }, color: { ...color, legend } },
      },
      {
        data: { values: [{ guessing }] },
        mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.2 },
        encoding: { y: { ...y, field: "guessing" } },
      },
      {
        data: { values: [{ guessing, text: `ln ${classes}: guessing` }] },
        mark: { type: "text", align: "right", dy: -7 },
        encoding: { x: { value: (look.width ?? 526) - 4 }, y: { ...y, field: "guessing" }, text: { field: "text" } },
      },
    ],
  };
  const units = names.map((name, i) => ({
    title: heading(name),
    width: look.width ?? 118,
    height: 90,
    transform: [{ filter: { field: "name", equal: name } }],
    mark: { type: "line", strokeWidth: 1, clip: true },
    encoding: {
      x: { ...x, title: "step", axis: { ...x.axis, tickCount: 2 } },
      y: {
        field: "mean",
        type: "quantitative",
        title: i === 0 || look.stacked ? "a unit's mean" : null,
        scale: { domain: [-most, most] },
        axis: { tickCount: 5, labels: i === 0 || look.stacked === true },
      },
      color: { ...color, legend: null },
    },
  }));
  return ownPlot(
    {
      vconcat: [
        curves,
        { data: { values: means }, hconcat: units, ...(look.stacked ? {} : { bounds: "flush" }), spacing: 18 },
      ],
    },
    { title, notes: [`Lines: means over ${window} steps; faint, as they were.`], ...look },
  );
}
