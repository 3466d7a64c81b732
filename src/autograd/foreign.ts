import type { Op } from "../ops/op.ts";

const foreign = new WeakSet<Op>();
let known = false;

/** Notes that an operation is a user's own: its pullbacks may keep what they are given. */
export function markForeign(op: Op): void {
  foreign.add(op);
  known = true;
}

/** Whether an operation is a user's own. */
export function isForeign(op: Op): boolean {
  return known && foreign.has(op);
}
