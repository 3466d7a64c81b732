/**
 * Writes the declarations of the package, file by file as the sources are: as ESM into dist/types/esm, and the same as CJS into
 * dist/types/cjs. Part of `npm run build`.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [esm, cjs] = ["esm", "cjs"].map((format) => join(root, "dist/types", format));

rmSync(join(root, "dist/types"), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.types.json"], {
  cwd: root,
  stdio: "inherit",
});

// Sources name one another with their own extension, which says nothing to who has only declarations.
for (const entry of readdirSync(esm, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/((?:from|import)\s*\(?\s*")(\.[^"]*)\.ts"/g, '$1$2.js"'));
}

cpSync(esm, cjs, { recursive: true });
writeFileSync(join(cjs, "package.json"), '{ "type": "commonjs" }\n');
