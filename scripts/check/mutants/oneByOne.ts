import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Mutant } from "../../../test/mutants/broken.ts";
import { root } from "../../../test/mutants/places.ts";

/** Tests mutants, one after the other, in a process of its own, which is made anew where one does not end. */
class Runner {
  private child: ChildProcess | null = null;

  private async ready(): Promise<ChildProcess> {
    if (this.child !== null) return this.child;
    const child = fork(fileURLToPath(new URL("runner.ts", import.meta.url)), [], {
      cwd: root,
      execArgv: ["--import", "tsx"],
      stdio: "ignore",
      detached: true,
    });
    this.child = child;
    child.once("close", () => {
      if (this.child === child) this.child = null; // what makes the engine give up is noticed as well
    });
    await answer(child);
    return child;
  }

  /** Whether a test fails, or what is broken has it go on for too long. */
  async isKilled(mutant: Mutant): Promise<boolean> {
    const child = await this.ready();
    child.send(mutant);
    const killed = await answer(child);
    if (killed === "hangs") this.end();
    return killed !== false;
  }

  /** Ends the process, and all that it has started. */
  end(): void {
    const pid = this.child?.pid;
    this.child = null;
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  }
}

/** The next message of a process, or its end. */
function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    const settle = (value: unknown) => {
      child.off("message", settle);
      child.off("close", settle);
      resolve(value);
    };
    child.on("message", settle);
    child.on("close", settle);
  });
}

/** Nothing is broken: a test that fails all the same fails for another reason, and would count as having noticed. */
async function control(runner: Runner, mutants: readonly Mutant[]): Promise<void> {
  for (const { file, start } of mutants.slice(0, 2)) {
    const text = readFileSync(root + file, "utf8");
    const same: Mutant = { file, start, end: start + 1, text: text[start] };
    if (await runner.isKilled(same))
      throw new Error(`Tests fail where nothing is broken: those that run ${file} at ${start}.`);
  }
}

/**
 * Breaks the library anew for each mutant.
 * @param told - is told of each whether a test has noticed.
 */
export async function oneByOne(
  mutants: readonly Mutant[],
  jobs: number,
  told: (mutant: Mutant, isKilled: boolean) => void,
): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    const runner = new Runner();
    await control(runner, mutants);
    while (next < mutants.length) {
      const mutant = mutants[next++];
      told(mutant, await runner.isKilled(mutant));
    }
    runner.end();
  }
  await Promise.all(Array.from({ length: Math.min(jobs, mutants.length) }, work));
}
