// Writes the inputs of every row of the table of operations to standard output, for ops.py.
import { cases } from "../../ops/cases.ts";

console.log(JSON.stringify(cases()));
