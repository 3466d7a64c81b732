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
function panelBy(field: string, names: readonly string[]) {
  return {
    field,
    type: "nominal",
    title: null,
    sort: names,
    header: { labelAnchor: "start", labelFontWeight: "bold" },
  };
}

/** A plot of panels side by side, in this order, for each of which there is a `panel` among the values. */
export function inPanels(
  values: readonly object[],
  panels: readonly string[],
  spec: object,
  independent: readonly ("x" | "y")[] = [],
) {
  const scale = Object.fromEntries(independent.map((axis) => [axis, "independent"]));
  return {
    data: { values },
    columns: 2,
    facet: panelBy("panel", [...new Set(panels)]),
    spec,
    ...(independent.length === 0 ? {} : { resolve: { scale } }),
  };
}

/** The same, but without a frame where there is one panel only. */
export function inPanelsIfSeveral(values: readonly object[], panels: readonly string[], spec: object) {
  return new Set(panels).size > 1 ? inPanels(values, panels, spec) : { data: { values }, ...spec };
}

/** Colours of named states, with a legend below. */
export function nominal(field: string, names: readonly string[], colours: readonly string[]) {
  return {
    field,
    type: "nominal",
    title: null,
    scale: { domain: names, range: colours },
    legend: { orient: "bottom", symbolType: "square", columns: 3, labelLimit: 320 },
  };
}

/** A line to compare with. */
export const guideMark = { type: "rule", strokeDash: [5, 4], strokeWidth: 1.2 };

/** Colours of a heat map, from dark to bright, which also order as shades of grey; a gap is the background. */
export function heat(field: string, title: string, { log = false }: { readonly log?: boolean } = {}) {
  return {
    field,
    type: "quantitative",
    title,
    scale: { scheme: "viridis", ...(log ? { type: "log" } : {}) },
    legend: { gradientLength: 160, tickCount: 5, format: ".4~g" },
  };
}
