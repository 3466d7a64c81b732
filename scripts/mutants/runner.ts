import { resolve } from "node:path";
import { createVitest, type TestSpecification } from "vitest/node";
import type { Mutant } from "../../test/mutants/plugin.ts";
import { projectsOf, testsOf } from "./tests.ts";

// Runs tests on one mutant after another, as its parent sends them, in one Vitest: what has not changed is transformed once.

const root = resolve(import.meta.dirname, "../..");
const vitest = await createVitest("test", {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  project: ["unit", "plain loops"],
  reporters: [{}],
});

/** Whether a test fails, of one file after another. */
async function isKilled(mutant: Mutant): Promise<boolean> {
  process.env.MUTANT = JSON.stringify(mutant);
  vitest.invalidateFile(resolve(root, mutant.file));
  const tests = testsOf(root, mutant.file);
  for (const project of projectsOf(mutant.file)) {
    for (const test of tests) {
      const specifications = await specificationsOf(test, project);
      if (specifications.length > 0 && (await fails(specifications))) return true;
    }
    const examples = await specificationsOf("test/docs/examples.test.ts", project);
    vitest.setGlobalTestNamePattern(new RegExp(`${mutant.file.replaceAll(/[./]/g, "\\$&")}:`));
    const failed = examples.length > 0 && (await fails(examples));
    vitest.resetGlobalTestNamePattern();
    if (failed) return true;
  }
  return false;
}

async function specificationsOf(file: string, project: string): Promise<TestSpecification[]> {
  const found = await vitest.getRelevantTestSpecifications([file]);
  return found.filter(
    (one) => one.project.name === project && one.pool !== "typescript" && one.moduleId.endsWith(file),
  );
}

async function fails(specifications: TestSpecification[]): Promise<boolean> {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  return unhandledErrors.length > 0 || testModules.some((module) => module.state() === "failed");
}

process.on("message", async (mutant: Mutant) => {
  process.send?.(await isKilled(mutant));
});
process.send?.("ready");
