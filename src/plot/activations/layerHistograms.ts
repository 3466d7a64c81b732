import { greatest, least } from "../../analysis/numbers/extremes.ts";
import type { Histogram } from "../../analysis/numbers/spread.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { textWidth } from "../drawing/textWidth.ts";
import { type PlotSettings, plotOf } from "../specification/plot.ts";
import { gapNote, mostSeries, thinned, thinnedNote } from "../specification/series.ts";
import { type Ridge, ridgeMarks, ridgeNote, ridgeValues } from "./ridge.ts";

/** How large the names of layers are written, in pixels, and how much room any axis has for its labels. */
const [labelSize, roomForLabels] = [11, 40];

/** No panel is narrower, however long the names beside it. */
const leastWidth = 120;

/** The histograms of one model, from its first layer on. */
interface Panel {
  readonly panel: string;
  readonly rows: readonly {
    readonly name: string;
    readonly histogram: Histogram | null;
    readonly nonFinite: number;
  }[];
}

/** Ridges layer below layer, a panel for each model, with the names of its own layers. */
export function layerHistograms(
  where: string,
  panels: readonly Panel[],
  settings: PlotSettings,
  {
    x,
    what,
    domain,
  }: { readonly x: string; readonly what: string; readonly domain?: readonly [number, number] | undefined },
): Plot {
  const { theme, width, height, stacked } = settings;
  if (panels.every(({ rows }) => rows.length === 0)) {
    throw new TensorError(where, { expected: "a report of one layer or more", got: `one of no ${what}` });
  }
  const notes = new Set([ridgeNote]);
  const edges = panels.flatMap(({ rows }) =>
    rows.flatMap(({ histogram }) => (histogram === null ? [] : histogram.edges)),
  );
  // What is compared lies on one axis; of a constant there is a bin beyond the domain too.
  const isShared = edges.length > 0 && (panels.length > 1 || domain !== undefined);
  const axis = isShared
    ? ([least([...edges, ...(domain ?? [])]), greatest([...edges, ...(domain ?? [])])] as const)
    : undefined;
  const labels = panels.flatMap(({ rows }) => thinned(rows, mostSeries).map(({ name }) => textWidth(name, false)));
  const besides = Math.max(0, labelSize * greatest(labels) - roomForLabels);
  const drawn = panels.map(({ panel, rows }) => {
    const kept = thinned(rows, mostSeries);
    for (const note of thinnedNote(kept.length, rows.length, what)) notes.add(note);
    const ridges = kept.flatMap(({ histogram }, row): Ridge[] =>
      histogram === null ? [] : [{ panel: "", row, ...histogram }],
    );
    return {
      data: { values: ridgeValues(ridges, kept.length) },
      width: stacked ? Math.max(leastWidth, width - besides) : width,
      height,
      ...(panel === "" ? {} : { title: { text: panel, fontSize: 12, offset: 4 } }),
      ...ridgeMarks(
        kept.map(({ name }) => name),
        { x, y: null, theme, domain: axis },
      ),
    };
  });
  const missing = panels.flatMap(({ rows }) => rows).reduce((sum, { nonFinite }) => sum + nonFinite, 0);
  const body = drawn.length === 1 ? drawn[0] : { concat: drawn, columns: 2 };
  return plotOf(body, settings, [...notes, ...gapNote(missing)]);
}
