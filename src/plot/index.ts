/**
 * Pictures of what `evenkeel/analysis` returns: plain data in, Vega-Lite specifications out, which notebooks draw by
 * themselves and {@link render} draws anywhere else.
 * @module evenkeel/plot
 */

export type { DisplayBundle } from "./display.ts";
export { LiveView, type LiveViewOptions, type ShowBundle } from "./liveView.ts";
export { type LossCurvesOptions, lossCurves } from "./lossCurves.ts";
export type { Plot, PlotOptions, PlotTitle } from "./plot.ts";
export { ProgressLine, type ProgressLineOptions } from "./progressLine.ts";
export { type RenderOptions, render } from "./render.ts";
export { type ReportOptions, report } from "./report.ts";
export { type ReportContent, reportPage } from "./reportPage.ts";
export { sparkline } from "./sparkline.ts";
export type { Theme } from "./theme.ts";
