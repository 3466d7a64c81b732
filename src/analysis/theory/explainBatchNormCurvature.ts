import { grad } from "../../autograd/grad.ts";
import { isTensor } from "../../base/brand.ts";
import { sizeOf } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { list } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { NDArray } from "../../kernels/array.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import { preserving } from "../measuring/preserving.ts";
import { aModule } from "../measuring/watching.ts";
import { dotOf } from "../numbers/longVector.ts";
import {
  type BatchNormForm,
  type BatchNormLike,
  type BatchNormSettings,
  batchNormFormRules,
  columnsOf,
  formOf,
  normalised,
  statisticsOf,
  through,
  type Unit,
  type UnitStatistics,
  unitsOf,
} from "./batchNormTerms.ts";

/** Options of {@link explainBatchNormCurvature}. */
export interface ExplainBatchNormCurvatureOptions extends BatchNormForm {
  /** Which units, by their places. Default: all. */
  readonly units?: readonly number[];
  /** A model that the loss uses, to be left as it is too: the running statistics of other batch norms in it do not move. */
  readonly model?: Module;
}

/** Theorem 4.2 for one unit, term by term; `v` is `dL/dy` at that unit, as in the theorem. */
export interface UnitCurvature extends UnitStatistics {
  /** `γ²/σ²`. */
  readonly scale: number;
  /** `‖v‖²`. */
  readonly directionSquared: number;
  /** `vᵀHv`, the curvature along `v` of the loss as a function of the output `z`. */
  readonly outputCurvature: number;
  /** `(Jv)ᵀH(Jv)` with `J = dz/dy`, which without eps is `γ²/σ²·vᵀHv`. */
  readonly hessianTerm: number;
  /** `−γ/(d·σ²)·⟨g, x̂⟩·‖v‖²`, from the curvature of batch norm itself; below 0 where `⟨g, x̂⟩` is above. */
  readonly gradientTerm: number;
  /** What eps adds: `γ/(d·σ²)·(3⟨g, x̂⟩⟨v, x̂⟩²/d − 2⟨v, x̂⟩⟨g, v⟩)`. */
  readonly epsTerm: number;
  /** The sum of the three terms. */
  readonly predicted: number;
  /** `vᵀĤv` with `Ĥ` the Hessian by the unit's input, by differentiating twice. */
  readonly measured: number;
  /** The theorem as the paper has it, without eps: `γ²/σ²·vᵀHv − γ/(m·σ²)·⟨g, x̂⟩·‖v‖²`. */
  readonly asPrinted: number;
  /** `⟨g, x̂⟩`. */
  readonly alongXhat: number;
  /** Whether the theorem's two conditions hold: `vᵀHv ≥ 0` and `⟨g, x̂⟩ > 0`. Then the curvature is below the rescaled. */
  readonly conditionsHold: boolean;
}

/** What {@link explainBatchNormCurvature} returns. */
export interface BatchNormCurvature {
  /** What it is. */
  readonly kind: "batchNormCurvature";
  /** Each unit's terms. */
  readonly units: UnitCurvature[];
  /** How many values each unit was normalised over. */
  readonly m: number;
  /** The loss of the output. */
  readonly loss: number;
  /** The options used, `units` filled in. */
  readonly options: BatchNormSettings & {
    /** The units looked at. */
    readonly units: number[];
    /** Whether a model was given. */
    readonly model: boolean;
  };
  /** Evaluations of the loss, and products with its Hessians counted as backward passes. */
  readonly cost: Cost;
}

const where = "explainBatchNormCurvature";

const rules = {
  ...batchNormFormRules,
  units: { is: list },
  model: { is: aModule },
} satisfies OptionRules<ExplainBatchNormCurvatureOptions>;

type Choice = Settings<ExplainBatchNormCurvatureOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const explainBatchNormCurvatureAnalysis = {
  name: where,
  kind: "batchNormCurvature",
  of: ["batchNorm", "x", "loss"],
  rules,
  plot: "theoremTerms",
  work,
} as const satisfies Analysis;

/**
 * How the curvature of a loss passes a batch norm, along the gradient `v = dL/dy` of one unit: Theorem 4.2 exactly,
 *
 * `vᵀĤv = (Jv)ᵀH(Jv) − γ/(d·σ²)·⟨g, x̂⟩·‖v‖² + γ/(d·σ²)·(3⟨g, x̂⟩⟨v, x̂⟩²/d − 2⟨v, x̂⟩⟨g, v⟩)`
 *
 * with `H`, `Ĥ` the Hessians by the unit's outputs and inputs, `g = dL/dz`, `J = dz/dy`, `d = m` for the biased variance,
 * `m − 1` for the unbiased. Without eps `⟨v, x̂⟩ = 0`, `Jv = γ/σ·v`, and the last term goes. A smaller `vᵀĤv` means
 * that the gradient says more about where a step along it leads. With running statistics only the first term is left.
 *
 * Shapes: `x` `[m, c]`, or `[n, c, l]` with `m = n·l`.
 *
 * @param batchNorm - a `BatchNorm1d`; it stays bit for bit as it is.
 * @param x - its input, `y` in the paper.
 * @param loss - from the output of the batch norm to one number; called twice.
 * @param options - which units, and another eps or variance than the module's.
 * @throws TensorError for anything but a batch norm, a loss that is not one finite number or does not depend on the
 * output, unknown units, and a unit that is constant on the batch while eps is 0.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Theorem 4.2.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { explainBatchNormCurvature } from "evenkeel/analysis";
 *
 * const norm = new nn.BatchNorm1d(1, { eps: 0, dtype: "float64" });
 * const x = tensor([[1], [2], [3], [6]], { dtype: "float64" });
 * const { units } = explainBatchNormCurvature(norm, x, (z) => z.relu().pow(3).sum());
 * const { hessianTerm, gradientTerm, predicted, measured } = units[0];
 * console.log(hessianTerm.toFixed(4), gradientTerm.toFixed(4)); // => 0.5366 -1.6097
 * console.log(predicted.toFixed(8) === measured.toFixed(8)); // => true
 * ```
 */
export function explainBatchNormCurvature(
  batchNorm: BatchNormLike,
  x: Tensor,
  loss: (z: Tensor) => Tensor,
  options: ExplainBatchNormCurvatureOptions = {},
): BatchNormCurvature {
  return analyse(explainBatchNormCurvatureAnalysis, options, batchNorm, x, loss);
}

function work(
  _: string,
  options: Choice,
  batchNorm: BatchNormLike,
  x: Tensor,
  loss: (z: Tensor) => Tensor,
): Unnamed<BatchNormCurvature> {
  const form = formOf(where, batchNorm, x, options);
  const places = placesOf(options.units, x.shape[1]);
  if (typeof loss !== "function") {
    throw new TensorError(where, { expected: "a function from the output to the loss", got: describe(loss) });
  }
  const { model } = options;
  const units = unitsOf(where, batchNorm, x, form);
  const measure = () => {
    const y = leaf(x);
    const output = normalised(batchNorm, y, form);
    const whole = new Curve(loss(output), y);
    const z = leaf(output);
    const outer = new Curve(loss(z), z);
    const gradients = columnsOf(outer.gradient);
    return { value: outer.value, units: places.map((j) => termsOf(units[j], gradients[j], whole, outer)) };
  };
  const mode = { batchNorm: form.batchNorm };
  const result = preserving(batchNorm, () => (model ? preserving(model, measure, mode) : measure()), mode);
  return {
    units: result.units,
    m: units[0].xhat.length,
    loss: result.value,
    options: { ...form, units: places, model: model !== undefined },
    cost: { forward: 2, backward: 2 + 3 * places.length },
  };
}

/** A loss, its gradient at one tensor, and its curvature along directions. */
class Curve {
  readonly value: number;
  readonly gradient: Tensor;
  private readonly at: Tensor;

  constructor(loss: Tensor, at: Tensor) {
    if (!isTensor(loss) || loss.numel() !== 1) {
      throw new TensorError(where, { expected: "a loss of one number", got: describe(loss) });
    }
    this.value = loss.item();
    if (!Number.isFinite(this.value)) {
      throw new TensorError(where, { expected: "a finite loss", got: `${this.value}`, code: "EVENKEEL_NOT_FINITE" });
    }
    const gradient = loss.requiresGrad ? grad(loss, [at], { createGraph: true, allowUnused: true })[0] : null;
    if (gradient === null) {
      throw new TensorError(where, {
        expected: "a loss that depends on the output of the batch norm",
        got: "one that does not",
      });
    }
    this.gradient = gradient;
    this.at = at;
  }

  /** `vᵀHv` for a `v` at one unit, 0 at all others. */
  along(unit: number, v: Float64Array): number {
    const direction = atUnit(unit, v, this.at);
    const slope = this.gradient.mul(direction).sum();
    if (!slope.requiresGrad) return 0;
    const [product] = grad(slope, [this.at], { allowUnused: true });
    return product === null ? 0 : dotOf(columnsOf(product)[unit], v);
  }
}

function termsOf(unit: Unit, g: Float64Array, whole: Curve, outer: Curve): UnitCurvature {
  const { gamma, sigma, xhat, divisor } = unit;
  const v = through(unit, g);
  const scale = (gamma * gamma) / (sigma * sigma);
  const [alongXhat, turned, directionSquared] = [dotOf(g, xhat), dotOf(v, xhat), dotOf(v, v)];
  const inner = gamma / (divisor * sigma * sigma);
  const hessianTerm = outer.along(unit.unit, through(unit, v));
  const gradientTerm = 0 - inner * alongXhat * directionSquared;
  const epsTerm = inner * ((3 * alongXhat * turned * turned) / divisor - 2 * turned * dotOf(g, v));
  const outputCurvature = outer.along(unit.unit, v);
  const printed = (gamma / (xhat.length * sigma * sigma)) * alongXhat * directionSquared;
  return {
    ...statisticsOf(unit),
    scale,
    directionSquared,
    outputCurvature,
    hessianTerm,
    gradientTerm,
    epsTerm,
    predicted: hessianTerm + gradientTerm + epsTerm,
    measured: whole.along(unit.unit, v),
    asPrinted: scale * outputCurvature - printed,
    alongXhat,
    conditionsHold: outputCurvature >= 0 && alongXhat > 0,
  };
}

function placesOf(units: readonly number[] | undefined, width: number): number[] {
  if (units === undefined) return Array.from({ length: width }, (_, i) => i);
  const isPlace = (unit: unknown) => Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < width;
  if (Array.isArray(units) && units.length > 0 && units.every(isPlace)) return [...units];
  throw new TensorError(where, { expected: `units as a list of numbers from 0 to ${width - 1}`, got: describe(units) });
}

function leaf(x: Tensor): Tensor {
  const copy = x.detach().clone();
  copy.requiresGrad = true;
  return copy;
}

/** `values` at one feature of a tensor like `x`, zeros elsewhere. */
function atUnit(unit: number, values: Float64Array, x: Tensor): Tensor {
  const [, c, ...places] = x.shape;
  const l = sizeOf(places);
  const data = x.dtype === "float64" ? new Float64Array(x.numel()) : new Float32Array(x.numel());
  values.forEach((value, i) => {
    data[(Math.floor(i / l) * c + unit) * l + (i % l)] = value;
  });
  return x.detach().wrap(new NDArray(data, x.shape, x.dtype));
}
