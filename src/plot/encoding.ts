import { seriesColours, seriesDashes, type Theme } from "./theme.ts";

// Parts of encodings that plots share. All series are told apart by colour and by dash, so that paper shows them too.

/** Colours, and the legend, of series by name. All layers of a plot have to use the same, or Vega-Lite drops the legend. */
export function colourBy(field: string, names: readonly string[], theme: Theme) {
  const palette = seriesColours[theme];
  return {
    field,
    type: "nominal",
    title: null,
    sort: names,
    scale: { domain: names, range: names.map((_, i) => palette[i % palette.length]) },
    legend: names.length > 1 ? { orient: "bottom", columns: 4, symbolType: "stroke" } : null,
  };
}

/** Dashes of the same series: with {@link colourBy} they make one legend. */
export function dashBy(field: string, names: readonly string[], theme: Theme) {
  return {
    ...colourBy(field, names, theme),
    scale: { domain: names, range: names.map((_, i) => seriesDashes[i % seriesDashes.length]) },
  };
}

/** The axis of a training run's steps. */
export const stepAxis = {
  field: "step",
  type: "quantitative",
  title: "step",
  axis: { grid: false, format: "d", tickMinStep: 1 },
};

/** Panels side by side, in this order, each with its name above it. */
export function panelBy(field: string, names: readonly string[]) {
  return {
    field,
    type: "nominal",
    title: null,
    sort: names,
    header: { labelAnchor: "start", labelFontWeight: "bold" },
  };
}
