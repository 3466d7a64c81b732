import { describe, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import { display } from "../drawing/display.ts";
import type { Plot } from "../drawing/plot.ts";
import { backgroundOf, configOf, type Theme } from "./theme.ts";

/** What every plot may be told. */
export interface PlotOptions {
  /** In place of the title that the plot has. */
  readonly title?: string;
  /** The width in pixels, of each panel where there are several. */
  readonly width?: number;
  /** The height likewise. */
  readonly height?: number;
  /** For a light background or a dark one. Default `"light"`. */
  readonly theme?: Theme;
}

/** {@link PlotOptions} with everything filled in. */
export type PlotSettings = Required<PlotOptions>;

const names = ["title", "width", "height", "theme"];

/** The options of a plot, filled in. `own` are the names of those that it has beside {@link PlotOptions}. */
export function settingsOf(
  where: string,
  options: PlotOptions,
  { own = [], ...defaults }: Omit<PlotSettings, "theme"> & { readonly own?: readonly string[] },
): PlotSettings {
  checkOptions(where, options, [...own, ...names]);
  const { title = defaults.title, width = defaults.width, height = defaults.height, theme = "light" } = options ?? {};
  if (typeof title !== "string") throw new TensorError(where, { expected: "a title in words", got: describe(title) });
  for (const [name, value] of Object.entries({ width, height })) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new TensorError(where, { expected: `a ${name} in pixels, above 0`, got: describe(value) });
  }
  if (theme !== "light" && theme !== "dark") {
    throw new TensorError(where, { expected: 'theme "light" or "dark"', got: describe(theme) });
  }
  return { title, width, height, theme };
}

/**
 * A plot of Vega-Lite's `body`, in the theme asked for, that draws itself in notebooks.
 * @param notes - what stands below the title.
 */
export function plotOf(
  body: Readonly<Record<string, unknown>>,
  { title, theme }: Pick<PlotSettings, "title" | "theme">,
  notes: readonly string[] = [],
): Plot {
  const plot: Plot = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: { text: title, subtitle: notes },
    description: [`${title}.`, ...notes].join(" "),
    background: backgroundOf(theme),
    ...body,
    config: configOf(theme),
  };
  // Not enumerable, so that the plot stays plain JSON.
  return Object.defineProperty(plot, Symbol.for("Jupyter.display"), { value: () => display(plot) });
}
