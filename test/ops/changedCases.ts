import type { Tensor } from "evenkeel";
import { modulesAsFunctions } from "../nn/specialModules.ts";
import { draw, nameOf } from "./ops.table.ts";
import { differentiable, type SpecialInput } from "./specialCases.ts";

/** An operation or a module of which something changes in place between forward and backward. */
export interface Changeable {
  readonly key: string;
  readonly torch: string;
  readonly inputs: readonly SpecialInput[];
  readonly run: (...inputs: Tensor[]) => Tensor;
}

const given = (inputs: readonly Tensor[]): SpecialInput[] =>
  inputs.map(({ shape, dtype, requiresGrad, data }) => ({ shape, dtype, wantsGrad: requiresGrad, data: [...data] }));

/** Every operation and module. */
export const changeable: readonly Changeable[] = [
  ...differentiable.map((row) => ({
    key: nameOf(row),
    torch: row.torch,
    inputs: given(draw(row, [2, 3], 1, "float64")),
    run: row.run,
  })),
  ...modulesAsFunctions.map(({ key, torch, inputs, run }) => ({ key, torch, inputs: given(inputs), run })),
];
