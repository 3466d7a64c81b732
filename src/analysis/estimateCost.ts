import { describe, TensorError } from "../base/errors.ts";
import { deadUnitsAnalysis } from "./activations/deadUnits.ts";
import { batchNormHealthAnalysis } from "./batchNorm/batchNormHealth.ts";
import { recalibrateBatchNormAnalysis } from "./batchNorm/recalibrateBatchNorm.ts";
import { internalCovariateShiftAnalysis } from "./covariateShift/internalCovariateShift.ts";
import { layerInterferenceAnalysis } from "./covariateShift/layerInterference.ts";
import { gradientAlignmentAnalysis } from "./curvature/gradientAlignment.ts";
import { hessianDiagonalAnalysis } from "./curvature/hessianDiagonal.ts";
import { hessianEigenvaluesAnalysis } from "./curvature/hessianEigenvalues.ts";
import { hessianTraceAnalysis } from "./curvature/hessianTrace.ts";
import { spectralDensityAnalysis } from "./curvature/spectralDensity.ts";
import { descend1dAnalysis } from "./landscape/descend1d.ts";
import { interpolateAnalysis } from "./landscape/interpolate.ts";
import { learningRateTestAnalysis } from "./landscape/learningRateTest.ts";
import { lineProbeAnalysis } from "./landscape/lineProbe.ts";
import { lossSurfaceAnalysis } from "./landscape/lossSurface.ts";
import type { Cost } from "./measuring/loss.ts";
import { compareAnalysis } from "./recording/compare.ts";
import { weightScaleInvarianceAnalysis } from "./theory/weightScaleInvariance.ts";

/** The analyses that may take long, as they are declared. */
export const longAnalyses = {
  batchNormHealth: batchNormHealthAnalysis,
  compare: compareAnalysis,
  deadUnits: deadUnitsAnalysis,
  descend1d: descend1dAnalysis,
  gradientAlignment: gradientAlignmentAnalysis,
  hessianDiagonal: hessianDiagonalAnalysis,
  hessianEigenvalues: hessianEigenvaluesAnalysis,
  hessianTrace: hessianTraceAnalysis,
  internalCovariateShift: internalCovariateShiftAnalysis,
  interpolate: interpolateAnalysis,
  layerInterference: layerInterferenceAnalysis,
  learningRateTest: learningRateTestAnalysis,
  lineProbe: lineProbeAnalysis,
  lossSurface: lossSurfaceAnalysis,
  recalibrateBatchNorm: recalibrateBatchNormAnalysis,
  spectralDensity: spectralDensityAnalysis,
  weightScaleInvariance: weightScaleInvarianceAnalysis,
};

/**
 * The analyses whose cost can be told beforehand: those that may take long.
 *
 * @useDeclaredType
 */
export type LongAnalysis = keyof typeof longAnalyses;

/** What the cost of each analysis depends on, as {@link estimateCost} takes it behind the name. */
export type CostSizes = { readonly [Name in LongAnalysis]: Parameters<(typeof longAnalyses)[Name]["cost"]> };

/**
 * The passes through the model that an analysis will take, at most, before it is run: multiply those forward and those
 * backward by the time that one takes, to know whether to wait.
 *
 * @param analysis - its name.
 * @param sizes - what its cost depends on: `{ steps }` of `lineProbe` and `learningRateTest`; `{ points, path, repeats, hessian }` of `lossSurface`, the
 * last the number of parameters for the plane of that name;
 * `{ starts, rates, steps, points }` of `descend1d`, the number of each; `{ positions }` of `interpolate`; `{ layers }` of
 * `internalCovariateShift`, `layerInterference` and `weightScaleInvariance`;
 * `{ variants, seeds, steps }` of `compare`; `{ batches }` of `deadUnits`, `batchNormHealth` and `recalibrateBatchNorm`; of
 * the Hessian's five the number of parameters, then their options.
 * @throws TensorError for an analysis that there is not, or sizes that its cost does not follow from.
 *
 * @example
 * ```ts
 * import { estimateCost } from "evenkeel/analysis";
 *
 * console.log(estimateCost("lossSurface", { points: 51 })); // => { forward: 2603, backward: 0 }
 * console.log(estimateCost("lineProbe", { steps: 9 })); // => { forward: 12, backward: 10 }
 * ```
 */
export function estimateCost<Name extends LongAnalysis>(analysis: Name, ...sizes: CostSizes[Name]): Cost {
  if (typeof analysis !== "string" || !Object.hasOwn(longAnalyses, analysis)) {
    throw new TensorError("estimateCost", {
      expected: `an analysis among ${Object.keys(longAnalyses).join(", ")}`,
      got: describe(analysis),
    });
  }
  const isSize = (size: unknown) => typeof size === "number" || (typeof size === "object" && size !== null);
  if (sizes.every(isSize)) {
    const cost = (longAnalyses[analysis].cost as (...sizes: readonly unknown[]) => Cost)(...sizes);
    if (cost.forward >= 0 && cost.backward >= 0) return cost;
  }
  throw new TensorError("estimateCost", {
    expected: `the sizes that the cost of ${analysis} depends on`,
    got: describe(sizes),
    hint: "Such as { steps: 9 } for lineProbe.",
  });
}
