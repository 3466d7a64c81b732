/**
 * What the text and its papers claim about batch norm, measured: `npm run experiments`, and `npm run experiments -- --help`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import library from "../package.json" with { type: "json" };
import { wrap } from "./demo/wrap.ts";
import { experiments } from "./experiments/all.ts";
import { pageOf, printed, type Result } from "./experiments/experiment.ts";
import { indexPage } from "./experiments/indexPage.ts";
import { verdictRows, withVerdicts } from "./experiments/verdicts.ts";

const guide = fileURLToPath(new URL("../docs/experiments.md", import.meta.url));

const help = `What the text and its papers claim about batch norm, measured on real names and on deep linear networks.

  npm run experiments                       all of them, small
  npm run experiments -- noisy landscape    these
  npm run experiments -- --large            longer runs, of larger networks
  npm run experiments -- vgg --paper        of the paper's size: for those who have time
  npm run experiments -- vgg --data DIR     on CIFAR-10, whose "binary version" is in this folder
  npm run experiments -- --seed 3           from another seed (default 0)
  npm run experiments -- --seeds 5          from five seeds, as one table of verdicts
  npm run experiments -- --docs             the same of all of them, into docs/experiments.md
  npm run experiments -- --out DIR          writes data as JSON, a page each to read, and one that leads to them, to this folder (default experiments-out)

Experiments: ${Object.keys(experiments).join(", ")}.`;

/** Runs the experiments asked for; whether there were any by these names. */
export async function main(args: readonly string[], write: (line: string) => void): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      large: { type: "boolean", default: false },
      paper: { type: "boolean", default: false },
      data: { type: "string" },
      seed: { type: "string", default: "0" },
      seeds: { type: "string", default: "1" },
      docs: { type: "boolean", default: false },
      out: { type: "string", default: "experiments-out" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    write(help);
    return true;
  }
  const unknown = positionals.filter((name) => !Object.hasOwn(experiments, name));
  const seed = Number(values.seed);
  const seeds = values.docs ? 5 : Number(values.seeds);
  const isWhole = Number.isSafeInteger(seed) && Number.isSafeInteger(seeds) && seeds > 0;
  if (unknown.length > 0 || !isWhole) {
    write(
      unknown.length > 0
        ? `no such experiment: ${unknown.join(", ")}. --help lists them`
        : "--seed is a whole number, and --seeds one above 0",
    );
    return false;
  }
  const names = positionals.length > 0 && !values.docs ? positionals : Object.keys(experiments);
  const scale = values.paper ? "paper" : values.large ? "large" : "small";
  const given = values.data === undefined ? {} : { data: resolve(values.data) };
  if (seeds > 1) {
    const results = names.map((name) => [
      name,
      Array.from({ length: seeds }, (_, i) => experiments[name](scale, seed + i, given)),
    ]);
    const rows = verdictRows(Object.fromEntries(results));
    if (values.docs) writeFileSync(guide, withVerdicts(readFileSync(guide, "utf8"), rows));
    for (const [name, said, verdict, numbers] of rows.slice(1)) {
      for (const line of ["", ...wrap(`${name}: ${said}`), ...wrap(`${verdict}: ${numbers}.`)]) write(line);
    }
    return true;
  }
  mkdirSync(values.out, { recursive: true });
  const results: Record<string, Result> = {};
  for (const name of names) {
    const result = experiments[name](scale, seed, given);
    results[name] = result;
    const { figures: _figures, ...plain } = result;
    const file = resolve(values.out, `${name}.json`);
    writeFileSync(file, `${JSON.stringify({ version: library.version, ...plain }, null, 2)}\n`);
    const page = resolve(values.out, `${name}.html`);
    writeFileSync(page, await pageOf(result));
    for (const line of [...printed(result), "", `Data: ${file}`, `Report: ${page}`, ""]) write(line);
  }
  const index = resolve(values.out, "index.html");
  writeFileSync(index, await indexPage(results));
  write(`All of them: ${index}`);
  return true;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // A reader such as `head` may have seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  process.exitCode = (await main(process.argv.slice(2), console.log)) ? 0 : 2;
}
