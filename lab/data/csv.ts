import { Generator, narrow, randperm, tensor } from "evenkeel";
import type { Dataset } from "./dataset.ts";
import type { Table } from "./table.ts";

/** Four fifths of a table to learn from, a fifth held out. */
export function ofTable({ rows, labels, classes }: Table, seed: number): Dataset {
  const x = tensor(rows as number[][]);
  const all = tensor(labels as number[], { dtype: "int32" });
  const order = randperm(rows.length, { generator: new Generator().manualSeed(seed) });
  const many = Math.floor(0.8 * rows.length);
  const [training, heldOut] = [narrow(order, 0, 0, many), narrow(order, 0, many, rows.length - many)].map((chosen) => ({
    x: x.index(chosen),
    labels: all.index(chosen),
  }));
  return { inputs: rows[0].length, classes: classes.length, training, heldOut };
}
