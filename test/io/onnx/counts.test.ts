import { expect, test } from "vitest";
import { threeCounts } from "../../../src/io/onnx/merge.ts";

test.each<readonly [what: string, taken: readonly number[], rows: number, counts: readonly number[]]>([
  ["from 5 on", [], 0, [5, 7, 11]],
  ["but for sizes that are taken", [7, 13], 0, [5, 11, 17]],
  ["not below those of a small example", [], 4, [5, 7, 11]],
  ["above those of a small example", [], 5, [7, 11, 13]],
  ["without the square of 5", [], 23, [29, 31, 37]],
  ["without the square of 7", [], 47, [53, 59, 61]],
  ["above an example of 64", [], 64, [67, 71, 73]],
  ["of a larger example few", [], 65, [5, 7, 11]],
])("a model runs with three primes of examples, %s", (_, taken, rows, counts) => {
  expect(threeCounts(new Set(taken), rows)).toEqual(counts);
});
