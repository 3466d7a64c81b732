import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { defaultGenerator, isTensorError, kernelsName, rand, TensorError, version } from "evenkeel";
import {
  grid,
  inMemory,
  inProcess,
  list,
  openSweep,
  type Plain,
  range,
  type SweepOptions,
  shard,
  sweep,
  sweepRateScaleMap,
  sweepReport,
  sweepTable,
} from "evenkeel/sweep";
import { afterAll, describe, expect, test } from "vitest";
import { codeOf } from "../../src/sweep/cells/codeOf.ts";
import { canonical, plainOf } from "../../src/sweep/cells/plainData.ts";
import { cell as train } from "./cells/training.ts";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const training = new URL("./cells/training.ts", import.meta.url);
const outcomes = new URL("./cells/outcomes.ts", import.meta.url);
const square = ({ x }: { x: number }) => x * x;

/** What a promise is rejected with. */
async function errorOf(promise: Promise<unknown>): Promise<TensorError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isTensorError(error)) throw new Error(`no TensorError: ${String(error)}`);
  return error;
}

describe("plain data as text", () => {
  const values: Plain[] = [-0, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, 2 ** 53, "\u2028\ud800", null, true];

  test("comes back with every bit, whatever the order of its names", () => {
    const value = { b: values, a: [{ "": values }], ["__proto__"]: 1 };
    const text = canonical("test", "value", value);
    expect(Object.is((plainOf(text) as typeof value).b[0], -0)).toBe(true);
    expect(plainOf(text)).toEqual(value);
    expect(canonical("test", "value", plainOf(text))).toBe(text);
    expect(canonical("test", "value", { a: 1, b: 2 })).toBe(canonical("test", "value", { b: 2, a: 1 }));
  });

  test("is refused with its place where it would lose something", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const wrong = [undefined, () => 1, 1n, Symbol("x"), new Map(), new Date(0), new Float32Array(1), rand([1]), circle];
    for (const value of [...wrong, { $number: "NaN" }]) {
      expect(() => canonical("test", "value", { own: [1, value] })).toThrow(/plain data as value\.own\[1\]/);
    }
  });
});

describe("a sweep", () => {
  test("gives what its cell gives, in the order of the space", async () => {
    const space = grid({ lr: [0.01, 0.1], scale: [1, 10], seed: range(2) });
    const { rows, total, ...provenance } = await sweep({ space, cell: training });
    expect(total).toBe(8);
    const expected = Array.from({ length: 8 }, (_, place) => space.at(place));
    expect(rows.map(({ configuration }) => configuration)).toEqual(expected);
    expect(rows.map(({ value }) => value)).toEqual(expected.map((own) => train(own as never)));
    expect(provenance).toEqual({
      kind: "sweep",
      version,
      kernels: kernelsName(),
      code: expect.stringMatching(/^\w{32}$/),
    });
  });

  test("knows a result by version, kernels, code and configuration", async () => {
    const { rows, code } = await sweep({ space: list([{ b: 1, a: 2 }]), cell: square as never });
    const text = [version, kernelsName(), code, '{"a":2,"b":1}'].join("\n");
    expect(rows[0].id).toBe(createHash("sha256").update(text).digest("hex").slice(0, 32));
  });

  test("knows code by the cell and every file that it imports, wherever they lie", async () => {
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    const code = (name: string) => codeOf("test", pathToFileURL(join(folder, name)));
    write("a.js", 'import { b } from "./b.js";\nexport const cell = () => b;');
    write("b.ts", 'export { c as b } from "./c";');
    write("c.ts", 'import "./a.js"; export const c = 1;');
    const before = await code("a.js");
    write("unused.ts", "1");
    expect(await code("a.js")).toBe(before);
    write("c.ts", 'import "./a.js"; export const c = 2;');
    expect(await code("a.js")).not.toBe(before);
  });

  test("asks for a configuration once, however often the space has it", async () => {
    const runs: number[] = [];
    const cell = ({ x }: { x: number }) => runs.push(x);
    const { rows } = await sweep({ space: grid({ x: [1, 2, 1, 1] }), cell });
    expect(runs).toEqual([1, 2]);
    expect(rows).toHaveLength(2);
  });

  test("has divergence as a result and what is thrown as a failure", async () => {
    const result = await sweep({ space: grid({ x: range(4) }), cell: outcomes });
    expect(result.rows.map(({ value, diverged, failed }) => ({ value, diverged, failed }))).toEqual([
      { value: { x: 0, negative: -0, numbers: [Number.POSITIVE_INFINITY, 0.1 + 0.2] }, diverged: null, failed: null },
      { value: null, diverged: null, failed: "one is refused" },
      { value: null, diverged: "cell: expected numbers, got NaN.", failed: null },
      { value: Number.NaN, diverged: null, failed: null },
    ]);
  });

  test("tries failures again, keeps them or stops at them, as it is told", async () => {
    const store = inMemory();
    let hasRun = 0;
    const cell = () => {
      if (++hasRun === 1) throw new Error("once");
      return hasRun;
    };
    const options = { space: grid({ x: [1] }), cell, store };
    expect((await errorOf(sweep({ ...options, failures: "refuse" }))).message).toMatch(/throw nothing, got .*once/);
    expect((await errorOf(sweep({ ...options, failures: "refuse" }))).message).toMatch(/throw nothing, got .*once/);
    expect((await sweep({ ...options, failures: "keep" })).rows[0].failed).toBe("once");
    expect(hasRun).toBe(1);
    expect((await sweep(options)).rows[0]).toMatchObject({ value: 2, failed: null });
    expect((await sweep({ ...options, failures: "refuse" })).rows[0].value).toBe(2);
    expect(hasRun).toBe(2);
  });

  test("draws the same whatever ran before, and leaves the default generator as it was", async () => {
    const cell = () => rand([3]).toArray() as number[];
    const before = defaultGenerator.getState();
    const { rows } = await sweep({ space: grid({ x: range(3) }), cell });
    expect(defaultGenerator.getState()).toEqual(before);
    const alone = await sweep({ space: grid({ x: range(2, 3) }), cell });
    expect(alone.rows[0].value).toEqual(rows[2].value);
    expect(rows[1].value).not.toEqual(rows[2].value);
  });

  test("stops where two results of one identity differ by a bit", async () => {
    const asked = await openSweep({ space: grid({ x: [1] }), cell: square });
    const task = await asked.ask();
    if (task === null) throw new Error("nothing was asked for");
    await asked.tell(task, { value: "0.30000000000000004" });
    await asked.tell(task, { value: "0.30000000000000004" });
    await asked.tell(task, { failed: "later" });
    expect(asked.result().rows[0].value).toBe(0.1 + 0.2);
    const error = await errorOf(asked.tell(task, { value: "0.3" }));
    expect(error.code).toBe("EVENKEEL_CHANGED");
    expect(error.message).toMatch(/equal to the bit, got 0\.30000000000000004 and 0\.3\. A cell has to depend/);
  });

  test("hands out each cell once to who asks at the same time, and refuses what was not asked for", async () => {
    const asked = await openSweep({ space: grid({ x: range(5) }), cell: square });
    const tasks = await Promise.all(Array.from({ length: 7 }, () => asked.ask()));
    expect(tasks.map((task) => task?.configuration.x)).toEqual([0, 1, 2, 3, 4, undefined, undefined]);
    expect((await errorOf(asked.tell({ id: "0", configuration: {}, text: "{}" }, { value: "1" }))).message).toMatch(
      /a cell that was asked for/,
    );
  });

  test("in shares is the whole, each cell in one of them", async () => {
    const space = grid({ x: range(11) });
    const whole = await sweep({ space, cell: square });
    const parts = await Promise.all(range3.map((part) => sweep({ space, cell: square, run: shard(part, 3) })));
    expect(parts.map(({ total }) => total)).toEqual([4, 4, 3]);
    const together = parts
      .flatMap(({ rows }) => rows)
      .sort((a, b) => Number(a.configuration.x) - Number(b.configuration.x));
    expect(together).toEqual(whole.rows);
    expect(() => shard(3, 3)).toThrow(/a part from 0 to 2, got 3/);
    expect(() => shard(0, 2, shard(0, 2))).toThrow(TensorError);
  });

  test("tells of each cell that it runs, and ends by a signal with what it has", async () => {
    const store = inMemory();
    const controller = new AbortController();
    const seen: string[] = [];
    const options: SweepOptions = { space: grid({ x: range(5) }), cell: square, store };
    const stopped = sweep({
      ...options,
      signal: controller.signal,
      onCell: ({ configuration, value, done, total }) => {
        seen.push(`${configuration.x}: ${value}, ${done} of ${total}`);
        if (done === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(seen).toEqual(["0: 0, 1 of 5", "1: 1, 2 of 5"]);
    await sweep({ ...options, onCell: ({ done }) => seen.push(String(done)) });
    expect(seen.slice(2)).toEqual(["3", "4", "5"]);
  });
});

const range3 = [0, 1, 2];

describe("pruning", () => {
  const cell = ({ x, steps }: { x: number; steps: number }) => ({
    loss: x === 8 ? Number.NaN : Math.abs(x - 3) + 1 / steps,
  });
  const prune = { metric: "loss", budget: "steps", from: 1, to: 9 } as const;
  const space = grid({ x: range(9) });

  test("lets a third go on to three times as much, round after round", async () => {
    const { rows, total } = await sweep({ space, cell, prune });
    const rounds = [1, 3, 9].map((steps) => rows.filter(({ configuration }) => configuration.steps === steps));
    expect(rounds.map((round) => round.map(({ configuration }) => configuration.x))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [2, 3, 4],
      [3],
    ]);
    expect(total).toBe(13);
  });

  test("waits for a whole round, so that it is the same in whatever order results come", async () => {
    const expected = await sweep({ space, cell, prune });
    const asked = await openSweep({ space, cell, prune });
    for (let tasks = await round(); tasks.length > 0; tasks = await round()) {
      for (const task of tasks.reverse()) {
        await asked.tell(task, { value: canonical("test", "value", cell(task.configuration as never)) });
      }
    }
    expect(asked.result().rows).toEqual(expected.rows);

    async function round() {
      const tasks = [];
      for (let task = await asked.ask(); task !== null; task = await asked.ask()) tasks.push(task);
      return tasks;
    }
  });

  test("goes on in the middle of a round from what is kept, and ends where all have diverged", async () => {
    const store = inMemory();
    const stop = new AbortController();
    const expected = await sweep({ space, cell, prune });
    const stopped = sweep({
      space,
      cell,
      prune,
      store,
      signal: stop.signal,
      onCell: ({ done }) => done === 10 && stop.abort(),
    });
    await expect(stopped).rejects.toThrow();
    expect(await sweep({ space, cell, prune, store })).toEqual(expected);
    const diverging = await sweep({ space, cell: () => ({ loss: Number.POSITIVE_INFINITY }), prune });
    expect(diverging.rows).toHaveLength(9);
  });

  test("refuses budgets out of order, one that the space says, and a share", async () => {
    const tell = (options: object) => errorOf(sweep({ space, cell, prune, ...options } as never));
    expect((await tell({ prune: { ...prune, from: 10 } })).message).toMatch(/prune\.to of prune\.from or more/);
    expect((await tell({ space: grid({ steps: [1] }) })).message).toMatch(/leaves "steps", prune\.budget, to rounds/);
    expect((await tell({ run: shard(0, 2) })).message).toMatch(/a share of them \(shard 0\/2 of inProcess\)/);
    expect((await tell({ prune: { ...prune, facter: 2 } })).message).toMatch(/Did you mean "factor"/);
  });
});

describe("a sweep refuses, before anything has run,", () => {
  const refusal = async (options: object) =>
    (await errorOf(sweep({ space: list([{ x: 1 }]), ...options } as never))).message;

  test("a space of 10^9 cells, with what to do", async () => {
    const message = await refusal({ space: grid({ x: range(1e9) }), cell: square });
    expect(message).toMatch(/at most 1000000 cells, got 1000000000 of them\. Draw some of them by random/);
  });

  test("a module that has no cell, is not there, or cannot be loaded", async () => {
    expect(await refusal({ cell: new URL("./cells/nothing.ts", import.meta.url) })).toMatch(
      /exports a function as cell, got .*nothing\.ts, which exports other\. Write export function cell/,
    );
    expect(await refusal({ cell: new URL("./cells/missing.ts", import.meta.url) })).toMatch(/which cannot be read/);
    expect(await refusal({ cell: "data:text/javascript,export{}" })).toMatch(/which exports nothing/);
    expect(await refusal({ cell: "data:text/javascript,throw Error('bang')" })).toMatch(/which says: bang/);
    expect(await refusal({ cell: "./cell.ts" })).toMatch(
      /the URL of a module, or a function, as cell, got "\.\/cell\.ts"/,
    );
  });

  test("what is no space, and a configuration that is not plain", async () => {
    expect(await refusal({ space: [{ x: 1 }], cell: square })).toMatch(/a space as space.*list\(\[…\]\)/);
    expect(await refusal({ space: grid({ x: [rand([1]) as never] }), cell: square })).toMatch(/configuration 0\.x/);
  });

  test("a function whose results would be kept", async () => {
    const store = { ...inMemory(), name: "runs.jsonl", isKept: true };
    expect(await refusal({ cell: square, store })).toMatch(
      /for results in runs\.jsonl, got the function square\. What/,
    );
    expect(await refusal({ cell: square, run: { ...inProcess(), runsElsewhere: true } })).toMatch(/for inProcess/);
  });
});

describe("results", () => {
  test("are a table of what was given and what was returned", async () => {
    const cell = ({ x }: { x: number }) => (x === 2 ? 7 : { x: -x, y: 1 });
    expect(sweepTable(await sweep({ space: grid({ x: [1, 2] }), cell }))).toEqual([
      { x: 1, "value.x": -1, y: 1 },
      { x: 2, value: 7 },
    ]);
    const mixed = sweepTable(await sweep({ space: grid({ x: range(3) }), cell: outcomes }));
    expect(mixed.map(({ failed, diverged }) => [failed, diverged])).toEqual([
      [null, null],
      ["one is refused", null],
      [null, "cell: expected numbers, got NaN."],
    ]);
    expect(() => sweepTable([] as never)).toThrow(/the result of a sweep/);
  });

  test("are a map of rates and scales, the mean over seeds, with a cross where one of them diverged", async () => {
    const cell = ({ rate, scale, seed }: { rate: number; scale: number; seed: number }) => ({
      error: rate === 1 && seed === 1 ? Number.NaN : rate * scale + seed,
    });
    const result = await sweep({ space: grid({ rate: [0.5, 1], scale: [2], seed: [0, 1] }), cell });
    const plot = sweepRateScaleMap(result, { lr: "rate", loss: "error", title: "Mine" });
    expect(plot.title.text).toBe("Mine");
    const values = JSON.stringify(plot);
    expect(values).toContain('"lr":0.5,"scale":2,"loss":1.5');
    expect(values).toContain('"lr":1,"scale":2,"loss":null');
  });
});

test("a page counts what diverged, and shows long numbers in few digits", async () => {
  const values = [Number.NaN, { loss: Number.POSITIVE_INFINITY }, { loss: 2.6532547377087186e22 }, { loss: 1 }];
  const result = await sweep({ space: grid({ i: range(4) }), cell: ({ i }: { i: number }) => values[i] });
  const page = await sweepReport(result);
  expect(page).toContain("4 of 4 cells are done; 2 diverged, 0 failed.");
  expect(page).toContain("2.653e+22");
  expect(page).not.toContain("2.6532");
  expect(page).not.toContain("and so there is no best");
  const other = await sweepReport(result, { metric: "los" });
  expect(other).toContain("No cell has returned a finite number as los, and so there is no best.");
  expect(other).not.toContain("The best");
});
