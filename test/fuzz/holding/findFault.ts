import type { Copy } from "./copies.ts";
import { using } from "./memory.ts";
import { type Outcome, runProgram } from "./program.ts";

const bytes = (x: Float64Array) => new Uint8Array(x.buffer);

/** Where two runs differ in a bit. */
function difference(a: Outcome, b: Outcome): string | null {
  if (a.computed.length !== b.computed.length) return `${a.computed.length} values, and ${b.computed.length}`;
  const at = a.computed.findIndex((values, i) => Buffer.compare(bytes(values), bytes(b.computed[i])) !== 0);
  return at < 0 ? null : `value ${at}`;
}

/** Where two runs differ by more than what is rounded off, which steep programs make larger. */
function distance(a: Outcome, b: Outcome): string | null {
  if (a.computed.length !== b.computed.length) return `${a.computed.length} values, and ${b.computed.length}`;
  if (!a.isSmooth) return null;
  const at = a.computed.findIndex((values, i) => {
    const others = b.computed[i];
    const size = others.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    return values.some((value, j) => !(Math.abs(value - others[j]) <= 1e-7 * size));
  });
  return at < 0 ? null : `value ${at}`;
}

/** What is wrong with a program, or null; and what it did. */
export interface Finding {
  readonly fault: string | null;
  readonly did: ReadonlySet<string>;
}

/**
 * Runs the program of a seed with memory used again, never again, and with traps, by the kernels that it chooses and by the
 * plain loops alone: by the same kernels the bits must be the same.
 */
export async function findFault(seed: number, copies: readonly [Copy, Copy]): Promise<Finding> {
  const never: Outcome[] = [];
  for (const loops of [false, true]) {
    const run = () => runProgram(seed, copies, loops);
    const reference = await using("never", copies, run);
    const by = loops ? "the plain loops" : "its kernels";
    const found = (fault: string): Finding => ({ fault: `by ${by}, ${fault}`, did: reference.did });
    if (reference.changed.length > 0) return found(`memory never used again: changed: ${reference.changed[0]}`);
    const uses = ["again", "trapped"] as const;
    for (const use of loops ? [uses[seed % 2]] : uses) {
      try {
        const outcome = await using(use, copies, run);
        if (outcome.changed.length > 0) return found(`memory used ${use}: changed: ${outcome.changed[0]}`);
        const other = difference(reference, outcome);
        if (other !== null) return found(`memory used ${use}: other bits: ${other}`);
      } catch (error) {
        return found(`memory used ${use}: ${String(error)}`);
      }
    }
    never.push(reference);
  }
  const far = distance(never[0], never[1]);
  return { fault: far === null ? null : `far from the plain loops: ${far}`, did: never[0].did };
}
