import { grad } from "../autograd/grad.ts";
import { describe, TensorError } from "../errors.ts";
import { NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { isModule } from "../nn/fields.ts";
import type { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { Tensor } from "../tensor.ts";
import { tensorsIn } from "./keep.ts";
import { layersOf } from "./layers.ts";
import { type Cost, type Loss, Probe } from "./loss.ts";
import { type BatchNormMode, preserving } from "./preserving.ts";
import { place } from "./vectors.ts";

/** How products with the Hessian are made: by differentiating the gradient, or from gradients on either side. */
export type HessianMethod = "exact" | "differences";

/** Which Hessian is looked at, and how products with it are made. */
export interface HessianOptions {
  /**
   * The dotted names of modules or parameters, such as `["0", "2.weight"]`: the Hessian's block of these, the others
   * held constant. Default: all parameters that want a gradient.
   */
  readonly layers?: readonly string[];
  /** Which statistics batch norm uses: the batch's, as in training, or the running ones. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
  /**
   * `"exact"`: `H·v = ∇(∇L·v)`, from one graph for all products, which is kept until the end. `"differences"`:
   * `H·v ≈ (∇L(θ + h·v) − ∇L(θ − h·v))/2h` for `v` of length 1; two gradients each, no graph. Default `"exact"`.
   */
  readonly method?: HessianMethod;
  /**
   * The `h` of `"differences"`, a distance between parameters. Default: `max(1, ‖θ‖)` times `6e-6` in float64, `5e-3`
   * in float32, the cube root of the precision, where errors of rounding and of the formula are about equal.
   */
  readonly step?: number;
}

/** The {@link HessianOptions} used. */
export interface HessianSettings {
  /** The dotted names of the modules or parameters asked for, or null for all. */
  readonly layers: readonly string[] | null;
  /** Which statistics batch norm used. */
  readonly batchNorm: BatchNormMode;
  /** How products were made. */
  readonly method: HessianMethod;
  /** The distance moved for differences, or null. */
  readonly step: number | null;
}

/** The names of {@link HessianOptions}. */
export const hessianOptionNames = ["layers", "batchNorm", "method", "step"] as const;

/** What a number of products takes, with the two looks at the loss before. */
export function hessianProductCost(products: number, method: HessianMethod = "exact"): Cost {
  if (method === "exact") return { forward: 3, backward: 1 + products };
  return { forward: 2 + 2 * products, backward: 2 * products };
}

/** The number of passes, forward and backward. */
export const passes = ({ forward, backward }: Cost): number => forward + backward;

/**
 * Products of the Hessian of a loss at the parameters as they are when it is made. What becomes of them later does not
 * matter; each product leaves the model as it was.
 */
export class HessianProduct {
  /** How many parameters there are, each a row of the Hessian. */
  readonly size: number;
  /** The parameters' names, in the order of the rows. */
  readonly names: readonly string[];
  readonly settings: HessianSettings;
  /** The loss, once {@link HessianProduct.start} has been called. */
  loss = Number.NaN;
  private readonly where: string;
  private readonly model: Module;
  private readonly probe: Probe;
  private readonly parameters: readonly Parameter[];
  /** All tensors that the model holds, and the memory that products are made on. */
  private readonly tensors: readonly Tensor[];
  private arrays: NDArray[] = [];
  private gradient: readonly Tensor[] = [];
  private products = 0;

  constructor(where: string, model: Module, loss: Loss, options: HessianOptions) {
    const { layers, batchNorm = "batch", method = "exact", step } = options;
    checkWord(where, "batchNorm", batchNorm, ["batch", "running"]);
    checkWord(where, "method", method, ["exact", "differences"]);
    if (step !== undefined && !(typeof step === "number" && step > 0 && Number.isFinite(step))) {
      throw new TensorError(where, { expected: "a step above 0", got: describe(step) });
    }
    if (step !== undefined && method === "exact") {
      throw new TensorError(where, {
        expected: 'method: "differences" with a step',
        got: `a step of ${step} and method: "exact"`,
      });
    }
    this.where = where;
    this.model = model;
    this.parameters = isModule(model) ? chosen(where, model, layers) : [];
    this.probe = new Probe(where, model, loss, layers === undefined ? undefined : this.parameters);
    this.names = namesOf(model, this.parameters);
    this.size = this.parameters.reduce((sum, p) => sum + p.numel(), 0);
    this.tensors = tensorsIn(model);
    const h = method === "exact" ? null : (step ?? usualStep(this.parameters));
    this.settings = { layers: layers === undefined ? null : [...layers], batchNorm, method, step: h };
  }

  /** The passes so far. */
  get cost(): Cost {
    const { forward, backward } = this.probe.cost;
    return { forward, backward: backward + this.products };
  }

  /** Checks the loss, and makes the graph of the gradient if there is to be one. */
  start(): void {
    this.within(() => {
      this.arrays = this.tensors.map((x) => kernels().copy(x.array));
      this.restart();
      this.loss = this.probe.check();
      if (this.settings.method !== "exact") return;
      this.arrays = this.restart();
      this.gradient = this.probe.gradient({ createGraph: true }).gradient;
    });
  }

  /** `H·v`, for a `v` with an entry for each parameter. */
  times(v: Float64Array): Float64Array {
    const result = this.within(() => (this.settings.method === "exact" ? this.exactly(v) : this.byDifferences(v)));
    if (result.every(Number.isFinite)) return result;
    throw new TensorError(this.where, {
      expected: "finite second derivatives",
      got: "a product with the Hessian that has NaN or an infinity",
      hint: "The loss may have a square root, a norm or a power at zero.",
    });
  }

  private exactly(v: Float64Array): Float64Array {
    this.tensors.forEach((x, k) => {
      x.array = this.arrays[k]; // what the graph was recorded on
    });
    const directions = split(v, this.parameters);
    const terms = this.gradient.map((g, k) => g.mul(directions[k]).sum()).filter((term) => term.requiresGrad);
    this.products++;
    if (terms.length === 0) return new Float64Array(v.length);
    const along = terms.reduce((sum, term) => sum.add(term));
    const rows = grad(along, this.parameters, { allowUnused: true });
    return joined(rows.map((row, k) => row ?? this.parameters[k].detach().mul(0)));
  }

  private byDifferences(v: Float64Array): Float64Array {
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    if (length === 0) return new Float64Array(v.length);
    const h = this.settings.step as number;
    const gradientAt = (distance: number): Float64Array => {
      this.restart();
      const start = joined(this.parameters);
      const there = start.map((x, i) => x + (distance / length) * v[i]);
      place(this.parameters, split(there, this.parameters));
      return joined(this.probe.gradient().gradient);
    };
    const [ahead, behind] = [gradientAt(h), gradientAt(-h)];
    return ahead.map((g, i) => ((g - behind[i]) / (2 * h)) * length);
  }

  /** Puts the model on copies of what it was at the start. */
  private restart(): NDArray[] {
    return this.tensors.map((x, k) => {
      x.array = kernels().copy(this.arrays[k]);
      return x.array;
    });
  }

  private within<T>(fn: () => T): T {
    return preserving(this.model, fn, { batchNorm: this.settings.batchNorm });
  }
}

/** Refuses a word that is not among those known. */
export function checkWord(where: string, name: string, value: unknown, words: readonly string[]): void {
  if (words.some((word) => word === value)) return;
  const expected = `${name} as ${words.map((word) => `"${word}"`).join(" or ")}`;
  throw new TensorError(where, { expected, got: describe(value) });
}

/** Refuses what is no whole number from `least` on. */
export function checkCount(where: string, name: string, value: unknown, least = 1): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new TensorError(where, { expected: `${name} as a whole number from ${least} on`, got: describe(value) });
}

function chosen(where: string, model: Module, layers: readonly string[] | undefined): readonly Parameter[] {
  if (layers === undefined) return model.parameters().filter((p) => p.requiresGrad);
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new TensorError(where, {
      expected: "layers as a list of names of modules or parameters",
      got: describe(layers),
      hint: "Leave it out for all parameters.",
    });
  }
  const found = new Set(layersOf(where, model, { chosen: layers }).flatMap(({ parameters }) => parameters));
  return model.parameters().filter((p) => found.has(p));
}

function namesOf(model: Module, parameters: readonly Parameter[]): string[] {
  return model.namedParameters().flatMap(([name, p]) => (parameters.includes(p) ? [name] : []));
}

function usualStep(parameters: readonly Tensor[]): number {
  const relative = parameters.some(({ dtype }) => dtype === "float32") ? 5e-3 : 6e-6;
  const size = Math.sqrt(joined(parameters).reduce((sum, x) => sum + x * x, 0));
  return relative * Math.max(1, size);
}

/** Tensors as one long vector. */
function joined(tensors: readonly Tensor[]): Float64Array {
  const vector = new Float64Array(tensors.reduce((sum, x) => sum + x.numel(), 0));
  let from = 0;
  for (const x of tensors) {
    vector.set(x.data, from);
    from += x.numel();
  }
  return vector;
}

/** One long vector as tensors like others. */
export function split(vector: Float64Array, like: readonly Tensor[]): Tensor[] {
  let from = 0;
  return like.map((x) => {
    const numbers = vector.subarray(from, from + x.numel());
    from += x.numel();
    const data = x.dtype === "float64" ? Float64Array.from(numbers) : Float32Array.from(numbers);
    return x.detach().wrap(new NDArray(data, x.shape, x.dtype));
  });
}
