import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { keep, keepFields } from "../../nn/module/keep.ts";
import { defaultGenerator } from "../../random/generator.ts";
import { generatorsOf } from "./preserving.ts";

/**
 * The batches as a list, which may not be empty. A single tensor is most likely meant to be one. A loader draws random
 * numbers as it is read, and moves on: its fields, its generator and the default one are put back, so that training goes on
 * as it would have.
 */
export function batchesOf<T>(where: string, batches: Iterable<T>): T[] {
  const isList = typeof batches === "object" && batches !== null && Symbol.iterator in batches && !isTensor(batches);
  const all = isList ? read(batches) : [];
  if (all.length > 0) return all;
  throw new TensorError(where, {
    expected: "one batch or more, in an array or another iterable",
    got: isList ? "none" : describe(batches),
    hint: isTensor(batches) ? "Put it in an array: [x]." : "",
  });
}

function read<T>(batches: Iterable<T>): T[] {
  const { restore } = keep([defaultGenerator, ...generatorsOf(batches)]);
  const fields = keepFields(batches);
  try {
    return [...batches];
  } finally {
    fields();
    restore();
  }
}
