/** For any project: writes down which functions of src each test runs, where the environment has TOUCHED. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, type TestContext } from "vitest";
import { records, root } from "./places.ts";

/** What a file's tests run: bits by the functions' numbers, in base64. */
export interface Touched {
  readonly project: string;
  readonly file: string;
  /** What had run before the first test began. */
  readonly before: string;
  /** Milliseconds are those of the process, which are as many on a machine that is busy with other things. */
  readonly tests: { readonly name: string; readonly ms: number; readonly touched: string }[];
}

let written: Touched | null = null;
let begun = process.cpuUsage();

/** What has run since this was asked last. */
function taken(): string {
  const flags = globalThis.touched;
  if (flags === undefined) return "";
  const bits = new Uint8Array((flags.length + 7) >> 3);
  for (let i = 0; i < flags.length; i++) bits[i >> 3] |= flags[i] << (i & 7);
  flags.fill(0);
  return Buffer.from(bits).toString("base64");
}

/** The name as the option `testNamePattern` sees it. */
function nameOf(task: TestContext["task"]): string {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined && suite !== task.file; suite = suite.suite)
    names.unshift(suite.name);
  return names.join(" ");
}

beforeEach(({ task }) => {
  written ??= {
    project: task.file.projectName ?? "",
    file: task.file.filepath.replace(root, ""),
    before: taken(),
    tests: [],
  };
  begun = process.cpuUsage();
});

afterEach(({ task }) => {
  const { user, system } = process.cpuUsage(begun);
  written?.tests.push({ name: nameOf(task), ms: Math.round((user + system) / 1000), touched: taken() });
});

afterAll(() => {
  if (written === null) return;
  const key = createHash("sha256").update(`${written.project}\n${written.file}`).digest("hex");
  mkdirSync(records, { recursive: true });
  writeFileSync(`${records}/${key}.json`, JSON.stringify(written));
});
