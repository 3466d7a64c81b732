import { describe, isTensorError, TensorError } from "../../base/errors.ts";
import { version } from "../../base/version.ts";
import { neededBuiltin } from "../cells/builtin.ts";
import { imported } from "../cells/imported.ts";
import { messageOf } from "../cells/messageOf.ts";
import type { SweepEngine } from "../driving/engine.ts";
import { inProcess, shard } from "../engines/inProcess.ts";
import { pool } from "../engines/pool.ts";
import { type QueueOptions, queue, sweepWorkers } from "../engines/queue.ts";
import { journal } from "../keeping/journal.ts";
import { mergedLines, readSweep } from "../keeping/readSweep.ts";
import type { SweepStore } from "../keeping/store.ts";
import { sweepReport } from "../results/report.ts";
import { hasDiverged } from "../results/row.ts";
import { openSweep, type SweepOptions, sweep } from "../sweep.ts";
import { countIn, type Given, givenIn, help, more, needed, program } from "./given.ts";
import { progressLine } from "./progress.ts";

/** What a command has of the process that it is. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  /** Ends the command as a signal of the system does. */
  readonly signal: AbortSignal;
}

/** Runs a command, and says with which code to end: 0, or 1 after a message. */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  let where = program;
  try {
    const given = givenIn(args);
    where = given.where;
    await commands[given.command](given, around);
    return 0;
  } catch (error) {
    if (around.signal.aborted) around.err("Stopped; what was found is kept. Go on with evenkeel-sweep resume.\n");
    else around.err(isTensorError(error) ? `${error.message}\n` : `${where}: ${messageOf(error)}.\n`);
    return 1;
  }
}

const commands: Readonly<Record<string, (given: Given, around: Surroundings) => Promise<void>>> = {
  run: (given, around) => runs(given, around, false),
  resume: (given, around) => runs(given, around, true),
  async status(given, { out }) {
    const options = await optionsIn(given);
    const asked = await openSweep({ ...options, failures: "keep" });
    // Walks over all that is there; of the rest none is run.
    let open = 0;
    while ((await asked.ask()) !== null) open++;
    const { rows } = asked.result();
    const failed = rows.filter((row) => row.failed !== null).length;
    const diverged = rows.filter(hasDiverged).length;
    const { name, isKept } = options.store;
    const notes = [
      open + asked.done < asked.total ? "later rounds are not known yet" : [],
      isKept && !isThere(name) ? `there is no ${name} yet` : [],
    ].flat();
    out(`${asked.done} of ${asked.total} cells are done, ${failed} failed, ${diverged} diverged`);
    out(`${notes.map((note) => `; ${note}`).join("")}\n`);
    await asked.close();
  },
  async merge(given, { out, err }) {
    const lines = await mergedLines(given.where, needed(given, "the journals to merge"));
    const text = lines.map((line) => `${line}\n`).join("");
    const { out: path } = given.flags;
    if (path === undefined) return out(text);
    neededBuiltin(given.where, "node:fs").writeFileSync(path, text);
    err(`${lines.length} cells in ${path}\n`);
  },
  async report(given, { out }) {
    const { out: path = "sweep.html", title, metric } = given.flags;
    const result = await readSweep(needed(given, "the journals to report on"));
    const html = await sweepReport(result, { ...(title && { title }), ...(metric && { metric }) });
    neededBuiltin(given.where, "node:fs").writeFileSync(path, html);
    out(`${path}\n`);
  },
  async work(given, { out, signal }) {
    const [connection] = needed(given, "the address of Redis");
    const workers = sweepWorkers(connection, queueOptions(given));
    await workers.start();
    out("ready\n");
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await workers.close();
  },
  help: async (_, { out }) => out(help),
  version: async (_, { out }) => out(`${version}\n`),
};

const isThere = (path: string): boolean => neededBuiltin(program, "node:fs").existsSync(path);

async function runs(given: Given, { err, isTerminal, signal }: Surroundings, goesOn: boolean): Promise<void> {
  const options = await optionsIn(given);
  const { name } = options.store;
  if (isThere(name) !== goesOn) {
    throw new TensorError(given.where, {
      expected: goesOn ? `a journal at ${name}` : `no file at ${name} yet`,
      got: goesOn ? "none" : "one",
      hint: goesOn ? "Begin with evenkeel-sweep run." : "Go on with evenkeel-sweep resume, or name another --journal.",
    });
  }
  const line = progressLine(err, isTerminal);
  try {
    const { rows } = await sweep({
      ...options,
      signal,
      onCell: (report) => {
        options.onCell?.(report);
        line.tell(report.done, report.total);
      },
    });
    line.end();
    const failed = rows.filter((row) => row.failed !== null).length;
    err(`${rows.length} cells in ${name}${failed > 0 ? `, of which ${failed} failed` : ""}\n`);
  } catch (error) {
    line.end();
    throw error;
  }
}

/** The options that a module exports, with what the command says besides. */
async function optionsIn(given: Given): Promise<SweepOptions & { readonly store: SweepStore }> {
  const { where, flags } = given;
  const places = needed(given, "the module that exports the sweep");
  const [path] = places;
  if (places.length > 1) throw new TensorError(where, { expected: "one module", got: places.join(" "), hint: more });
  if (/\.jsonl$/.test(path)) {
    throw new TensorError(where, {
      expected: "the module that exports the sweep",
      got: `${path}, which is a journal`,
      hint: "Name it by --journal.",
    });
  }
  if (!isThere(path)) {
    throw new TensorError(where, { expected: `a module at ${path}`, got: "no file", code: "EVENKEEL_FILE" });
  }
  const { resolve } = neededBuiltin(where, "node:path");
  const { pathToFileURL } = neededBuiltin(where, "node:url");
  const module = await imported(where, "the sweep", pathToFileURL(resolve(path)));
  if (typeof module.sweep !== "object" || module.sweep === null) {
    throw new TensorError(where, {
      expected: "a module that exports its options as sweep",
      got: `${path}, which exports ${Object.keys(module).join(", ") || "nothing"}`,
      hint: 'Write export const sweep = { space: grid({ … }), cell: new URL("./cell.js", import.meta.url) };',
    });
  }
  const options = module.sweep as SweepOptions;
  const engine = engineOf(given);
  return {
    ...options,
    store: flags.journal === undefined ? (options.store ?? journal("runs.jsonl")) : journal(flags.journal),
    ...(engine && { run: engine }),
    ...(flags.failures !== undefined && { failures: flags.failures as "retry" }),
  };
}

function engineOf(given: Given): SweepEngine | undefined {
  const { where, flags } = given;
  const threads = countIn(given, "pool", 1);
  if (threads !== undefined && flags.queue !== undefined) {
    throw new TensorError(where, { expected: "--pool or --queue", got: "both", hint: more });
  }
  if (flags.workers !== undefined && flags.queue === undefined) {
    throw new TensorError(where, { expected: "--workers beside --queue", got: "it alone", hint: more });
  }
  const engine =
    flags.queue !== undefined
      ? queue(flags.queue, queueOptions(given))
      : threads !== undefined
        ? pool(threads)
        : undefined;
  if (flags.shard === undefined) return engine;
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(flags.shard) ?? [];
  if (part === undefined) {
    throw new TensorError(where, { expected: "a share such as 0/8 as --shard", got: describe(flags.shard) });
  }
  return shard(Number(part), Number(parts), engine ?? inProcess());
}

function queueOptions(given: Given): QueueOptions {
  const workers = countIn(given, "workers", 0);
  const { name } = given.flags;
  return { ...(workers !== undefined && { workers }), ...(name !== undefined && { name }) };
}
