import { createVitest } from "vitest/node";
import { root } from "../../../test/mutants/places.ts";

// Runs the files of tests that its parent names, one round after another, on a library with all its mutants in it: the runner in
// test/mutants/switchRunner.ts turns them on.

const vitest = await createVitest("test", {
  root,
  watch: false,
  pool: "forks", // which can be ended where they hang
  maxWorkers: 1,
  testTimeout: 20_000,
  project: ["unit", "alone", "plain loops", "long"],
  reporters: [{}],
  typecheck: { enabled: false },
});

/** All files of tests, each in its projects. */
const all = (await vitest.getRelevantTestSpecifications()).filter((one) => one.pool !== "typescript");

process.on("message", async (keys: readonly string[]) => {
  const wanted = new Set(keys);
  await vitest.runTestSpecifications(
    all.filter(({ project, moduleId }) => wanted.has(`${project.name} ${moduleId.replace(root, "")}`)),
  );
  process.send?.("done");
});
process.send?.("ready");
