import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "evenkeel";
import { type Pump, pumpOf } from "./network.ts";

/** The pumps of the table, and whether each failed: `[n]`, int32. */
export interface Table {
  readonly pumps: readonly Pump[];
  readonly failed: Tensor;
}

/** Reads `pumps.csv`. An empty cell is null. */
export function readTable(): Table {
  const text = readFileSync(new URL("pumps.csv", import.meta.url), "utf8");
  const [head, ...lines] = text.trim().split("\n");
  const names = head.split(",");
  const rows = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
  const pumps = rows.map(({ kind, failed: _failed, ...cells }) => {
    const numbers = Object.entries(cells).map(([name, cell]) => [name, cell === "" ? null : Number(cell)]);
    return pumpOf({ kind, ...Object.fromEntries(numbers) });
  });
  return {
    pumps,
    failed: tensor(
      rows.map(({ failed }) => Number(failed)),
      { dtype: "int32" },
    ),
  };
}
