/**
 * Runs the tests with every expectation turned into its opposite (test/inverted.ts), and fails where one passes all the same:
 * that one could not fail. File names may be given. The examples of the documentation are left out; of those without
 * expectations it is expected that they run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), "evenkeel-inverted-"));
try {
  const file = join(folder, "report.json");
  const args = ["vitest", "run", "--project", "inverted", "--reporter", "json", "--outputFile", file];
  spawnSync("npx", [...args, ...process.argv.slice(2)], { stdio: ["ignore", "ignore", "ignore"] });
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  const unable = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) =>
      status === "passed" ? [`${relative(process.cwd(), name)}: ${fullName}`] : [],
    ),
  );
  for (const name of unable) console.log(`cannot fail: ${name}`);
  console.log(`${report.numTotalTests - unable.length} of ${report.numTotalTests} tests can fail`);
  process.exitCode = unable.length === 0 && report.numTotalTests > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
