import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Mutant } from "../../../test/mutants/broken.ts";
import { root } from "../../../test/mutants/places.ts";
import { switchable } from "../../../test/mutants/switchable.ts";
import { firstNumbers } from "../../../test/mutants/switched.ts";
import type { Outcome, Paths } from "../../../test/mutants/switchRunner.ts";
import { mutantsOf } from "./find.ts";
import { type Chosen, testsOf } from "./tests.ts";

// All mutants of src at once: a library that holds them all is loaded once, and each is turned on for the tests that run it. What
// takes longest of a mutant by itself, to load the library and the tests, is done once for thousands.

/** A mutant that can be turned on. */
export interface Numbered {
  readonly mutant: Mutant;
  readonly number: number;
}

/** Mutants with their numbers: null for those that cannot be turned on. */
export function numbered(mutants: readonly Mutant[]): (Numbered | null)[] {
  const firsts = firstNumbers();
  const known = new Map<string, Map<string, number>>();
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const own = mutantsOf(file);
    const can = switchable(readFileSync(root + file, "utf8"), own);
    const first = firsts.get(file) ?? 0;
    known.set(file, new Map(own.flatMap((mutant, i) => (can[i] ? [[JSON.stringify(mutant), first + i]] : []))));
  }
  return mutants.map((mutant) => {
    const number = known.get(mutant.file)?.get(JSON.stringify(mutant));
    return number === undefined ? null : { mutant, number };
  });
}

/** Milliseconds without a line of the outcome after which what is on has the process of the tests hang, once that has started. */
const patience = 15_000;

/** One process, and the mutants that are tried in it. */
class Job {
  private readonly folder = mkdtempSync(join(tmpdir(), "mutants-"));
  private readonly paths: Paths = {
    assignment: join(this.folder, "assignment.json"),
    outcome: join(this.folder, "outcome.jsonl"),
  };
  private readonly killed = new Set<number>();
  /** What has failed when the tests failed by themselves too: it comes first the next time. */
  private readonly suspects = new Set<number>();
  private readonly tests: ReadonlyMap<number, readonly Chosen[]>;
  private child: ChildProcess | null = null;

  constructor(mutants: readonly Numbered[]) {
    this.tests = new Map(mutants.map(({ mutant, number }) => [number, testsOf(mutant)]));
  }

  /** The numbers of the mutants that a test notices. */
  async run(log: (line: string) => void): Promise<ReadonlySet<number>> {
    const rounds = Math.max(0, ...[...this.tests.values()].map(({ length }) => length));
    for (let round = 0; round < rounds; round++) {
      const done = new Set<string>();
      while (await this.tryAll(round, done));
      log(`round ${round + 1} of ${rounds}: ${this.killed.size} of ${this.tests.size} are noticed`);
    }
    this.end();
    rmSync(this.folder, { recursive: true });
    return this.killed;
  }

  /** Tries each that lives with its tests of one file; gives whether something is left to be tried. */
  private async tryAll(round: number, done: Set<string>): Promise<boolean> {
    const assignment = this.assigned(round, done);
    const keys = Object.keys(assignment);
    if (keys.length === 0) return false;
    writeFileSync(this.paths.assignment, JSON.stringify(assignment));
    writeFileSync(this.paths.outcome, "");
    await this.send(keys);
    const before = done.size + this.killed.size + this.suspects.size;
    let on: number | null = null;
    for (const outcome of this.outcomes()) {
      if (outcome.is === "file") done.add(outcome.key);
      if (outcome.is === "on") on = outcome.mutant;
      if (outcome.is === "killed") this.killed.add(outcome.mutant);
      if (outcome.is === "spoiled") this.suspects.add(outcome.mutant);
      if (outcome.is === "killed" || outcome.is === "spoiled") on = null;
    }
    const isWhole = keys.every((key) => done.has(key));
    // What has the process end, or go on for ever, is noticed as well.
    if (!isWhole && on !== null) this.killed.add(on);
    // Files that cannot be run at all would not end.
    return !isWhole && done.size + this.killed.size + this.suspects.size > before;
  }

  private outcomes(): Outcome[] {
    return readFileSync(this.paths.outcome, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  private assigned(round: number, done: ReadonlySet<string>): Record<string, Record<string, number[]>> {
    const assignment: Record<string, Record<string, number[]>> = {};
    for (const [number, chosen] of this.tests) {
      if (this.killed.has(number) || round >= chosen.length) continue;
      const { project, file, names } = chosen[round];
      const key = `${project} ${file}`;
      if (done.has(key)) continue;
      assignment[key] ??= {};
      for (const name of names) {
        assignment[key][name] ??= [];
        if (this.suspects.has(number)) assignment[key][name].unshift(number);
        else assignment[key][name].push(number);
      }
    }
    return assignment;
  }

  /** Has files of tests run, until all have or what is on has them hang. */
  private async send(keys: readonly string[]): Promise<void> {
    this.child ??= await this.started();
    const answer = once(this.child, "message");
    let hasEnded = false;
    void answer.then(() => {
      hasEnded = true;
    });
    this.child.send(keys);
    let [size, since] = [0, Date.now()];
    while (!hasEnded) {
      await setTimeout(200);
      const { size: now } = statSync(this.paths.outcome);
      if (now !== size) [size, since] = [now, Date.now()];
      if (hasEnded || size === 0 || Date.now() - since < patience) continue;
      const { process: pid } = this.outcomes().findLast(({ is }) => is === "started") as { process: number };
      since = Date.now();
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  private async started(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL("switches.ts", import.meta.url)), [], {
      cwd: root,
      execArgv: ["--import", "tsx"],
      stdio: "ignore",
      detached: true,
      env: { ...process.env, SWITCHED: JSON.stringify(this.paths) },
    });
    await once(child, "message");
    return child;
  }

  private end(): void {
    const pid = this.child?.pid;
    this.child = null;
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  }
}

/** The numbers of those mutants that a test notices. */
export async function together(
  mutants: readonly Numbered[],
  jobs: number,
  log: (line: string) => void,
): Promise<ReadonlySet<number>> {
  const parts = Array.from({ length: jobs }, (_, job) => mutants.filter((_, i) => i % jobs === job));
  const killed = await Promise.all(
    parts.map((part, job) => new Job(part).run((line) => log(`process ${job + 1}, ${line}`))),
  );
  return new Set(killed.flatMap((part) => [...part]));
}
