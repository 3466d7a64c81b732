import { expect, test } from "vitest";
import { findFault } from "./findFault.ts";

const count = Number(process.env.HOLDING ?? 300);
const first = Number(process.env.SEED ?? 0);

test("programs that hold on to values compute the same however memory is used, and what they hold stays", {
  timeout: Math.max(120_000, 200 * count),
}, () => {
  for (let seed = first; seed < first + count; seed++)
    expect(findFault(seed), `the program of seed ${seed}`).toBeNull();
});
