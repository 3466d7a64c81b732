import { isFloat } from "../../base/dtype.ts";
import { arange, zeros } from "../../functions/factories.ts";
import { rand, randint, randn } from "../../functions/sample.ts";
import { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** How near to an example others are: its rows, rows like them, or any numbers. */
export type Likeness = "same" | "near" | "other";

/** Whether an input has a row for each example: as many as the first one. */
export function isBatched(x: Tensor, examples: readonly Tensor[]): boolean {
  return x.shape[0] === examples[0].shape[0];
}

/** Inputs of so many examples, made of given ones. */
export function inputsOf(examples: readonly Tensor[], count: number, likeness: Likeness): Tensor[] {
  const generator = new Generator().manualSeed(count);
  return examples.map((x) => {
    const shape = isBatched(x, examples) ? [count, ...x.shape.slice(1)] : [...x.shape];
    const like = repeated(x, shape);
    if (likeness === "same") return like;
    if (x.dtype === "bool") return randint(0, 2, shape, { dtype: "bool", generator });
    if (likeness === "near") {
      return isFloat(x.dtype)
        ? like.mul(rand(shape, { generator }).mul(0.2).add(0.9).to(x.dtype))
        : chosen(x, shape, generator);
    }
    if (isFloat(x.dtype)) return randn(shape, { generator }).mul(1.5).to(x.dtype);
    const [least, most] = x.numel() === 0 ? [0, 0] : [x.min().item(), x.max().item()];
    return randint(least, Math.min(least === most ? most + 4 : most + 1, 0x7fffffff), shape, { generator });
  });
}

/** Rows again and again, from the first. */
function repeated(x: Tensor, [count, ...rest]: readonly number[]): Tensor {
  const rows = x.shape[0];
  if (x.numel() === 0) return zeros([count, ...rest], { dtype: x.dtype });
  const order = arange(count, { dtype: "int32" });
  return x.index(order.sub(order.div(rows).to("int32").mul(rows)));
}

/** Elements that are there, at random. */
function chosen(x: Tensor, shape: readonly number[], generator: Generator): Tensor {
  if (x.numel() === 0) return zeros(shape, { dtype: x.dtype });
  return x.flatten().index(randint(0, x.numel(), shape, { generator }));
}
