/** Installs the engines of test/engines, when imported, unless they are there as its lock says. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../test/engines", import.meta.url));
const installed = statSync(join(folder, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
if (!installed || installed.mtimeMs < statSync(join(folder, "package-lock.json")).mtimeMs) {
  console.log("installing the engines in test/engines");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}
