import { manualSeed, type Tensor, TensorError } from "evenkeel";
import { exportOnnx } from "evenkeel/io";
import { beforeEach, describe, expect, test } from "vitest";
import { draw, nameOf, rows } from "../ops/ops.table.ts";
import { held, moduleOf, sessionOf } from "./onnxRun.ts";

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
  batchNormInputGradient: /batchNormBackward/,
  batchNormWeightGradient: /batchNormBackward/,
  // Of what follows the numbers, or the sizes, depend on the examples.
  chunk: /same for any number of examples/,
  quantile: /same for any number of examples/,
  "quantile, several, of all": /same for any number of examples/,
  trace: /diag/,
  "hstack, of vectors and numbers": /an example input/,
  bincount: /bincount, which reads/,
  "bincount, of weights": /bincount, which reads/,
  vstack: /any number of examples/,
  "einsum, ii->i": /any number of examples/,
  "einsum, ii": /any number of examples/,
  "einsum, ...ij,...jk->...ik": /any number of examples/,
  "einsum, ...i,i": /any number of examples/,
  "einsum, iij,jkk->ik": /any number of examples/,
  "indexSelect, by numbers": /constants that are the same/,
  "repeatInterleave, flat, by numbers": /constants that are the same/,
  nonzero: /constants that are the same/,
  unique: /constants that are the same/,
  "searchsorted, right: false": /constants that are the same/,
  "searchsorted, right: true": /constants that are the same/,
  "searchsorted, by rows, right: false": /constants that are the same/,
  "searchsorted, by rows, right: true": /constants that are the same/,
  atan2: /atan2/,
  "atan2, broadcasting": /atan2/,
  cumprod: /cumprod/,
  "cumprod, of zeros": /cumprod/,
  histogram: /item\(\)/,
  "histogram, of a range, dense and weighted": /constants that are the same/,
  "histogram, between edges": /constants that are the same/,
  "at, a mask": /index by a mask/,
  setAt: /indexPut/,
  "setAt, of indices": /indexPut/,
  scatter: /scatter/,
  "scatter, a number": /scatter/,
  scatterAdd: /scatter/,
  indexAdd: /indexPut/,
  "indexAdd, along the last, weighted": /indexPut/,
  indexPut: /indexPut/,
  "indexPut, by a mask": /index by a mask/,
  "indexPut, adding pairs": /indexPut/,
  maskedScatter: /indexPut/,
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
      held(row.run(...xs), await run(...xs));
    }
  }, 30_000);
});
