import { describe, TensorError } from "../base/errors.ts";
import { deadUnitsCost } from "./activations/deadUnits.ts";
import { batchNormHealthCost } from "./batchNorm/batchNormHealth.ts";
import { recalibrateBatchNormCost } from "./batchNorm/recalibrateBatchNorm.ts";
import { internalCovariateShiftCost } from "./covariateShift/internalCovariateShift.ts";
import { layerInterferenceCost } from "./covariateShift/layerInterference.ts";
import { hessianEigenvaluesCost } from "./curvature/hessianEigenvalues.ts";
import { hessianTraceCost } from "./curvature/hessianTrace.ts";
import { spectralDensityCost } from "./curvature/spectralDensity.ts";
import { descend1dCost } from "./landscape/descend1d.ts";
import { interpolateCost } from "./landscape/interpolate.ts";
import { lineProbeCost } from "./landscape/lineProbe.ts";
import { lossSurfaceCost } from "./landscape/lossSurface.ts";
import type { Cost } from "./measuring/loss.ts";
import { compareCost } from "./recording/compare.ts";
import { weightScaleInvarianceCost } from "./theory/weightScaleInvariance.ts";

const costs = {
  batchNormHealth: batchNormHealthCost,
  compare: compareCost,
  deadUnits: deadUnitsCost,
  descend1d: descend1dCost,
  hessianEigenvalues: hessianEigenvaluesCost,
  hessianTrace: hessianTraceCost,
  internalCovariateShift: internalCovariateShiftCost,
  interpolate: interpolateCost,
  layerInterference: layerInterferenceCost,
  lineProbe: lineProbeCost,
  lossSurface: lossSurfaceCost,
  recalibrateBatchNorm: recalibrateBatchNormCost,
  spectralDensity: spectralDensityCost,
  weightScaleInvariance: weightScaleInvarianceCost,
};

/** The analyses whose cost can be told beforehand: those that may take long. */
export type LongAnalysis =
  | "batchNormHealth"
  | "compare"
  | "deadUnits"
  | "descend1d"
  | "hessianEigenvalues"
  | "hessianTrace"
  | "internalCovariateShift"
  | "interpolate"
  | "layerInterference"
  | "lineProbe"
  | "lossSurface"
  | "recalibrateBatchNorm"
  | "spectralDensity"
  | "weightScaleInvariance";

/**
 * The passes through the model that an analysis will take, at most, before it is run: multiply those forward and those
 * backward by the time that one takes, to know whether to wait.
 *
 * @param analysis - its name.
 * @param sizes - what its cost depends on: `{ steps }` of `lineProbe`; `{ points, path, repeats, hessian }` of `lossSurface`, the
 * last the number of parameters for the plane of that name;
 * `{ starts, rates, steps, points }` of `descend1d`, the number of each; `{ positions }` of `interpolate`; `{ layers }` of
 * `internalCovariateShift`, `layerInterference` and `weightScaleInvariance`;
 * `{ variants, seeds, steps }` of `compare`; `{ batches }` of `deadUnits`, `batchNormHealth` and `recalibrateBatchNorm`; of
 * the Hessian's three the number of parameters, then their options.
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
export function estimateCost(analysis: LongAnalysis, ...sizes: readonly unknown[]): Cost {
  if (typeof analysis !== "string" || !Object.hasOwn(costs, analysis)) {
    throw new TensorError("estimateCost", {
      expected: `an analysis among ${Object.keys(costs).join(", ")}`,
      got: describe(analysis),
    });
  }
  const isSize = (size: unknown) => typeof size === "number" || (typeof size === "object" && size !== null);
  if (sizes.every(isSize)) {
    const cost = (costs[analysis] as (...parts: readonly unknown[]) => Cost)(...sizes);
    if (cost.forward >= 0 && cost.backward >= 0) return cost;
  }
  throw new TensorError("estimateCost", {
    expected: `the sizes that the cost of ${analysis} depends on`,
    got: describe(sizes),
    hint: "Such as { steps: 9 } for lineProbe.",
  });
}
