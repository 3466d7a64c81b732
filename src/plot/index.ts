/**
 * Pictures of what `evenkeel/analysis` returns: plain data in, Vega-Lite specifications out, which notebooks draw by
 * themselves and {@link render} draws anywhere else.
 * @module evenkeel/plot
 */

export { activationHistograms } from "./activations/activationHistograms.ts";
export { activationRidges } from "./activations/activationRidges.ts";
export { type DeadUnitsAt, deadUnitTimeline } from "./activations/deadUnitTimeline.ts";
export { type GradientHistogramsOptions, gradientHistograms } from "./activations/gradientHistograms.ts";
export { percentileBands } from "./activations/percentileBands.ts";
export {
  type Profile,
  type ProfileCurvesOptions,
  type ProfileMeasure,
  profileCurves,
} from "./activations/profileCurves.ts";
export { saturationBitmap } from "./activations/saturationBitmap.ts";
export { updateRatioDots } from "./activations/updateRatioDots.ts";
export { covariateShiftBars } from "./covariateShift/covariateShiftBars.ts";
export { type InterferenceHeatMapOptions, interferenceHeatMap } from "./covariateShift/interferenceHeatMap.ts";
export { type HessianSpectrumOptions, hessianSpectrum } from "./curvature/hessianSpectrum.ts";
export type { DisplayBundle } from "./drawing/display.ts";
export type { Plot, PlotTitle } from "./drawing/plot.ts";
export { type RenderOptions, render } from "./drawing/render.ts";
export { type DescentPathsOptions, descentPaths } from "./landscape/descentPaths.ts";
export { interpolationCurve } from "./landscape/interpolationCurve.ts";
export { type LandscapeBandsOptions, type LineProbeAt, landscapeBands } from "./landscape/landscapeBands.ts";
export { lineProfile } from "./landscape/lineProfile.ts";
export { type RateScaleCell, type RateScaleMapOptions, rateScaleMap } from "./landscape/rateScaleMap.ts";
export { rateTestCurve } from "./landscape/rateTestCurve.ts";
export { type SurfaceContoursOptions, surfaceContours } from "./landscape/surfaceContours.ts";
export { type SurfaceReliefOptions, surfaceRelief } from "./landscape/surfaceRelief.ts";
export { LiveView, type LiveViewOptions, type ShowBundle } from "./pages/liveView.ts";
export { ProgressLine, type ProgressLineOptions } from "./pages/progressLine.ts";
export { type ReportOptions, report } from "./pages/report.ts";
export { type ReportContent, reportPage } from "./pages/reportPage.ts";
export { sparkline } from "./pages/sparkline.ts";
export type { Run } from "./recording/curves.ts";
export { type LossCurvesOptions, lossCurves } from "./recording/lossCurves.ts";
export { updateRatioCurves } from "./recording/updateRatioCurves.ts";
export type { OneOrNamed } from "./specification/named.ts";
export { type OwnPlotOptions, ownPlot } from "./specification/ownPlot.ts";
export type { PlotOptions } from "./specification/plot.ts";
export type { Theme } from "./specification/theme.ts";
export { type GradientProjectionOptions, gradientProjection } from "./theory/gradientProjection.ts";
export type { TheoremResult } from "./theory/theoremParts.ts";
export { theoremTerms } from "./theory/theoremTerms.ts";
