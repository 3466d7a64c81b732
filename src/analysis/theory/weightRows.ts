import { describe, TensorError } from "../../base/errors.ts";
import { fieldsOf, isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import { isParameter, type Parameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hasRunningStatistics } from "../measuring/preserving.ts";
import { numbersOf } from "../numbers/floats.ts";
import type { LongVector } from "../numbers/longVector.ts";

/** A weight whose rows are units. */
export interface RowLayer {
  readonly name: string;
  readonly weight: Parameter;
}

/**
 * The layers asked for, or each linear layer that a batch norm follows in order of registration.
 * @throws TensorError for unknown names, layers without a weight of two dimensions, and where there are none.
 */
export function rowLayers(where: string, model: Module, layers: readonly string[] | undefined): RowLayer[] {
  if (!isModule(model)) throw new TensorError(where, { expected: "a module", got: describe(model) });
  const modules = model.namedModules();
  if (layers === undefined) {
    const parts = modules.filter(([, module]) => !fieldsOf(module).some(([, field]) => isModule(field)));
    const followed = parts.filter(([, module], i) => "outFeatures" in module && precedes(parts[i + 1]?.[1]));
    const found = followed.flatMap(([name, module]) => rowsOf(name, module) ?? []);
    if (found.length > 0) return found;
    throw new TensorError(where, {
      expected: "a model with linear layers that batch norm follows",
      got: `a ${model.constructor.name} without any`,
      hint: 'Name layers of your own, as in { layers: ["0"] }.',
    });
  }
  return layers.map((layer) => {
    const found = modules.find(([name]) => name === layer);
    const rows = found === undefined ? null : rowsOf(...found);
    if (rows !== null) return rows;
    throw new TensorError(where, {
      expected: "as layers the name of a module with a weight of two dimensions that wants a gradient",
      got: describe(layer),
      hint: "model.namedModules() lists them.",
    });
  });
}

const precedes = (next: Module | undefined): boolean => next !== undefined && hasRunningStatistics(next);

function rowsOf(name: string, module: Module): RowLayer | null {
  const { weight } = module as { weight?: unknown };
  return isParameter(weight) && weight.ndim === 2 && weight.requiresGrad ? { name, weight } : null;
}

/** The rows of a weight, where they lie. */
export function rows(weight: Tensor): LongVector[] {
  const [count, size] = weight.shape;
  const numbers = numbersOf(weight);
  return Array.from({ length: count }, (_, i) => numbers.subarray(i * size, (i + 1) * size));
}
