import { describe, TensorError } from "../../base/errors.ts";
import { record, text, texts } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { type PlotOptions, plotOf, plotRules } from "./plot.ts";

/** What {@link ownPlot} is told. */
export interface OwnPlotOptions extends Pick<PlotOptions, "theme" | "stacked"> {
  /** The title above it. */
  readonly title: string;
  /** What stands below the title, line by line. Default: nothing. */
  readonly notes?: readonly string[];
  /** The width of a panel in pixels, by which lines above a stacked plot are broken. Default `270`. */
  readonly width?: number;
}

const where = "ownPlot";

const rules = {
  title: { is: text, isRequired: true },
  notes: { is: texts, default: [] },
  theme: plotRules.theme,
  stacked: plotRules.stacked,
  width: { ...plotRules.width, default: 270 },
} satisfies OptionRules<OwnPlotOptions>;

/** What belongs to a whole plot, and not to a part of one. */
const wholly = ["$schema", "title", "description", "background", "config"];

/**
 * A plot of your own, with the fonts and colours of the others: what Vega-Lite draws, or several plots of this entry in one
 * figure, as `{ vconcat: [one, other] }`. Like the others it draws itself in a notebook, and `render` makes a picture of it.
 *
 * Plots within it keep their titles; what each says below its own is said here where you want it, as `notes`.
 *
 * @param body - a Vega-Lite specification: data, marks and encodings, or `hconcat`, `vconcat`, `concat`, `layer` of such.
 * Category colours are those of the other plots.
 * @throws TensorError for what is no object, and without a title.
 *
 * @example
 * ```ts
 * import { ownPlot } from "evenkeel/plot";
 *
 * const bars = {
 *   data: { values: [{ layer: "a", loss: 1 }, { layer: "b", loss: 2 }] },
 *   mark: "bar",
 *   encoding: { x: { field: "layer", type: "nominal" }, y: { field: "loss", type: "quantitative" } },
 * };
 * console.log(ownPlot(bars, { title: "Losses", theme: "dark" }).description); // => Losses.
 * ```
 */
export function ownPlot(body: Readonly<Record<string, unknown>>, options: OwnPlotOptions): Plot {
  if (!record.accepts(body)) {
    throw new TensorError(where, { expected: "a Vega-Lite specification as body", got: describe(body) });
  }
  const { notes, ...settings } = optionsOf(where, options, rules);
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !wholly.includes(name)));
  return plotOf(partOf(own) as Readonly<Record<string, unknown>>, settings, notes);
}

/** A specification whose parts have nothing that only a whole plot may have; a title of a part is its text. */
function partOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(partOf);
  if (!record.accepts(value)) return value;
  const entries = Object.entries(value as object);
  const isPlot = entries.some(([name]) => name === "$schema");
  return Object.fromEntries(
    entries
      .filter(([name]) => !isPlot || name === "title" || !wholly.includes(name))
      .map(([name, part]) => [name, isPlot && name === "title" ? panelTitle(part as Plot["title"]) : partOf(part)]),
  );
}

const panelTitle = ({ text }: Plot["title"]) => ({ text, fontSize: 12, offset: 4 });
