/**
 * A first course in eight chapters, each beside its twin in PyTorch: `npm run course`, and `npm run course -- --help`.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bigrams } from "./course/bigrams.ts";
import { byHand } from "./course/byHand.ts";
import { digits } from "./course/digits.ts";
import { gpt } from "./course/gpt.ts";
import { mlp } from "./course/mlp.ts";
import { moons } from "./course/moons.ts";
import { pumps } from "./course/pumps.ts";
import type { Chapter, Print, Seen } from "./course/shared/chapter.ts";
import { tree } from "./course/tree.ts";

/** Every chapter, in the order of the course, by the name of its file. */
export const chapters: Readonly<Record<string, Chapter>> = { moons, bigrams, mlp, byHand, tree, gpt, digits, pumps };

const help = `A first course in eight chapters, each beside its twin in PyTorch, which prints the same losses.

  npm run course                            all of them, small: some seconds each
  npm run course -- moons gpt               these
  npm run course -- gpt --whole             the whole size: some minutes each
  npm run course -- gpt --twin FILE         compares with what the twin printed, as by
                                            python3 examples/course/gpt.py > FILE, with --whole for the whole size

Chapters: ${Object.keys(chapters).join(", ")}.`;

/** Runs the chapters asked for; whether there were any by these names. */
export async function main(args: readonly string[], print: Print): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      whole: { type: "boolean", default: false },
      twin: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    print(help);
    return true;
  }
  const unknown = positionals.filter((name) => !Object.hasOwn(chapters, name));
  if (unknown.length > 0 || (values.twin !== undefined && positionals.length !== 1)) {
    print(
      unknown.length > 0
        ? `no such chapter: ${unknown.join(", ")}. --help lists them`
        : "--twin takes the file of one chapter, and needs its name",
    );
    return false;
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(chapters)) {
    print(`== ${name}`);
    const seen = await chapters[name](values.whole ? "whole" : "small", print);
    if (values.twin !== undefined) {
      const twin = JSON.parse(readFileSync(values.twin, "utf8")) as Seen;
      print(`The losses are PyTorch's to ${apart(seen, twin).toExponential(1)}.`);
    }
    print("");
  }
  return true;
}

/** The largest difference between two losses of one step, in parts of PyTorch's; infinite where one has no other. */
export function apart({ losses }: Seen, twin: Seen): number {
  const names = [...new Set([...Object.keys(losses), ...Object.keys(twin.losses)])];
  return Math.max(
    ...names.map((name) => {
      const [mine, theirs] = [losses[name] ?? [], twin.losses[name] ?? []];
      if (mine.length !== theirs.length || mine.length === 0) return Number.POSITIVE_INFINITY;
      return Math.max(...mine.map((loss, step) => Math.abs(loss / theirs[step] - 1)));
    }),
  );
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = (await main(process.argv.slice(2), console.log)) ? 0 : 2;
}
