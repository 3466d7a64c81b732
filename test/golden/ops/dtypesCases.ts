// Writes every case of bools and whole numbers to standard output, for dtypes.py.
import { cases } from "../../ops/dtypes.table.ts";

console.log(JSON.stringify(cases()));
