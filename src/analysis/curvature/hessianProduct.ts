import type { Shape } from "../../base/dtype.ts";
import { TensorError } from "../../base/errors.ts";
import { changed } from "../../base/shared.ts";
import { NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import { isModule } from "../../nn/module/fields.ts";
import { tensorsIn } from "../../nn/module/keep.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { layersOf } from "../measuring/layers.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type Losses, type WeightedLosses, weighted } from "../measuring/losses.ts";
import { preserving } from "../measuring/preserving.ts";
import { addScaled, isAllFinite, type LongVector, lengthOf } from "../numbers/longVector.ts";
import { place } from "../numbers/vectors.ts";
import { type CurvatureGraph, hessianGraph } from "./curvatureGraph.ts";
import { type HessianChoice, type HessianSettings, passesOfProduct } from "./hessianOptions.ts";
import { outputCurvature } from "./outputCurvature.ts";

/**
 * Products of the Hessian of a loss at the parameters as they are when it is made. What becomes of them later does not
 * matter; each product leaves the model as it was.
 */
export class HessianProduct {
  /** How many parameters there are, each a row of the Hessian. */
  readonly size: number;
  /** The parameters' names, in the order of the rows. */
  readonly names: readonly string[];
  /** The parameters' shapes, in the same order. */
  readonly shapes: readonly Shape[];
  /** Whether all parameters are in single precision. */
  readonly single: boolean;
  readonly settings: HessianSettings;
  /** The loss, once {@link HessianProduct.start} has been called. */
  loss = Number.NaN;
  private readonly where: string;
  private readonly model: Module;
  private readonly losses: WeightedLosses;
  private readonly probe: Probe;
  private readonly parameters: readonly Parameter[];
  /** All tensors that the model holds, and the memory that products are made on. */
  private readonly tensors: readonly Tensor[];
  private arrays: NDArray[] = [];
  /** The loss that the probe looks at. */
  private current: Loss | null = null;
  /** What is recorded of the loss, where there is one, which counts 1, and it is kept for all products. */
  private graph: CurvatureGraph | null = null;
  private products = 0;

  constructor(where: string, model: Module, losses: Losses<unknown>, options: HessianChoice) {
    const { layers, curvature, batchNorm, method, step, reduction } = options;
    if (curvature !== "hessian" && method !== "exact") {
      throw new TensorError(where, {
        expected: `method: "exact" with curvature: "${curvature}"`,
        got: `method: "${method}"`,
        hint: "Differences of gradients are products with the Hessian.",
      });
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
    this.probe = new Probe(
      where,
      model,
      () => (this.current as Loss)(),
      layers === undefined ? undefined : this.parameters,
    );
    this.losses = weighted(where, losses, reduction, (fn) => preserving(model, fn, { batchNorm }));
    this.names = namesOf(model, this.parameters);
    this.shapes = this.parameters.map(({ shape }) => shape);
    this.size = this.parameters.reduce((sum, p) => sum + p.numel(), 0);
    this.single = this.parameters.every(({ dtype }) => dtype === "float32");
    this.tensors = tensorsIn(model);
    const h = method === "exact" ? null : (step ?? usualStep(this.parameters));
    const { count } = this.losses;
    const names = layers === undefined ? null : [...layers];
    this.settings = { layers: names, curvature, batchNorm, method, step: h, batches: count, reduction };
  }

  /** The passes so far. */
  get cost(): Cost {
    const { forward, backward } = this.probe.cost;
    return { forward, backward: backward + passesOfProduct * this.products };
  }

  /** Checks the loss, and makes the graph of the gradient if there is one to be kept. */
  start(): void {
    const { method, batches } = this.settings;
    this.within(() => {
      this.arrays = this.tensors.map((x) => kernels().copy(x.array));
      this.loss = 0;
      for (const { loss, weight } of this.losses.walk()) {
        this.current = loss;
        this.restart();
        this.loss += weight * this.probe.check();
        if (method !== "exact" || batches > 1) continue;
        this.arrays = this.restart();
        this.graph = this.recorded();
      }
    });
  }

  /** The gradient, with an entry for each parameter; to be asked for before {@link HessianProduct.start}. */
  gradient(): Float64Array {
    const sum = new Float64Array(this.size);
    this.arrays = this.tensors.map((x) => x.array);
    this.overBatches((weight) => {
      this.restart();
      addScaled(sum, joined(this.probe.gradient().gradient), weight);
    });
    return sum;
  }

  /** `H·v`, for a `v` with an entry for each parameter; in memory that is the caller's. */
  times(v: LongVector): Float64Array {
    if (this.graph !== null) return this.checked(this.fromGraph(v, this.graph));
    if (this.settings.method === "exact") return this.checked(this.fromGraphs(v));
    return this.checked(this.byDifferences(v, this.settings.step as number));
  }

  /**
   * What a product by differences may be off by: how it changes where the step is twice as long. The error of the formula
   * is about a third of that, and that of rounding not above it. Null where products are exact, to rounding.
   */
  errorOf(product: Float64Array, v: LongVector): Float64Array | null {
    if (this.settings.method === "exact") return null;
    const other = this.checked(this.byDifferences(v, 2 * (this.settings.step as number)));
    return other.map((x, i) => x - product[i]);
  }

  private checked(product: Float64Array): Float64Array {
    if (isAllFinite(product)) return product;
    throw new TensorError(this.where, {
      expected: "finite second derivatives",
      got: "a product with the Hessian that has NaN or an infinity",
      hint: "The loss may have a square root, a norm or a power at zero.",
      code: "EVENKEEL_NOT_FINITE",
    });
  }

  /** From the graph that is kept. Nothing of the user's runs, so that only arrays have to be put back. */
  private fromGraph(v: LongVector, graph: CurvatureGraph): Float64Array {
    const before = this.tensors.map((x) => x.array);
    this.tensors.forEach((x, k) => {
      x.array = this.arrays[k]; // what the graph was recorded on
    });
    try {
      return this.pulled(v, graph);
    } finally {
      this.tensors.forEach((x, k) => {
        x.array = before[k];
      });
    }
  }

  /** From a graph of each batch in turn. */
  private fromGraphs(v: LongVector): Float64Array {
    const sum = new Float64Array(v.length);
    this.overBatches((weight) => {
      this.restart();
      addScaled(sum, this.pulled(v, this.recorded()), weight);
    });
    return sum;
  }

  /** The graph of the loss that the probe looks at. */
  private recorded(): CurvatureGraph {
    const { curvature } = this.settings;
    if (curvature !== "hessian") return outputCurvature(this.where, this.model, this.probe, curvature);
    return hessianGraph(this.probe.gradient({ createGraph: true }).gradient, this.parameters);
  }

  private pulled(v: LongVector, graph: CurvatureGraph): Float64Array {
    this.products++;
    const product = new Float64Array(v.length);
    let from = 0;
    graph.times(split(v, this.parameters)).forEach((row, k) => {
      if (row !== null) product.set(row.data, from);
      from += this.parameters[k].numel();
    });
    return product;
  }

  private byDifferences(v: LongVector, h: number): Float64Array {
    const product = new Float64Array(v.length);
    const length = lengthOf(v);
    if (length === 0) return product;
    this.overBatches((weight) => {
      for (const side of [1, -1]) {
        this.restart();
        const there = joined(this.parameters);
        addScaled(there, v, (side * h) / length);
        place(this.parameters, split(there, this.parameters));
        const { gradient } = this.probe.gradient();
        addScaled(product, joined(gradient), (side * weight * length) / (2 * h));
      }
    });
    return product;
  }

  /** Calls `fn` with the weight of each loss, while it is the one that the probe looks at. */
  private overBatches(fn: (weight: number) => void): void {
    this.within(() => {
      for (const { loss, weight } of this.losses.walk()) {
        this.current = loss;
        fn(weight);
      }
    });
  }

  /** Puts the model on copies of what it was at the start. */
  private restart(): NDArray[] {
    changed();
    return this.tensors.map((x, k) => {
      x.array = kernels().copy(this.arrays[k]);
      return x.array;
    });
  }

  private within<T>(fn: () => T): T {
    return preserving(this.model, fn, { batchNorm: this.settings.batchNorm });
  }
}

function chosen(where: string, model: Module, layers: readonly string[] | undefined): readonly Parameter[] {
  if (layers === undefined) return model.parameters().filter((p) => p.requiresGrad);
  const found = new Set(layersOf(where, model, { chosen: layers }).flatMap(({ parameters }) => parameters));
  return model.parameters().filter((p) => found.has(p));
}

function namesOf(model: Module, parameters: readonly Parameter[]): string[] {
  return model.namedParameters().flatMap(([name, p]) => (parameters.includes(p) ? [name] : []));
}

function usualStep(parameters: readonly Tensor[]): number {
  const relative = parameters.some(({ dtype }) => dtype === "float32") ? 5e-4 : 1e-6;
  const units = parameters.reduce((sum, p) => sum + (p.ndim > 1 ? p.shape[0] : p.numel()), 0);
  return relative * Math.max(0.1, lengthOf(joined(parameters)) / Math.sqrt(units));
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

/** One long vector as tensors like others; those of its own precision are parts of its memory. */
export function split(vector: LongVector, like: readonly Tensor[]): Tensor[] {
  let from = 0;
  return like.map((x) => {
    const part = vector.subarray(from, from + x.numel());
    from += x.numel();
    const isDouble = part instanceof Float64Array;
    const data =
      x.dtype === "float64" ? (isDouble ? part : Float64Array.from(part)) : isDouble ? new Float32Array(part) : part;
    return x.detach().wrap(new NDArray(data, x.shape, x.dtype));
  });
}
