import type { Data } from "evenkeel";
import { divert, keep } from "../../../src/kernels/pool.ts";

/** How memory that is given back is used: again, never, or with traps for whoever goes on looking at it. */
export type Use = "again" | "never" | "trapped";

const trapped = new Set<Data>();

/** Fills what is given back with NaN, and refuses to have it twice. */
function trap(data: Data): void {
  if (trapped.has(data)) throw new Error(`memory of ${data.length} numbers is given back twice`);
  trapped.add(data);
  data.fill(Number.NaN);
}

/** Opens all traps; fails if somebody has written where nobody may. */
function open(): void {
  const all = [...trapped];
  trapped.clear();
  for (const data of all) {
    if (!(data as Float32Array).every(Number.isNaN)) throw new Error("memory that was given back has been written to");
    keep(data);
  }
}

/** What `fn` returns, with memory used in that way while it runs. */
export function using<T>(use: Use, fn: () => T): T {
  divert(use === "again" ? null : use === "never" ? () => {} : trap);
  try {
    const result = fn();
    open();
    return result;
  } finally {
    trapped.clear();
    divert(null);
  }
}
