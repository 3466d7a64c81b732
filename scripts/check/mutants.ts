/**
 * Breaks the library in one place at a time – an operator, a number, a condition – and looks whether the tests notice: in all of
 * src that is written by hand. Fails where fewer than 92 % of the mutants are killed (`--least 0.92`), or one lives that
 * test/mutants/survivors.json does not explain. `--sample N` takes N of them, `--seed` others, `--survivors` those that are known to
 * live; of a sample the share may be lower by three standard errors, and what lives is told, not explained. File names, or parts of
 * them, may be given; `--count` says how many there are.
 *
 * Which test runs which function is recorded once, by a run of them all under `TOUCHED=1`, and `--again` on demand; of those that
 * run what is broken, the likeliest are tried (mutants/tests.ts). A mutant that none of these notices lives: the share is never
 * said too high. Of many mutants, those in functions are turned on in one library that holds them all (mutants/together.ts); few,
 * and those that are at work while files are loaded, have the library loaded anew for each (mutants/oneByOne.ts).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Generator, randperm } from "evenkeel";
import type { Mutant } from "../../test/mutants/broken.ts";
import { records, root } from "../../test/mutants/places.ts";
import { sources } from "../../test/mutants/sources.ts";
import { mutantsOf, nameOf } from "./mutants/find.ts";
import { oneByOne } from "./mutants/oneByOne.ts";

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

/** From so many on, those that can be are turned on in one library that holds them all, which takes a minute to be loaded. */
const worthwhile = 100;

/** The share of the mutants that are to be killed. */
const target = Number(values.least);

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
// They read the records.
const [{ numbered, together }, { runsAtLoad }] = await Promise.all([
  import("./mutants/together.ts"),
  import("./mutants/tests.ts"),
]);
const order = randperm(all.length, { generator: new Generator().manualSeed(Number(values.seed)) });
const chosen = Array.from(order.data, (i) => all[i]).slice(0, values.count ? 0 : Number(values.sample));

const survivors: string[] = [];
let killed = 0;
function told(mutant: Mutant, isKilled: boolean): void {
  if (isKilled) {
    killed++;
    return;
  }
  const name = nameOf(mutant);
  survivors.push(name);
  console.log(`lives: ${name}${Object.hasOwn(explained, name) ? ` (${explained[name]})` : ""}`);
}

const jobs = Number(values.jobs);
let alone = chosen;
if (chosen.length >= worthwhile) {
  const all = numbered(chosen);
  const can = all.filter((one) => one !== null);
  const noticed = await together(can, jobs, console.log);
  const isLeft = (mutant: Mutant, i: number) => {
    const one = all[i];
    if (one === null || (!noticed.has(one.number) && runsAtLoad(mutant))) return true;
    told(mutant, noticed.has(one.number));
    return false;
  };
  alone = chosen.filter(isLeft);
  console.log(`${alone.length} of ${chosen.length} are left to be broken by themselves`);
}
await oneByOne(alone, jobs, told);

const share = chosen.length === 0 ? 1 : killed / chosen.length;
const unexplained = survivors.filter((name) => !Object.hasOwn(explained, name));
const isSample = chosen.length < all.length;
const error = Math.sqrt((target * (1 - target)) / Math.max(1, chosen.length));
console.log(
  `${killed} of ${chosen.length} mutants killed (${(100 * share).toFixed(1)} %) of ${all.length}, ${unexplained.length} of the others unexplained`,
);
const isEnough = values.survivors || share >= (isSample ? target - 3 * error : target);
process.exitCode = isEnough && (isSample || unexplained.length === 0) ? 0 : 1;
