import { isTensor } from "../../base/brand.ts";
import { isFloat } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { names } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { type GradMode, lightly } from "../measuring/lightly.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import { chosen, type ForwardInputs, isLeaf, looking, run } from "../measuring/watching.ts";
import { numbersOf } from "../numbers/floats.ts";

/** Whose outputs are looked at, as a matrix of examples. */
export interface OutputMatrixOptions {
  /** The modules, by dotted names. Default: all that contain no others. */
  readonly modules?: readonly string[];
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

export const outputMatrixRules = {
  modules: { is: names },
  batchNorm: batchNormRule,
} satisfies OptionRules<OutputMatrixOptions>;

/** What a module put out, a row for each example: all its numbers, whatever their places. */
export interface OutputMatrix {
  /** Its dotted name. */
  readonly layer: string;
  /** Its class. */
  readonly type: string;
  readonly rows: readonly Float64Array[];
  /** How many numbers there are of each example. */
  readonly columns: number;
}

/** The first output of each module that runs, in the order in which they are asked for. */
export function outputMatrices(
  where: string,
  model: Module,
  inputs: ForwardInputs,
  { modules: asked, batchNorm }: Settings<OutputMatrixOptions, typeof outputMatrixRules>,
): { readonly names: readonly string[]; readonly matrices: readonly OutputMatrix[] } {
  const modules = chosen(where, model, asked, isLeaf, "those that contain no others");
  const look = (mode: GradMode) =>
    preserving(
      model,
      () => {
        const found = new Map<string, OutputMatrix>();
        looking(
          modules,
          (layer, module, _inputs, y) => {
            if (found.has(layer)) return;
            if (!isTensor(y) || !isFloat(y.dtype) || y.ndim === 0) {
              throw new TensorError(where, {
                expected: `a float tensor of examples from module "${layer}"`,
                got: isTensor(y) ? `${y.dtype} of shape ${show(y.shape)}` : describe(y),
              });
            }
            const columns = y.numel() / Math.max(1, y.shape[0]);
            const values = numbersOf(y);
            const rows = Array.from({ length: y.shape[0] }, (_, i) =>
              Float64Array.from(values.subarray(i * columns, (i + 1) * columns)),
            );
            found.set(layer, { layer, type: module.constructor.name, rows, columns });
          },
          () => mode(() => run(where, model, inputs)),
        );
        return modules.flatMap(([name]) => found.get(name) ?? []);
      },
      { batchNorm },
    );
  return { names: modules.map(([name]) => name), matrices: lightly(look) };
}
