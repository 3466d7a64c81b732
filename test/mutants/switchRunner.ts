import { appendFileSync, readFileSync } from "node:fs";
import type { RunnerTestFile as File, RunnerTestCase as Test } from "vitest";
import { VitestTestRunner } from "vitest/runners";
import { root } from "./places.ts";
import type { Switch } from "./switchable.ts";

/** What is to be tried: for each project and file of tests, by the full name of a test, the numbers of mutants. */
type Assignment = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** Where the assignment is read, and where what comes of it is written, line by line. */
export interface Paths {
  readonly assignment: string;
  readonly outcome: string;
}

/**
 * - `started`: by the process in which the tests run;
 * - `on`: the mutant is turned on, or nothing for null, and no line of it has followed if the process hangs;
 * - `killed`: a test has failed that passes without it;
 * - `spoiled`: one has failed, and fails without it too by now: what was on before may have done that;
 * - `file`: all of a file has been tried.
 */
export type Outcome =
  | { readonly is: "started"; readonly process: number }
  | { readonly is: "on"; readonly mutant: number | null }
  | { readonly is: "killed" | "spoiled"; readonly mutant: number }
  | { readonly is: "file"; readonly key: string };

declare global {
  /** Whether something that was on has left the library in a state in which tests fail. */
  var $isSpoiled: boolean | undefined;
}

/** Milliseconds that a mutant may take more than nothing broken does, tenfold. */
const patience = 3000;

/**
 * Runs each test again and again: first with nothing broken, then with one mutant on after another, and, where it has failed, with
 * nothing broken once more.
 */
export default class SwitchRunner extends VitestTestRunner {
  private readonly paths: Paths = JSON.parse(process.env.SWITCHED ?? "{}");
  private assigned: Readonly<Record<string, readonly number[]>> = {};
  private readonly killed = new Set<number>();
  private key = "";
  private queue: number[] = [];
  /** The mutant of this try; null for none. */
  private current: number | null = null;
  /** A mutant with which the test has failed, to be confirmed by a try without. */
  private suspect: number | null = null;
  private state: "first" | "tries" | "ended" = "ended";
  private isFresh = false;
  private failed = false;
  private usual = 0;
  private begun = 0;

  private write(outcome: Outcome): void {
    appendFileSync(this.paths.outcome, `${JSON.stringify(outcome)}\n`);
  }

  private get switch(): Switch {
    globalThis.$switch ??= { on: -1, hit: () => true };
    return globalThis.$switch;
  }

  override onCollectStart(file: File): void {
    super.onCollectStart(file);
    this.key = `${file.projectName ?? ""} ${file.filepath.replace(root, "")}`;
    this.write({ is: "started", process: process.pid });
    const all: Assignment = JSON.parse(readFileSync(this.paths.assignment, "utf8"));
    this.assigned = all[this.key] ?? {};
    let hits = 0;
    this.switch.hit = () => {
      if ((++hits & 0xffff) === 0 && performance.now() - this.begun > patience + 10 * this.usual)
        throw new Error("hangs");
      return true;
    };
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    this.queue = [...(this.assigned[nameOf(test)] ?? [])].filter((mutant) => !this.killed.has(mutant));
    if (this.queue.length === 0 || globalThis.$isSpoiled) {
      test.mode = "skip";
      return;
    }
    test.repeats = 2 * this.queue.length + 1;
    test.retry = 0;
    this.state = "first";
    this.suspect = null;
  }

  override onBeforeTryTask(test: Test): void {
    super.onBeforeTryTask(test);
    this.failed = false;
    if (this.state === "ended") return;
    this.current = this.state === "first" || this.suspect !== null ? null : (this.queue.shift() ?? null);
    if (this.state === "tries" && this.suspect === null && this.current === null) this.state = "ended";
    this.write({ is: "on", mutant: this.current });
    this.begun = performance.now();
    this.switch.on = this.current ?? -1;
  }

  async runTask(test: Test): Promise<void> {
    if (this.state === "ended") return;
    try {
      await VitestTestRunner.getTestFn(test)();
      super.onAfterTryTask(test);
    } catch {
      this.failed = true;
    }
  }

  override onAfterTryTask(): void {}

  async onAfterRetryTask(test: Test): Promise<void> {
    this.switch.on = -1;
    if (this.state === "ended") return;
    const failed = this.failed || test.result?.state === "fail"; // a hook may have
    const time = performance.now() - this.begun;
    if (test.result !== undefined) Object.assign(test.result, { state: "run", errors: undefined });
    if (this.state === "first") {
      this.usual = time;
      this.state = failed ? "ended" : "tries";
      this.isFresh = true;
    } else if (this.suspect !== null) {
      this.end(this.suspect, failed);
    } else if (failed) {
      this.suspect = this.current;
    } else {
      this.isFresh = false;
    }
  }

  /** A test has failed with `mutant` on: it is that alone where it stood before, with nothing else on since, or stands again. */
  private end(mutant: number, failsWithout: boolean): void {
    this.suspect = null;
    if (!failsWithout || this.isFresh) {
      this.killed.add(mutant);
      this.write({ is: "killed", mutant });
    } else {
      this.write({ is: "spoiled", mutant });
    }
    this.isFresh = !failsWithout;
    if (failsWithout) {
      globalThis.$isSpoiled = true;
      this.state = "ended";
    }
  }

  override onAfterRunTask(test: Test): void {
    super.onAfterRunTask(test);
    if (test.result !== undefined) test.result.state = "pass";
  }

  override async onAfterRunSuite(suite: Parameters<VitestTestRunner["onAfterRunSuite"]>[0]): Promise<void> {
    await super.onAfterRunSuite(suite);
    if ("filepath" in suite && !globalThis.$isSpoiled) this.write({ is: "file", key: this.key });
  }
}

/** The name as the option `testNamePattern` sees it. */
function nameOf(test: Test): string {
  const names = [test.name];
  for (let suite = test.suite; suite !== undefined && suite !== test.file; suite = suite.suite)
    names.unshift(suite.name);
  return names.join(" ");
}
