import { flag, positive, text } from "../../base/optionKinds.ts";
import { type OptionKind, type OptionRules, optionsOf, type Settings } from "../../base/optionRules.ts";
import { display } from "../drawing/display.ts";
import type { Plot } from "../drawing/plot.ts";
import { broken } from "./broken.ts";
import { stacked } from "./stacked.ts";
import { backgroundOf, configOf, type Theme, titleSizes } from "./theme.ts";

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
  /** Whether panels stand one below the other, and long lines of text are broken, as for a phone. Default `false`. */
  readonly stacked?: boolean;
}

/** {@link PlotOptions} with everything filled in. */
export type PlotSettings = Required<PlotOptions>;

const pixels: OptionKind = { ...positive, expected: "a number of pixels above 0" };

/** What options of a plot may be. */
export const plotRules = {
  title: { is: text },
  width: { is: pixels },
  height: { is: pixels },
  theme: { words: ["light", "dark"], default: "light" },
  stacked: { is: flag, default: false },
} satisfies OptionRules<PlotOptions>;

/** About how many pixels an axis takes beside a panel. */
const besidePanel = 50;

/** What a plot is called, and how large it is, unless told otherwise. */
type Usual = Omit<PlotSettings, "theme" | "stacked">;

/** The options of a plot, its own among them, with title and size, which may depend on them. */
export function settingsOf<Options extends PlotOptions, Rules extends typeof plotRules>(
  where: string,
  options: Options,
  usual: Usual | ((chosen: Settings<Options, Rules>) => Usual),
  rules: Rules = plotRules as Rules,
): Settings<Options, Rules> & PlotSettings {
  const chosen = optionsOf(where, options, rules);
  const { title, width, height } = typeof usual === "function" ? usual(chosen) : usual;
  return {
    ...chosen,
    title: chosen.title ?? title,
    width: chosen.width ?? width,
    height: chosen.height ?? height,
  } as Settings<Options, Rules> & PlotSettings;
}

/**
 * A plot of Vega-Lite's `body`, in the theme asked for, that draws itself in notebooks.
 * @param notes - what stands below the title.
 */
export function plotOf(
  body: Readonly<Record<string, unknown>>,
  { title, theme, stacked: isStacked, width }: Pick<PlotSettings, "title" | "theme" | "stacked" | "width">,
  notes: readonly string[] = [],
): Plot {
  const room = width + besidePanel;
  const plot: Plot = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: isStacked
      ? {
          text: broken(title, room, titleSizes.title, true).join("\n"),
          subtitle: notes.flatMap((note) => broken(note, room, titleSizes.note)),
          frame: "bounds",
        }
      : { text: title, subtitle: notes },
    description: [`${title}.`, ...notes].join(" "),
    background: backgroundOf(theme),
    ...(isStacked ? stacked(body) : body),
    config: configOf(theme),
  };
  // Not enumerable, so that the plot stays plain JSON.
  return Object.defineProperty(plot, Symbol.for("Jupyter.display"), { value: () => display(plot) });
}
