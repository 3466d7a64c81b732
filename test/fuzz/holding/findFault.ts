import { using } from "./memory.ts";
import { type Outcome, runProgram } from "./program.ts";

const bytes = (x: Float64Array) => new Uint8Array(x.buffer);

/** Where two runs differ in a bit. */
function difference(a: Outcome, b: Outcome): string | null {
  if (a.computed.length !== b.computed.length) return `${a.computed.length} values, and ${b.computed.length}`;
  const at = a.computed.findIndex((values, i) => Buffer.compare(bytes(values), bytes(b.computed[i])) !== 0);
  return at < 0 ? null : `value ${at}`;
}

/** What is wrong with the program of a seed, or null: it is run with memory used again, never again, and with traps. */
export function findFault(seed: number): string | null {
  const never = using("never", () => runProgram(seed));
  for (const use of ["again", "trapped"] as const) {
    try {
      const outcome = using(use, () => runProgram(seed));
      if (outcome.changed.length > 0) return `memory used ${use}: changed: ${outcome.changed[0]}`;
      const found = difference(never, outcome);
      if (found !== null) return `memory used ${use}: other bits: ${found}`;
    } catch (error) {
      return `memory used ${use}: ${String(error)}`;
    }
  }
  return never.changed.length > 0 ? `never used again, but changed: ${never.changed[0]}` : null;
}
