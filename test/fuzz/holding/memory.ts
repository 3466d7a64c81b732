import type { Data } from "evenkeel";
import type { Copy } from "./copies.ts";

/** How memory that is given back is used: again, never, or with traps for whoever goes on looking at it. */
export type Use = "again" | "never" | "trapped";

/** What has been given back, and who keeps it. */
const trapped = new Map<Data, Copy>();

/** Fills what is given back with NaN, and refuses to have it twice. */
function trap(data: Data, owner: Copy): void {
  if (trapped.has(data)) throw new Error(`memory of ${data.length} numbers is given back twice`);
  trapped.set(data, owner);
  data.fill(Number.NaN);
}

/** Opens all traps; fails if somebody has written where nobody may. */
function open(): void {
  const all = [...trapped];
  trapped.clear();
  for (const [data, owner] of all) {
    if (!(data as Float32Array).every(Number.isNaN)) throw new Error("memory that was given back has been written to");
    owner.pool.keep(data);
  }
}

/** What `fn` comes to, with the memory of all copies used in that way while it runs. */
export async function using<T>(use: Use, copies: readonly Copy[], fn: () => Promise<T>): Promise<T> {
  for (const copy of copies) {
    const receive = { again: null, never: () => {}, trapped: (data: Data) => trap(data, copy) };
    copy.pool.divert(receive[use]);
  }
  try {
    const result = await fn();
    open();
    return result;
  } finally {
    trapped.clear();
    for (const { pool } of copies) pool.divert(null);
  }
}
