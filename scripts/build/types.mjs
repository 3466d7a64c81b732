/**
 * Writes the declarations of the package into dist/types, file by file as the sources are. Part of `npm run build`.
 *
 * They are CJS, and ESM has beside each entry a file of one line that hands them on: an application and the libraries that it uses see
 * the same types, whichever format each has been given, and classes with private members are one class.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types = join(root, "dist/types");

rmSync(types, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.types.json"], {
  cwd: root,
  stdio: "inherit",
});

// Sources name one another with their own extension, which says nothing to who has only declarations.
for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/((?:from|import)\s*\(?\s*")(\.[^"]*)\.ts"/g, '$1$2.js"'));
}
writeFileSync(join(types, "package.json"), '{ "type": "commonjs" }\n');

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const entry of Object.values(exports)) {
  if (typeof entry === "string") continue;
  const own = basename(entry.require.types, ".d.ts");
  writeFileSync(join(root, entry.import.types), `export * from "./${own}.js";\n`);
}
