// Writes the operations and modules of which inputs change before backward to standard output, for changed.py.
import { changeable } from "../../ops/changedCases.ts";

console.log(JSON.stringify(changeable.map(({ key, torch, inputs }) => ({ key, torch, inputs }))));
