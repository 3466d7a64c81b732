/**
 * Breaks the library in one place at a time – an operator, a number, a condition – and looks whether the tests notice: in all of
 * src that is written by hand. Fails where fewer than 92 % of the mutants are killed (`--least 0.92`), or one lives that
 * test/mutants/survivors.json does not explain. `--sample N` takes N of them, `--seed` others, `--survivors` those that are known to
 * live; of a sample the share may be lower by three standard errors, and what lives is told, not explained. File names, or parts of them, may be given; `--count` says how many there are. Which test runs which function is
 * recorded once, by a run of them all under `TOUCHED=1`, and `--again` on demand; of those that run what is broken, the likeliest
 * are tried (scripts/check/mutants/tests.ts). A mutant that none of these notices lives: the share is never said too high.
 */
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Generator, randperm } from "evenkeel";
import type { Mutant } from "../../test/mutants/broken.ts";
import { records, root } from "../../test/mutants/places.ts";
import { sources } from "../../test/mutants/sources.ts";
import { mutantsOf, nameOf } from "./mutants/find.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "0" },
    survivors: { type: "boolean", default: false },
    count: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    least: { type: "string", default: "0.92" },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});

/** The share of the mutants that are to be killed. */
const target = Number(values.least);

/** Tests mutants, one after the other, in a process of its own, which is made anew where one does not end. */
class Runner {
  private child: ChildProcess | null = null;

  private async ready(): Promise<ChildProcess> {
    if (this.child !== null) return this.child;
    const child = fork(fileURLToPath(new URL("mutants/runner.ts", import.meta.url)), [], {
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

if (!values.count && (values.again || !existsSync(records))) {
  rmSync(records, { recursive: true, force: true });
  console.log("Which test runs what is recorded first, by running them all.");
  spawnSync("npm", ["test"], { cwd: root, env: { ...process.env, TOUCHED: "1" }, stdio: "ignore" });
}

const files = sources.filter((file) => positionals.length === 0 || positionals.some((name) => file.includes(name)));
const explained: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${root}test/mutants/survivors.json`, "utf8"),
);
const all = files
  .flatMap((file) => mutantsOf(file))
  .filter((mutant) => !values.survivors || Object.hasOwn(explained, nameOf(mutant)));
const order = randperm(all.length, { generator: new Generator().manualSeed(Number(values.seed)) });
const chosen = Array.from(order.data, (i) => all[i]).slice(0, values.count ? 0 : Number(values.sample));

/** Nothing is broken: a test that fails all the same fails for another reason, and would count as having noticed. */
async function control(runner: Runner): Promise<void> {
  for (const { file, start } of chosen.slice(0, 2)) {
    const text = readFileSync(root + file, "utf8");
    const same: Mutant = { file, start, end: start + 1, text: text[start] };
    if (await runner.isKilled(same))
      throw new Error(`Tests fail where nothing is broken: those that run ${file} at ${start}.`);
  }
}

let [next, killed] = [0, 0];
const survivors: string[] = [];
async function work(): Promise<void> {
  const runner = new Runner();
  await control(runner);
  while (next < chosen.length) {
    const mutant = chosen[next++];
    if (await runner.isKilled(mutant)) killed++;
    else {
      const name = nameOf(mutant);
      survivors.push(name);
      console.log(`lives: ${name}${Object.hasOwn(explained, name) ? ` (${explained[name]})` : ""}`);
    }
    if ((killed + survivors.length) % 25 === 0)
      console.log(`${killed} of ${killed + survivors.length} killed, ${chosen.length} in all`);
  }
  runner.end();
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const share = chosen.length === 0 ? 1 : killed / chosen.length;
const unexplained = survivors.filter((name) => !Object.hasOwn(explained, name));
const isSample = chosen.length < all.length;
const error = Math.sqrt((target * (1 - target)) / Math.max(1, chosen.length));
console.log(
  `${killed} of ${chosen.length} mutants killed (${(100 * share).toFixed(1)} %) of ${all.length}, ${unexplained.length} of the others unexplained`,
);
const isEnough = values.survivors || share >= (isSample ? target - 3 * error : target);
process.exitCode = isEnough && (isSample || unexplained.length === 0) ? 0 : 1;
