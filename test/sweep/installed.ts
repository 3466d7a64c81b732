import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A folder in which the package is installed, made of the sources as they are, with the packages that run cells beside it. */
export function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-installed-"));
  const own = join(folder, "node_modules/evenkeel");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "package.json"), readFileSync(join(root, "package.json")));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  buildSync({
    entryPoints: Object.fromEntries(
      ["index", "plot", "sweep", "sweep/worker", "sweep/command"].map((name) => [
        name,
        join(root, "src", name.includes("/") ? `${name}.ts` : name === "index" ? "index.ts" : `${name}/index.ts`),
      ]),
    ),
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [
      "node:*",
      "evenkeel",
      "evenkeel/*",
      "@viz-js/viz",
      "vega",
      "vega-interpreter",
      "vega-lite",
      "@resvg/resvg-js",
    ],
    outdir: join(own, "dist"),
  });
  for (const name of ["piscina", "bullmq", "ioredis", "vega", "vega-lite", "vega-interpreter"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  for (const name of ["longer", "outcomes", "slow", "training"]) {
    buildSync({
      entryPoints: [join(root, `test/sweep/cells/${name}.ts`)],
      outfile: join(folder, `${name}.js`),
      format: "esm",
      bundle: true,
      external: ["evenkeel"],
    });
  }
  for (const name of ["produce", "work"]) {
    buildSync({
      entryPoints: [join(root, `test/sweep/programs/${name}.ts`)],
      outfile: join(folder, `${name}.js`),
      format: "esm",
    });
  }
  return folder;
}

/** What a program has written, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A program in such a folder, and its end. */
export function start(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text) => {
    said.out += text;
  });
  child.stderr.on("data", (text) => {
    said.err += text;
  });
  const end = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, end, said };
}

/** Runs a program to its end, which has to be a good one. */
export async function run(folder: string, args: readonly string[]): Promise<string> {
  const { code, out, err } = await start(folder, args).end;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code} in ${dirname(folder)}: ${err}${out}`);
  return out;
}

/** The lines of a journal, sorted, each once. */
export const sortedLines = (path: string): string[] =>
  [...new Set(readFileSync(path, "utf8").split("\n").slice(0, -1))].sort();
