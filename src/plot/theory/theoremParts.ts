import type {
  BatchNormCurvature,
  BatchNormGradient,
  BatchNormInitialisation,
  BatchNormMinimax,
} from "../../analysis/index.ts";

/** What one of the functions that explain batch norm returns. */
export type TheoremResult = BatchNormGradient | BatchNormCurvature | BatchNormMinimax | BatchNormInitialisation;

/** A theorem as a picture: for each unit parts of a sum, and values to compare the sum with. */
export interface TheoremParts {
  readonly title: string;
  readonly axis: string;
  /** Where the axis ends, whatever rounding adds to a sum of shares; where it is left out, behind the longest bar. */
  readonly whole?: number;
  readonly notes: readonly string[];
  /** The names of the parts, in the order in which they are stacked. */
  readonly parts: readonly string[];
  /** The names of the values that parts are compared with. */
  readonly points: readonly string[];
  readonly rows: readonly {
    readonly unit: number;
    readonly parts: readonly number[];
    readonly points: readonly number[];
  }[];
}

/** The parts of a result, by the theorem that it is of; null for anything else, also where units lack what it is about. */
export function theoremParts(result: TheoremResult): TheoremParts | null {
  if (!Object.hasOwn(theorems, result?.kind ?? "")) return null;
  const { reads, parts } = theorems[result.kind] as Theorem;
  const isWhole = (unit: object) => reads.every((name) => typeof Object(unit)[name] === "number");
  const { units } = result as { readonly units: unknown };
  return Array.isArray(units) && units.length > 0 && units.every(isWhole) ? parts(result) : null;
}

const gradientParts = ({ units }: BatchNormGradient): TheoremParts => ({
  title: "Theorem 4.1: not a simple rescale",
  axis: "share of ‖γ/σ·g‖², the gradient of a mere rescale",
  whole: 1,
  notes: ["A rescale would keep all of it."],
  parts: ["kept", "taken out along x̂", "taken out along 1"],
  points: ["‖dL/dy‖² as measured"],
  rows: units.map(({ unit, kept, xhatShare, meanShare, measured, rescaled }) => ({
    unit,
    parts: [kept, xhatShare, meanShare],
    points: [measured / rescaled],
  })),
});

const curvatureParts = ({ units }: BatchNormCurvature): TheoremParts => ({
  title: "Theorem 4.2: the curvature along the gradient",
  axis: "curvature vᵀĤv",
  notes: ["What reaches left of 0 flattens."],
  parts: ["of the loss behind it", "of batch norm itself", "of eps"],
  points: ["measured", "if it were a rescale only"],
  rows: units.map(({ unit, hessianTerm, gradientTerm, epsTerm, measured, scale, outputCurvature }) => ({
    unit,
    parts: [hessianTerm, gradientTerm, epsTerm],
    points: [measured, scale * outputCurvature],
  })),
});

const minimaxParts = ({ units, options: { lambda } }: BatchNormMinimax): TheoremParts => ({
  title: "Theorem 4.4: the largest gradient at the weights",
  axis: "‖dL/dw‖² at most",
  notes: [`Over all inputs X with ‖X‖ ≤ ${Number(lambda.toPrecision(3))}.`],
  parts: ["the most with batch norm", "taken out along x̂", "taken out along 1"],
  points: ["the most as measured", "the most without batch norm"],
  rows: units.map(({ unit, gamma, sigma, predicted, xhatTerm, meanTerm, measured, withoutBatchNorm }) => {
    const scale = (gamma / sigma) ** 2;
    return { unit, parts: [predicted, scale * xhatTerm, scale * meanTerm], points: [measured, withoutBatchNorm] };
  }),
});

function initialisationParts({ units }: BatchNormInitialisation): TheoremParts {
  const silent = units.filter(({ isOptimum }) => !isOptimum).length;
  return {
    title: "Lemma 4.5: the distance from the start to an optimum",
    axis: "squared distance",
    notes: silent === 0 ? [] : [`For ${silent} of ${units.length} units k ≤ 0, where the lemma says nothing.`],
    parts: ["to the nearest optimum with batch norm", "saved by batch norm"],
    points: ["measured"],
    rows: units.map(({ predicted, savedSquared, measured }, unit) => ({
      unit,
      parts: [predicted, savedSquared],
      points: [measured],
    })),
  };
}

/** What a theorem is about, and how it is drawn. */
interface Theorem {
  /** The numbers that each unit has. */
  readonly reads: readonly string[];
  readonly parts: (result: TheoremResult) => TheoremParts;
}

const theorem = <Result extends TheoremResult>(
  reads: readonly (keyof Result["units"][number])[],
  parts: (result: Result) => TheoremParts,
) => ({ reads, parts });

const theorems = {
  batchNormGradient: /* @__PURE__ */ theorem<BatchNormGradient>(
    ["unit", "kept", "xhatShare", "meanShare", "measured", "rescaled"],
    gradientParts,
  ),
  batchNormCurvature: /* @__PURE__ */ theorem<BatchNormCurvature>(
    ["unit", "hessianTerm", "gradientTerm", "epsTerm", "measured", "scale", "outputCurvature"],
    curvatureParts,
  ),
  batchNormMinimax: /* @__PURE__ */ theorem<BatchNormMinimax>(
    ["unit", "gamma", "sigma", "predicted", "xhatTerm", "meanTerm", "measured", "withoutBatchNorm"],
    minimaxParts,
  ),
  batchNormInitialisation: /* @__PURE__ */ theorem<BatchNormInitialisation>(
    ["predicted", "savedSquared", "measured"],
    initialisationParts,
  ),
};
