import { expect, test } from "vitest";
import { loadCopies } from "./copies.ts";
import { findFault } from "./findFault.ts";
import { kinds } from "./kinds.ts";

const count = Number(process.env.HOLDING ?? 200);
const first = Number(process.env.SEED ?? 0);

test("programs that hold on to values compute the same however memory is used, and what they hold stays", {
  timeout: Math.max(120_000, 500 * count),
}, async () => {
  const copies = await loadCopies();
  const times = new Map(kinds.map((kind) => [kind as string, 0]));
  for (let seed = first; seed < first + count; seed++) {
    const { fault, did } = await findFault(seed, copies);
    expect(fault, `npm run fuzz:holding -- --programs 1 --seed ${seed}`).toBeNull();
    for (const kind of did) times.set(kind, (times.get(kind) ?? 0) + 1);
    if ((seed - first + 1) % 10_000 === 0) process.stderr.write(`${seed - first + 1} of ${count} programs\n`);
  }
  expect([...times.keys()]).toEqual(kinds);
  if (count >= 100) expect([...times].filter(([, programs]) => programs === 0)).toEqual([]);
});
