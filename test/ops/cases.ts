import type { Dtype } from "evenkeel";
import { draw, nameOf, rows, sizesOf } from "./ops.table.ts";

/** What PyTorch is asked to compute. */
export interface Case {
  readonly key: string;
  readonly torch: string;
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly dtype: Dtype;
    readonly wantsGrad: boolean;
    readonly data: readonly number[];
  }[];
}

/** Under which name PyTorch's answer is kept. */
export function keyOf(name: string, sizes: readonly number[], dtype: Dtype): string {
  return `${name} | ${sizes.join("×")} | ${dtype}`;
}

/** Every row, at all its sizes, in both float types. */
export function cases(): Case[] {
  return rows.flatMap((row) =>
    sizesOf(row).flatMap((sizes) =>
      (["float32", "float64"] as const).map((dtype) => ({
        key: keyOf(nameOf(row), sizes, dtype),
        torch: row.torch,
        inputs: draw(row, sizes, 1, dtype).map(({ shape, dtype, requiresGrad, data }) => ({
          shape,
          dtype,
          wantsGrad: requiresGrad,
          data: [...data],
        })),
      })),
    ),
  );
}
