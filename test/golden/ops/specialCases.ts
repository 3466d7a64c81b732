// Writes what is differentiated where numbers are not finite, or on an edge, to standard output, for special.py.
import { modulesAsFunctions } from "../../nn/specialModules.ts";
import { nameOf } from "../../ops/ops.table.ts";
import { casesAt, casesOfRow, differentiable, type SpecialCase } from "../../ops/specialCases.ts";

const asked = [
  ...differentiable.map((row) => ({ key: nameOf(row), torch: row.torch, cases: casesOfRow(row) })),
  ...modulesAsFunctions.map(({ key, torch, inputs }) => ({ key, torch, cases: casesAt(inputs) })),
];

/** What JSON lacks as words. */
const written = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : Object.is(value, -0) ? "-0.0" : value;

console.log(JSON.stringify(asked satisfies { key: string; torch: string; cases: SpecialCase[] }[], written));
