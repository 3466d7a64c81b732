/**
 * Runs programs that hold on to values, from a seed on: `npm run fuzz:holding -- --programs 1000000 --seed 0`. It is the test
 * of test/fuzz/holding with so many of them; by default the two thousand of CI.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { programs: { type: "string" }, seed: { type: "string" } } });
const env = { ...process.env, HOLDING: values.programs ?? "2000", SEED: values.seed ?? "0" };
const { status } = spawnSync("npx", ["vitest", "run", "--project", "unit", "test/fuzz/holding"], {
  env,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
