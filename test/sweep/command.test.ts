import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "evenkeel";
import { grid, journal, range, sweep } from "evenkeel/sweep";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/sweep/command/main.ts";
import { progressLine } from "../../src/sweep/command/progress.ts";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-command-"));
const at = (name: string) => join(folder, name);
const mine = fileURLToPath(new URL("./cells/mine.ts", import.meta.url));
const recorded = fileURLToPath(new URL("./recorded.jsonl", import.meta.url));

beforeAll(async () => {
  const cell = new URL("./cells/outcomes.ts", import.meta.url);
  await sweep({ space: grid({ x: range(5) }), cell, store: journal(at("runs.jsonl")) });
  writeFileSync(at("empty.jsonl"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command says, and the code that it ends with. */
async function said(...args: string[]) {
  const texts = { out: "", err: "" };
  const code = await main(args, {
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
    isTerminal: false,
    signal: new AbortController().signal,
  });
  return { code, ...texts };
}

test.each([[], ["help"], ["--help"], ["-h"], ["report", "--help"]])("%s %s shows the help", async (...args) => {
  const { code, out } = await said(...args);
  expect(code).toBe(0);
  expect(out).toMatch(/^evenkeel-sweep run <module>/);
  for (const flag of ["--journal", "--out", "--pool", "--queue", "--workers", "--name", "--shard", "--failures"]) {
    expect(out).toContain(flag);
  }
  for (const flag of ["--title", "--metric", "--version"]) expect(out).toContain(flag);
});

test.each(["version", "--version"])("%s says which one it is", async (asked) => {
  expect(await said(asked)).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

const help = "evenkeel-sweep --help says more.";
const refusals: readonly (readonly [args: readonly string[], message: string])[] = [
  [
    ["runn", "mine.js"],
    `evenkeel-sweep: expected run, resume, status, merge, report, work, help or version, got "runn". ${help}`,
  ],
  [["run"], `evenkeel-sweep run: expected the module that exports the sweep, got nothing. ${help}`],
  [["run", "a.js", "b.js"], `evenkeel-sweep run: expected one module, got a.js b.js. ${help}`],
  [["status", "no.js"], "evenkeel-sweep status: expected a module at no.js, got no file."],
  [
    ["status", recorded],
    `evenkeel-sweep status: expected the module that exports the sweep, got ${recorded}, which is a journal. Name it by --journal.`,
  ],
  [["report"], `evenkeel-sweep report: expected the journals to report on, got nothing. ${help}`],
  [["report", "no.jsonl"], "readSweep: expected a journal at no.jsonl, got no file."],
  [["report", at("empty.jsonl")], `readSweep: expected results in ${at("empty.jsonl")}, got none.`],
  [
    ["report", recorded, "--titel", "A"],
    `evenkeel-sweep report: expected options among --out, --title, --metric, got --titel. ${help}`,
  ],
  [["merge"], `evenkeel-sweep merge: expected the journals to merge, got nothing. ${help}`],
  [["merge", recorded, "no.jsonl"], "evenkeel-sweep merge: expected a journal at no.jsonl, got no file."],
  [["merge", recorded, "--out"], `evenkeel-sweep merge: expected a value after --out, got nothing. ${help}`],
  [["merge", recorded, "--out", "--pool"], `evenkeel-sweep merge: expected a value after --out, got --pool. ${help}`],
  [["merge", recorded, "--pool", "2"], `evenkeel-sweep merge: expected options among --out, got --pool. ${help}`],
  [["merge", "."], "evenkeel-sweep merge: EISDIR: illegal operation on a directory, read."],
  [["work"], `evenkeel-sweep work: expected the address of Redis, got nothing. ${help}`],
  [["run", mine, "--pool", "two"], 'evenkeel-sweep run: expected a whole number of 1 or more as --pool, got "two".'],
  [["run", mine, "--pool", "0"], 'evenkeel-sweep run: expected a whole number of 1 or more as --pool, got "0".'],
  [
    ["run", mine, "--queue", "redis://localhost", "--workers", "all"],
    'evenkeel-sweep run: expected a whole number of 0 or more as --workers, got "all".',
  ],
  [["run", mine, "--workers", "2"], `evenkeel-sweep run: expected --workers beside --queue, got it alone. ${help}`],
  [
    ["run", mine, "--pool", "2", "--queue", "redis://localhost"],
    `evenkeel-sweep run: expected --pool or --queue, got both. ${help}`,
  ],
  [["run", mine, "--shard", "a"], 'evenkeel-sweep run: expected a share such as 0/8 as --shard, got "a".'],
];

test.each(refusals)("%s is refused in words that say what to do", async (args, message) => {
  expect(await said(...args)).toEqual({ code: 1, out: "", err: `${message}\n` });
});

describe("journals", () => {
  test("that are not there yet have nothing, and status says so", async () => {
    const { code, out } = await said("status", mine, "--journal", at("none.jsonl"));
    expect([code, out]).toEqual([
      0,
      `0 of 5 cells are done, 0 failed, 0 diverged; there is no ${at("none.jsonl")} yet\n`,
    ]);
    expect((await said("status", mine, "--journal", at("runs.jsonl"))).out).toBe(
      "5 of 5 cells are done, 1 failed, 2 diverged\n",
    );
  });

  test("are merged into a file, and it says how many cells that has", async () => {
    const { code, out, err } = await said("merge", at("runs.jsonl"), at("runs.jsonl"), "--out", at("all.jsonl"));
    expect([code, out, err]).toEqual([0, "", `5 cells in ${at("all.jsonl")}\n`]);
    expect(readFileSync(at("all.jsonl"), "utf8").split("\n")).toHaveLength(6);
  });

  test("of different sweeps are told apart by what differs", async () => {
    const { err } = await said("report", recorded, at("runs.jsonl"));
    expect(err).toMatch(
      /^readSweep: expected results of code \w{32}, as the first is, got one of code \w{32} in \S+runs\.jsonl:1\. Read the journals of different sweeps one by one\.\n$/,
    );
  });
});

test("many cells a second are said without a power of ten", () => {
  let line = "";
  const { tell } = progressLine((text) => {
    line = text;
  }, false);
  const end = performance.now() + 5;
  while (performance.now() < end);
  tell(1000, 1000);
  expect(line).toMatch(/^1000\/1000 cells {2}100 % {2}\d+(\.\d+)? a second/);
});
