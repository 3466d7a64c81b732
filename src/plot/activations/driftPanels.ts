import type { DriftPoint, DriftReport } from "../../analysis/index.ts";
import { greatest } from "../../analysis/numbers/extremes.ts";
import { TensorError } from "../../base/errors.ts";
import { isOf, layerNames, named, type OneOrNamed, panelName } from "../specification/named.ts";
import { thinned, thinnedNote } from "../specification/series.ts";

/** At most so many panels are drawn. */
const mostPanels = 8;

/** One layer, or unit, of one report. */
export interface DriftPanel {
  readonly panel: string;
  readonly edges: readonly number[];
  readonly points: readonly DriftPoint[];
}

/** What of reports of drift is drawn: a panel for each series, those of a layer beside one another. */
export function panelsOf(where: string, reports: OneOrNamed<DriftReport>) {
  const list = named(where, reports, isOf("driftReport"), "a report of ActivationDrift");
  const namesOf = list.map(([, { series }]) => {
    const layers = series.filter(({ unit }) => unit === null);
    const names = layerNames(layers);
    return new Map(layers.map(({ layer }, i) => [layer, names[i]]));
  });
  const longest = greatest(list.map(([, { series }]) => series.length));
  const all = Array.from({ length: longest }, (_, i) =>
    list.flatMap(([name, { series, options }], report): DriftPanel[] => {
      if (series[i] === undefined || series[i].points.length === 0) return [];
      const { layer, unit, points } = series[i];
      const place = panelName(name, namesOf[report].get(layer) ?? layer);
      return [{ panel: unit === null ? place : `${place}, unit ${unit}`, edges: options.edges, points }];
    }),
  ).flat();
  if (all.length === 0) {
    throw new TensorError(where, { expected: "a report with finite values", got: "one without any" });
  }
  const panels = thinned(all, mostPanels);
  const nonFinite = panels.flatMap(({ points }) => points).reduce((sum, point) => sum + point.nonFinite, 0);
  return { panels, notes: thinnedNote(panels.length, all.length, "layers"), nonFinite };
}
