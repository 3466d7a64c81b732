import { manualSeed, type Tensor, TensorError } from "evenkeel";
import { exportOnnx } from "evenkeel/io";
import { beforeEach, describe, expect, test } from "vitest";
import { draw, nameOf, rows } from "../ops/ops.table.ts";
import { apart, moduleOf, sessionOf } from "./onnxRun.ts";

beforeEach(() => void manualSeed(0));

/** Rows of the table of operations that no file can say, and the word by which they are refused. */
const refused: Readonly<Record<string, RegExp>> = {
  squeeze: /for 1 example/,
  "index, a mask": /index by a mask/,
  "index, a mask of rows": /index by a mask/,
  diag: /diag/,
  unfold: /unfold/,
  "unfold, without options": /unfold/,
  fold: /fold/,
  maxPoolPick: /maxPoolPick/,
  "diag, of a list": /diag/,
  "batchNorm, by the statistics of the batch": /running statistics/,
  "chain, of linear, batch norm, tanh and linear": /running statistics/,
  batchNormInputGradient: /batchNormBackward/,
  batchNormWeightGradient: /batchNormBackward/,
};

describe.each(rows.map((row) => [nameOf(row), row] as const))("%s", (name, row) => {
  // The sizes of one row are such that what is no example would look like one.
  const c = name === "matmul, batches times one matrix" ? 3 : 2;
  const inputsOf = (n: number, seed: number) => draw(row, [n, c], seed, "float32").map((x) => x.detach());
  test("is in a file as it is, or refused by name", async () => {
    const model = moduleOf((...xs: Tensor[]) => row.run(...xs));
    const example = inputsOf(6, 1);
    if (name in refused) {
      expect(() => exportOnnx(model, example)).toThrow(TensorError);
      expect(() => exportOnnx(model, example)).toThrow(refused[name]);
      return;
    }
    const run = await sessionOf(exportOnnx(model, example));
    const isBatched = inputsOf(4, 1)[0].shape[0] === 4;
    for (const n of isBatched ? [1, 4, 6] : [6]) {
      const xs = inputsOf(n, n + 1);
      const [own, theirs] = [row.run(...xs), await run(...xs)];
      expect([theirs.type, ...theirs.dims]).toEqual([own.dtype, ...own.shape]);
      expect(apart(own.data, theirs.data)).toBeLessThan(1e-5);
    }
  }, 30_000);
});
