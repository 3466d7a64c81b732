import { bernoulli, type Dtype, Generator, rand, randint, randperm, type Tensor, tensor } from "evenkeel";
import { convolution } from "./table/convolution.ts";
import { elementwise } from "./table/elementwise.ts";
import { functions } from "./table/functions.ts";
import { fused } from "./table/fused.ts";
import { indexing } from "./table/indexing.ts";
import { matmul } from "./table/matmul.ts";
import { pooling } from "./table/pooling.ts";
import { reduce } from "./table/reduce.ts";
import type { Row } from "./table/row.ts";
import { shape } from "./table/shape.ts";
import { windows } from "./table/windows.ts";
import { writing } from "./table/writing.ts";

export type { Row } from "./table/row.ts";

const someSizes = [
  [2, 3],
  [3, 1],
  [1, 4],
  [0, 2],
] as const;

/** Every operation, at least once. */
export const rows: readonly Row[] = [
  ...elementwise,
  ...matmul,
  ...reduce,
  ...shape,
  ...indexing,
  ...fused,
  ...convolution,
  ...windows,
  ...pooling,
  ...functions,
  ...writing,
];

/** A name for a row that no other has. */
export function nameOf({ op, title }: Row): string {
  return title === undefined ? op : `${op}, ${title}`;
}

/** The sizes for which PyTorch's values of a row are kept. */
export function sizesOf(row: Row): readonly (readonly [n: number, c: number])[] {
  return row.sizes ?? someSizes;
}

/** Inputs for a row, the floats wanting gradients; the same for the same seed. */
export function draw(row: Row, [n, c]: readonly [number, number], seed: number, dtype: Dtype): Tensor[] {
  const generator = new Generator().manualSeed(seed);
  return row.inputs(n, c).map(({ kind, shape, min, max }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (kind === "int") return randint(min, Math.max(max, min + 1), shape, { generator });
    if (kind === "mask") return bernoulli(rand(shape, { generator }), { generator }).to("bool");
    const spread = rand(shape, { generator });
    // Distinct values lie 0.3 apart, give or take 0.1, and none at 0.
    const values =
      kind !== "distinct"
        ? spread.mul(max - min).add(min)
        : randperm(size, { generator })
            .to("float32")
            .reshape(shape)
            .sub(size / 2 - 0.5)
            .mul(0.3)
            .add(spread.mul(0.1))
            .add(0.05);
    const x = tensor(Float64Array.from(values.data)).to(dtype).reshape(shape);
    const leaf = x.detach();
    leaf.requiresGrad = row.smooth !== false && kind !== "constant";
    return leaf;
  });
}

/** A weight for each element of an output: the same in every dtype, and in PyTorch. */
export function cotangent(y: Tensor): Tensor {
  const weights = Float64Array.from({ length: y.numel() }, (_, i) => (((i * 37 + 11) % 23) - 11) / 8);
  return tensor(weights).to(y.dtype).reshape(y.shape);
}
