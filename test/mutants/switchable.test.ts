import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { breaksOf } from "../../scripts/check/mutants/find.ts";
import type { Switch } from "./switchable.ts";
import { switchable, withSwitches } from "./switchable.ts";

const text = `#!/usr/bin/env node
const few = 3;
class Counter {
  static first = 1;
  step = 2;
  add(x: number) { this.step += x; return this; }
  sub(x: number) { this.step -= x * 10; return this; }
}
export function all(x: number, list: readonly number[] | null, name?: string): unknown[] {
  const counter = new Counter();
  const found: unknown[] = [counter.add(x).step, list?.[1] ?? -1, few];
  for (let i = 0; i < x; i++) found.push(i === 2 ? { 4: i * 2 } : [!name, -i]);
  if (x > 3 && name !== undefined) found.push(\`\${name}: \${x + 1}\`);
  const late = (a = 2) => a > x || a < 1;
  return [...found, late(), true, counter.sub(1).step, Counter.first];
}
`;

/** What the module gives for some arguments. */
function results(code: string): unknown {
  const { code: plain } = transformSync(code, { loader: "ts", format: "cjs" });
  const module = { exports: {} as { all(...args: unknown[]): unknown } };
  new Function("module", "exports", plain.replace("#!/usr/bin/env node", ""))(module, module.exports);
  return [
    [4, [1, 2], "a"],
    [3, null],
    [1, [7]],
  ].map((args) => module.exports.all(...args));
}

test("what is switched on is what is broken, one place after another, and nothing else", () => {
  const mutants = breaksOf("all.ts", text);
  const can = switchable(text, mutants);
  expect(mutants.filter((_, i) => !can[i]).map(({ start }) => text.slice(start).match(/^\d+/)?.[0])).toEqual([
    "3",
    "1",
    "4",
  ]);
  expect(mutants.length).toBeGreaterThan(30);
  const code = withSwitches(text, mutants, 100);
  let hits = 0;
  const own: Switch = {
    on: -1,
    hit: () => {
      hits++;
      return true;
    },
  };
  const before = globalThis.$switch;
  globalThis.$switch = own;
  try {
    expect(results(code)).toEqual(results(text));
    expect(hits).toBe(0);
    for (const [i, { start, end, text: broken }] of mutants.entries()) {
      own.on = 100 + i;
      const expected = can[i] ? text.slice(0, start) + broken + text.slice(end) : text;
      expect(results(code), `${text.slice(start, end)} to ${broken}`).toEqual(results(expected));
      expect(hits > 0).toBe(can[i]);
      hits = 0;
    }
  } finally {
    globalThis.$switch = before;
  }
});
