/**
 * Pictures of what `evenkeel/analysis` returns: plain data in, Vega-Lite specifications out, which notebooks draw by
 * themselves and {@link render} draws anywhere else.
 * @module evenkeel/plot
 */

export { type LossCurvesOptions, lossCurves } from "./lossCurves.ts";
export type { Plot, PlotOptions, PlotTitle } from "./plot.ts";
export { type RenderOptions, render } from "./render.ts";
export type { Theme } from "./theme.ts";
