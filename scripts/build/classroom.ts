/**
 * Makes what a class needs, in `classroom` and `classroom.zip`: the notebooks with all that they import, packages included, the questions and
 * exercises as pages to print, with answers and without, and the lab if `npm run lab` has built it. The same bytes each time. Needs `npm run build`.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
// fflate writes zips with dates of one's own, without a dependency.
import { type Zippable, zipSync } from "fflate";
import { cellsOf } from "../docs/notebooks/source.ts";
import { lessonOf, sheet } from "./classroom/sheets.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = join(root, "classroom");
const most = 50e6;

const { version, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** What draws; without resvg, whose program is another for each system: JupyterLab and VS Code draw Vega-Lite by themselves. */
const drawing = ["vega", "vega-lite", "@viz-js/viz"];

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
cpSync(join(root, "dist/notebooks"), join(target, "notebooks"), { recursive: true });
packEvenkeel();
for (const name of drawing) packPackage(name, root);
writeSheets();
const lab = join(root, "dist-lab/lab.html");
if (existsSync(lab)) cpSync(lab, join(target, "lab.html"));
const dependencies = Object.fromEntries([
  ["evenkeel", version],
  ...drawing.map((name) => [name, devDependencies[name]]),
]);
writeFileSync(
  join(target, "package.json"),
  `${JSON.stringify({ private: true, type: "module", dependencies }, null, 2)}\n`,
);
writeFileSync(join(target, "README.md"), readme());
const size = zipped();
console.log(
  `classroom.zip: ${(size / 1e6).toFixed(1)} MB${existsSync(lab) ? "" : ", without lab.html: npm run lab builds it"}`,
);
if (size >= most) throw new Error(`classroom.zip has ${size} bytes, of ${most} at most`);

/** The package as it is published, without what no notebook reads. */
function packEvenkeel(): void {
  const [{ files }] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 1e8,
    }),
  ) as { files: { path: string }[] }[];
  const isLeftOut = (path: string) => /^src\/|^dist\/notebooks\/|\.map$/.test(path);
  for (const { path } of files.filter(({ path }) => !isLeftOut(path))) {
    cpSync(join(root, path), join(target, "node_modules/evenkeel", path));
  }
}

/** A package and those that it depends on, from where `from` finds them, to the same places. */
function packPackage(name: string, from: string): void {
  const folder = found(name, from);
  const to = join(target, relative(root, folder));
  if (existsSync(to)) return;
  const isWanted = (path: string) =>
    !/\.(map|d\.ts|d\.cts|d\.mts)$/.test(path) && !path.slice(folder.length).includes("node_modules");
  cpSync(folder, to, { recursive: true, filter: isWanted });
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  for (const other of Object.keys(dependencies)) packPackage(other, folder);
}

/** The folder of a package, as Node would find it. */
function found(name: string, from: string): string {
  for (let place = from; place.startsWith(root.replace(/\/$/, "")); place = dirname(place)) {
    const folder = join(place, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  throw new Error(`${name} is not installed beside ${from}`);
}

function writeSheets(): void {
  const source = join(root, "examples/notebooks");
  const lessons = readdirSync(source)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => lessonOf({ name, cells: cellsOf(readFileSync(join(source, name), "utf8")) }));
  for (const isSolved of [false, true]) {
    writeFileSync(join(target, isSolved ? "answers.html" : "worksheet.html"), sheet(lessons, { isSolved }));
  }
}

function readme(): string {
  return `# Why batch norm works: for a class

Three lines, in this folder. Nothing is fetched; Deno (https://deno.com) and JupyterLab, or VS Code with its Jupyter extension, have to be there.

    cd notebooks
    deno jupyter --install
    jupyter lab

In VS Code the third line is \`code .\`, and Deno is then chosen as the kernel.

- \`notebooks/\`: nine notebooks, from one number to what is known today. Names, pictures and packages are in this folder.
- \`worksheet.html\`, \`answers.html\`: their questions and exercises, to be printed.
- \`lab.html\`, if it is here: two networks training side by side, in any browser, from disk, with nothing installed.
`;
}

/** Writes the zip, and tells its size: paths in order, and one date for all. */
function zipped(): number {
  const paths = (readdirSync(target, { recursive: true }) as string[])
    .filter((path) => statSync(join(target, path)).isFile())
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  const entries: Zippable = {};
  // A zip keeps local time: this one is the same in every zone.
  const mtime = new Date(2026, 0, 1);
  for (const path of paths) entries[`classroom/${path}`] = [readFileSync(join(target, path)), { mtime, level: 9 }];
  const bytes = zipSync(entries);
  writeFileSync(join(root, "classroom.zip"), bytes);
  return bytes.length;
}
