/** On what a plot is to be looked at. */
export type Theme = "light" | "dark";

/**
 * Colours for series, which the colour-blind can tell apart: those of Okabe and Ito, darker or lighter where they would
 * not stand out from the background.
 * @see Okabe & Ito 2002, "Color Universal Design".
 */
export const seriesColours: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#0072b2", "#d55e00", "#00805c", "#b3548c", "#6f6f6f", "#a87000", "#2a8cc4", "#000000"],
  dark: ["#56b4e9", "#f08a3c", "#2fc79b", "#e39ac4", "#b8b8b8", "#f0e442", "#8fb4ff", "#ffffff"],
};

const inks = {
  light: { background: "#ffffff", text: "#1c1c1c", soft: "#555555", grid: "#e6e6e6", guide: "#6f6f6f" },
  dark: { background: "#1b1b1f", text: "#ececec", soft: "#b4b4b4", grid: "#36363c", guide: "#b8b8b8" },
};

/** The background of a theme. */
export const backgroundOf = (theme: Theme): string => inks[theme].background;

/** The colour of a theme's text. */
export const textOf = (theme: Theme): string => inks[theme].text;

/** Sizes of letters above a plot, in pixels. */
export const titleSizes = { title: 15, note: 12 };

/** Vega-Lite's `config` of a theme. */
export function configOf(theme: Theme): Readonly<Record<string, unknown>> {
  const { text, soft, grid, guide } = inks[theme];
  const label = { labelColor: soft, titleColor: text, labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    font: "system-ui, 'DejaVu Sans', sans-serif",
    padding: 8,
    lineBreak: "\n",
    view: { stroke: "transparent", discreteWidth: 220, discreteHeight: 180 },
    title: {
      color: text,
      subtitleColor: soft,
      anchor: "start",
      frame: "group",
      fontSize: titleSizes.title,
      fontWeight: "bold",
      subtitleFontSize: titleSizes.note,
      subtitlePadding: 4,
      offset: 12,
    },
    axis: {
      ...label,
      domainColor: soft,
      tickColor: soft,
      gridColor: grid,
      labelLimit: 180,
      labelSeparation: 5,
      titlePadding: 6,
    },
    legend: { ...label, labelLimit: 260, symbolStrokeWidth: 2.5, symbolSize: 180, symbolOpacity: 1 },
    header: { ...label, labelFontSize: 12, labelColor: text },
    range: { category: seriesColours[theme] },
    // Read aloud, thousands of marks are noise: the plot has one description.
    mark: { aria: false },
    line: { strokeWidth: 2 },
    rule: { color: guide },
    text: { color: text, fontSize: 11 },
  };
}

/** The dashes that tell series apart where colours do not, as on paper. */
export const seriesDashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [10, 4],
  [4, 1],
  [1, 3],
  [6, 2, 1, 2, 1, 2],
];

/** Colours of what is as it should be, of what is not quite, and of what is broken: told apart also in shades of grey. */
export const alarmColours: Readonly<
  Record<Theme, { readonly calm: string; readonly uneasy: string; readonly alarm: string }>
> = {
  light: { calm: "#e8edf2", uneasy: "#bd7f12", alarm: "#a8321c" },
  dark: { calm: "#2c3440", uneasy: "#b98a2e", alarm: "#ff7a5c" },
};

/** All colours of a theme, each at the place that its like has in the other; what stands on colours of its own is named, as "white". */
export const themeColours = (theme: Theme): readonly string[] => [
  ...seriesColours[theme],
  ...Object.values(inks[theme]),
  ...Object.values(alarmColours[theme]),
];
