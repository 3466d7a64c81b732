import { draw, nameOf, type Row, rows } from "../../ops/ops.table.ts";
import type { OperationWorkload, Pass } from "../workloads.ts";
import { named } from "./named.ts";

/** What is measured of an operation. */
export interface OperationCase {
  readonly name: string;
  readonly workload: OperationWorkload;
  /** What it is held to by its name, in times PyTorch's; null for those of the table. */
  readonly target: number | null;
}

/** Sizes of rows with some 64, 64 k and 1 M elements. */
const sizes = [
  [8, 8],
  [256, 256],
  [1024, 1024],
] as const;

/** What the inputs of a row may have at most, in elements: some have more dimensions than two. */
const most = 4e6;

const passesOf = (row: Row): readonly Pass[] => (row.smooth === false ? ["forward"] : ["forward", "gradients"]);

/** Every row of the table of laws at each size that it can have, and what is named. */
export function operationCases(): OperationCase[] {
  const ofTable = rows.flatMap((row) => sizes.flatMap((size) => casesOf(row, size, null)));
  return [...ofTable, ...named.flatMap((row) => casesOf(row, [1, 1], row.target))];
}

function casesOf(row: Row, size: readonly [number, number], target: number | null): OperationCase[] {
  const inputs = row.inputs(...size);
  const elements = inputs.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  if (Math.max(...elements) > most) return [];
  const { torch } = row;
  const name = nameOf(row);
  return passesOf(row).map((pass) => ({
    name,
    workload: { kind: "operation", name, size, torch, inputs, pass },
    target,
  }));
}

/** The operation of a workload, and its inputs. */
export function operationOf({ name, size }: OperationWorkload) {
  const row = [...rows, ...named].find((other) => nameOf(other) === name);
  if (row === undefined) throw new Error(`no such operation: ${name}`);
  return { run: row.run, inputs: draw(row, size, 1, "float32") };
}
