import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { grid, pool, range, sweep } from "evenkeel/sweep";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed, run, sortedLines, start } from "./installed.ts";

let folder = "";
beforeAll(() => {
  folder = installed();
});
afterAll(() => rmSync(folder, { recursive: true }));

const produce = (told: object) => ["produce.js", JSON.stringify(told)];
const training = { cell: "./training.js", space: { lr: [0.01, 0.1], scale: [1, 10], seed: 3 } };

test("threads give the lines that one process gives, to the byte, whatever kernels", async () => {
  await run(folder, produce({ ...training, store: "one.jsonl", engine: "inProcess" }));
  await run(folder, produce({ ...training, store: "threads.jsonl", engine: "pool", threads: 2 }));
  const lines = sortedLines(join(folder, "one.jsonl"));
  expect(lines).toHaveLength(12);
  expect(sortedLines(join(folder, "threads.jsonl"))).toEqual(lines);
});

test("what fails, diverges or ends its thread is that cell's alone, and the others go on", async () => {
  const all = { cell: "./outcomes.js", space: { x: 4 } };
  await run(folder, produce({ ...all, store: "all.jsonl", engine: "inProcess" }));
  await run(folder, produce({ ...all, store: "all2.jsonl", engine: "pool", threads: 2 }));
  expect(sortedLines(join(folder, "all2.jsonl"))).toEqual(sortedLines(join(folder, "all.jsonl")));
  const exiting = { cell: "./slow.js", space: { ms: [1], exits: [false, true], x: 3 } };
  await run(folder, produce({ ...exiting, store: "exits.jsonl", engine: "pool", threads: 2 }));
  const outcomes = sortedLines(join(folder, "exits.jsonl")).map((line) => JSON.parse(line));
  expect(
    outcomes
      .filter(({ configuration }) => !configuration.exits)
      .map(({ value }) => value.x)
      .sort(),
  ).toEqual([0, 1, 2]);
  const failed = outcomes.filter(({ configuration }) => configuration.exits);
  expect(failed.map((outcome) => typeof outcome.failed)).toEqual(["string", "string", "string"]);
});

test("a sweep that stops at a failure says so, whatever the other threads are about", async () => {
  for (let i = 0; i < 3; i++) {
    const told = { cell: "./slow.js", space: { ms: [1], throws: [true], x: 12 }, more: { failures: "refuse" } };
    const program = produce({ ...told, store: `stops${i}.jsonl`, engine: "pool", threads: 3 });
    const { code, err } = await start(folder, program).end;
    expect(code).toBe(1);
    expect(err).toMatch(/sweep: expected cells that throw nothing, got .* is refused/);
    // What was given up is not said to have failed.
    const lines = sortedLines(join(folder, `stops${i}.jsonl`));
    expect(lines.filter((line) => !/"failed":"\d+ is refused"/.test(line))).toEqual([]);
  }
});

test("a process killed in the middle goes on to the same journal", async () => {
  const slow = { cell: "./slow.js", space: { ms: [60], x: 12 } };
  await run(folder, produce({ ...slow, store: "slow.jsonl", engine: "inProcess" }));
  const killed = start(folder, produce({ ...slow, store: "killed.jsonl", engine: "pool", threads: 2 }));
  killed.child.stdout.on("data", () => killed.said.out.includes("4/12") && killed.child.kill("SIGKILL"));
  expect((await killed.end).signal).toBe("SIGKILL");
  const kept = readFileSync(join(folder, "killed.jsonl"), "utf8").split("\n").length - 1;
  const out = await run(folder, produce({ ...slow, store: "killed.jsonl", engine: "pool", threads: 2 }));
  expect(out.match(/\/12\n/g)).toHaveLength(12 - kept);
  expect(sortedLines(join(folder, "killed.jsonl"))).toEqual(sortedLines(join(folder, "slow.jsonl")));
});

test("a missing package is named, with what to install, and nothing is written", async () => {
  const place = join(folder, "node_modules/piscina");
  renameSync(place, join(folder, "node_modules/away"));
  const { code, err } = await start(folder, produce({ ...training, store: "none.jsonl", engine: "pool", threads: 2 }))
    .end;
  renameSync(join(folder, "node_modules/away"), place);
  expect(code).toBe(1);
  expect(err).toMatch(
    /pool: expected the package piscina, got none .*Run npm install piscina; inProcess\(\) does without/s,
  );
  expect(existsSync(join(folder, "none.jsonl"))).toBe(false);
});

describe("a cell in TypeScript", () => {
  const told = (engine: string, store: string) => ({ cell: "./typed.ts", space: { x: 4 }, engine, threads: 2, store });
  const inTsx = ["--import", import.meta.resolve("tsx")];
  beforeAll(() => {
    writeFileSync(join(folder, "typed.ts"), 'import { root } from "./root.ts"; export const cell = root;');
    writeFileSync(join(folder, "root.ts"), "export const root = ({ x }: { x: number }): number => Math.sqrt(x);");
  });

  test("runs in threads of a program that tsx runs", async () => {
    await run(folder, [...inTsx, ...produce(told("inProcess", "typed1.jsonl"))]);
    await run(folder, [...inTsx, ...produce(told("pool", "typed2.jsonl"))]);
    const lines = sortedLines(join(folder, "typed1.jsonl"));
    expect(lines.filter((line) => line.includes('"value":'))).toHaveLength(4);
    expect(sortedLines(join(folder, "typed2.jsonl"))).toEqual(lines);
  });

  test.skipIf("typescript" in process.features)("is refused where Node does not know it, with what to do", async () => {
    const refusal =
      /expected a module that can be loaded as cell.*, got file:\S+typed\.ts, which says: Unknown file extension ".ts" for \S+typed\.ts\. Node loads TypeScript from 22\.18 on, or where tsx runs it; otherwise compile it first\.\n/;
    const { code, err } = await start(folder, produce(told("pool", "typed3.jsonl"))).end;
    expect([code, err]).toEqual([1, expect.stringMatching(refusal)]);
    // What the program itself loads by other means than tsx, its threads do not.
    writeFileSync(
      join(folder, "means.js"),
      `import { register } from "node:module";
      import { isMainThread } from "node:worker_threads";
      if (isMainThread) register("data:text/javascript," + encodeURIComponent(\`
        export const load = (url, context, next) => url.endsWith("typed.ts")
          ? { format: "module", shortCircuit: true, source: "export const cell = () => 1;" } : next(url, context);
      \`));`,
    );
    const threads = await start(folder, ["--import", "./means.js", ...produce(told("pool", "typed3.jsonl"))]).end;
    expect([threads.code, threads.err]).toEqual([1, expect.stringMatching(refusal)]);
    expect(threads.err).toMatch(/pool: expected a module that can be loaded as cell where a cell is run, got/);
    expect(existsSync(join(folder, "typed3.jsonl"))).toBe(false);
  });
});

test("a pool refuses functions and what is no number of threads", async () => {
  expect(() => pool(0)).toThrow(/a whole number of 1 or more as threads, got 0/);
  const options = { space: grid({ x: range(2) }), cell: () => 1, run: pool(2) };
  await expect(sweep(options)).rejects.toThrow(/the URL of a module as cell, for pool\(2\)/);
});

describe("evenkeel-sweep", () => {
  const command = "node_modules/evenkeel/dist/sweep/command.js";
  const said = async (...args: string[]) => {
    const { code, out, err } = await start(folder, [command, ...args]).end;
    return { code, out, err };
  };

  test("runs a sweep, stops, says how far it is, and goes on to the same journal, also in shares", async () => {
    writeFileSync(
      join(folder, "mine.js"),
      `import { grid, range } from "evenkeel/sweep";
      export const sweep = { space: grid({ ms: [60], x: range(12) }), cell: new URL("./slow.js", import.meta.url) };`,
    );
    const journal = ["--journal", "mine.jsonl"];
    const stopped = start(folder, [command, "run", "mine.js", ...journal]);
    const look = setInterval(() => {
      const path = join(folder, "mine.jsonl");
      if (existsSync(path) && readFileSync(path, "utf8").split("\n").length > 3) {
        clearInterval(look); // a second signal would not wait
        stopped.child.kill("SIGTERM");
      }
    }, 10);
    const { code, err } = await stopped.end;
    expect([code, err]).toEqual([1, expect.stringContaining("Stopped; what was found is kept.")]);
    const kept = sortedLines(join(folder, "mine.jsonl")).length;
    expect((await said("status", "mine.js", ...journal)).out).toBe(
      `${kept} of 12 cells are done, 0 failed, 0 diverged\n`,
    );
    expect((await said("run", "mine.js", ...journal)).err).toMatch(/no file at mine\.jsonl yet, got one.*resume/);
    expect((await said("resume", "mine.js", "--journal", "no.jsonl")).err).toMatch(/a journal at no\.jsonl, got none/);
    const resumed = await said("resume", "mine.js", ...journal, "--pool", "2");
    expect(resumed.code, resumed.err).toBe(0);
    expect(resumed.err).toMatch(/12\/12 cells {2}100 %.*0:00 left/);
    for (const i of [0, 1]) await said("run", "mine.js", "--journal", `share${i}.jsonl`, "--shard", `${i}/2`);
    const merged = await said("merge", "share1.jsonl", "share0.jsonl", "mine.jsonl");
    expect(merged.out.split("\n").slice(0, -1)).toEqual(sortedLines(join(folder, "mine.jsonl")));
  });

  test("writes a page of a journal, and refuses what contradicts itself, or what it does not know", async () => {
    await run(folder, produce({ ...training, store: "page.jsonl", engine: "inProcess" }));
    expect(await said("report", "page.jsonl", "--out", "page.html", "--title", "Mine")).toMatchObject({ code: 0 });
    const page = readFileSync(join(folder, "page.html"), "utf8");
    expect(page).toContain("<h1>Mine</h1>");
    expect(page).toMatch(/12 of 12 cells are done; 0 diverged, 0 failed/);
    expect(page).toMatch(/The best.*All cells/s);
    expect(page).toContain("learning rate");
    const lines = readFileSync(join(folder, "page.jsonl"), "utf8");
    writeFileSync(join(folder, "other.jsonl"), lines.replace(/"loss":[\d.]+/, '"loss":0.5'));
    expect((await said("merge", "page.jsonl", "other.jsonl")).err).toMatch(/equal to the bit/);
    expect((await said("merge")).err).toMatch(/^evenkeel-sweep merge: expected the journals to merge, got nothing/);
    expect((await said("bla")).err).toMatch(/run, resume, status, merge, report, work, help or version, got "bla"/);
    expect((await said("run", "slow.js", "--journal", "x.jsonl")).err).toMatch(/slow\.js, which exports cell\. Write/);
    writeFileSync(join(folder, "broken.js"), 'import "./away.js";');
    expect((await said("run", "broken.js", "--journal", "x.jsonl")).err).toMatch(
      /^evenkeel-sweep run: expected a module that can be loaded as the sweep, got file:.*broken\.js, which says: Cannot find module '.*away\.js'/,
    );
    expect((await said("run", "mine.js", "--shard", "3")).err).toMatch(/a share such as 0\/8 as --shard, got "3"/);
    expect((await said()).out).toMatch(/^evenkeel-sweep run <module>/);
  });
});
