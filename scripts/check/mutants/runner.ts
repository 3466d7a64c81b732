import { resolve } from "node:path";
import { createVitest } from "vitest/node";
import type { Mutant } from "../../../test/mutants/broken.ts";
import { root } from "../../../test/mutants/places.ts";
import { testsOf } from "./tests.ts";

// Runs tests on one mutant after another, as its parent sends them, in one Vitest: what has not changed is transformed once.

process.env.ISOLATED = "1"; // for vitest.config.ts
const vitest = await createVitest("test", {
  root,
  watch: false,
  bail: 1,
  pool: "threads",
  maxWorkers: 1,
  project: ["unit", "alone", "plain loops", "long"],
  reporters: [{}],
});

/** All files of tests, each in its projects. */
const all = (await vitest.getRelevantTestSpecifications()).filter((one) => one.pool !== "typescript");

/** Tests that pass by themselves where nothing is broken, and those that need what others do before them. */
const known = { sound: new Set<string>(), dependent: new Set<string>() };

/** Whether a test fails. */
async function isKilled(mutant: Mutant): Promise<boolean> {
  for (const { project, file, names } of testsOf(mutant)) {
    for (;;) {
      const independent = names.filter((name) => !known.dependent.has(`${project} ${file} ${name}`));
      const failed = independent.length === 0 ? null : await firstFailure(mutant, project, file, independent);
      if (failed === null) break;
      if (await isSound(mutant.file, project, file, failed)) return true;
    }
  }
  return false;
}

/** Whether a test passes where nothing is broken, and no other test is run. */
async function isSound(broken: string, project: string, file: string, name: string): Promise<boolean> {
  const key = `${project} ${file} ${name}`;
  if (known.sound.has(key)) return true;
  const isSound = (await firstFailure({ file: broken, start: 0, end: 0, text: "" }, project, file, [name])) === null;
  known[isSound ? "sound" : "dependent"].add(key);
  return isSound;
}

/** The name of a test that fails, of some in a file; of a file that cannot be run, that of the first. */
async function firstFailure(
  mutant: Mutant,
  project: string,
  file: string,
  names: readonly string[],
): Promise<string | null> {
  process.env.MUTANT = JSON.stringify(mutant);
  vitest.invalidateFile(resolve(root, mutant.file));
  const specifications = all.filter((one) => one.project.name === project && one.moduleId === root + file);
  vitest.setGlobalTestNamePattern(new RegExp(`^(?:${names.map(escaped).join("|")})$`));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const own = testModules.filter((module) => module.moduleId === root + file && module.project.name === project);
  for (const module of own) {
    for (const test of module.children.allTests("failed")) return test.fullName.replaceAll(" > ", " ");
  }
  return unhandledErrors.length > 0 || own.some((module) => module.state() === "failed") ? names[0] : null;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * A loop that does not end is noticed as well, after so many milliseconds of this process, however busy the machine is; what waits for
 * nothing, by the limit of each test.
 */
const patience = 180_000;

process.on("message", async (mutant: Mutant) => {
  const begun = process.cpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(begun);
    if ((user + system) / 1000 > patience) process.send?.("hangs");
  }, 1000);
  const killed = await isKilled(mutant);
  clearInterval(watch);
  process.send?.(killed);
});
process.send?.("ready");
