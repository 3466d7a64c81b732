import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeProgram } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-many-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = join(folder, "run.mjs");
writeProgram("test/io/logging/manyRows.ts", program);

/** A run in a process whose heap has so many megabytes. */
function run(steps: number, keeps: "keeps" | "streams", megabytes: number) {
  const file = join(folder, `${keeps}.jsonl`);
  const args = [`--max-old-space-size=${megabytes}`, program, file, String(steps), keeps];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, size: statSync(file).size };
}

test("a run of a million rows, written and read in part, takes the memory of a short one, which those rows would not fit into", () => {
  const [steps, megabytes] = [10_000, 40];
  const streams = run(steps, "streams", megabytes);
  expect(streams.status).toBe(0);
  expect(streams.size).toBeGreaterThan(1.3 * megabytes * 2 ** 20);
  const expected = Array.from({ length: 10 }, (_, i) => (steps - 10 + i + 0.5) / 4);
  expect(JSON.parse(streams.stdout)).toEqual({ seen: 10, sum: expected.reduce((a, b) => a + b) });
  expect(run(steps, "keeps", megabytes).status).not.toBe(0);
});
