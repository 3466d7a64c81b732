/**
 * Pictures of what `evenkeel/analysis` returns: plain data in, Vega-Lite specifications out, which notebooks draw by
 * themselves and {@link render} draws anywhere else.
 * @module evenkeel/plot
 */

export { activationHistograms } from "./activationHistograms.ts";
export { activationRidges } from "./activationRidges.ts";
export { covariateShiftBars } from "./covariateShiftBars.ts";
export type { Run } from "./curves.ts";
export { type DeadUnitsAt, deadUnitTimeline } from "./deadUnitTimeline.ts";
export { descentPaths } from "./descentPaths.ts";
export type { DisplayBundle } from "./display.ts";
export { type GradientHistogramsOptions, gradientHistograms } from "./gradientHistograms.ts";
export { type HessianSpectrumOptions, hessianSpectrum } from "./hessianSpectrum.ts";
export { type InterferenceHeatMapOptions, interferenceHeatMap } from "./interferenceHeatMap.ts";
export { interpolationCurve } from "./interpolationCurve.ts";
export { type LandscapeBandsOptions, type LineProbeAt, landscapeBands } from "./landscapeBands.ts";
export { lineProfile } from "./lineProfile.ts";
export { LiveView, type LiveViewOptions, type ShowBundle } from "./liveView.ts";
export { type LossCurvesOptions, lossCurves } from "./lossCurves.ts";
export type { OneOrNamed } from "./named.ts";
export { percentileBands } from "./percentileBands.ts";
export type { Plot, PlotOptions, PlotTitle } from "./plot.ts";
export { ProgressLine, type ProgressLineOptions } from "./progressLine.ts";
export { type RateScaleCell, type RateScaleMapOptions, rateScaleMap } from "./rateScaleMap.ts";
export { type RenderOptions, render } from "./render.ts";
export { type ReportOptions, report } from "./report.ts";
export { type ReportContent, reportPage } from "./reportPage.ts";
export { saturationBitmap } from "./saturationBitmap.ts";
export { sparkline } from "./sparkline.ts";
export { type SurfaceContoursOptions, surfaceContours } from "./surfaceContours.ts";
export type { Theme } from "./theme.ts";
export type { TheoremResult } from "./theoremParts.ts";
export { theoremTerms } from "./theoremTerms.ts";
export { updateRatioCurves } from "./updateRatioCurves.ts";
export { updateRatioDots } from "./updateRatioDots.ts";
