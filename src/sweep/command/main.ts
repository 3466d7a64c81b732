import { describe, isTensorError, TensorError } from "../../base/errors.ts";
import { neededBuiltin } from "../cells/builtin.ts";
import { imported } from "../cells/imported.ts";
import { messageOf } from "../cells/messageOf.ts";
import type { SweepEngine } from "../driving/engine.ts";
import { inProcess, shard } from "../engines/inProcess.ts";
import { pool } from "../engines/pool.ts";
import { queue, sweepWorkers } from "../engines/queue.ts";
import { journal } from "../keeping/journal.ts";
import { mergedLines, readSweep } from "../keeping/readSweep.ts";
import { sweepReport } from "../results/report.ts";
import { hasDiverged } from "../results/row.ts";
import { openSweep, type SweepOptions, sweep } from "../sweep.ts";
import { progressLine } from "./progress.ts";

/** What a command has of the process that it is. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  /** Ends the command as a signal of the system does. */
  readonly signal: AbortSignal;
}

const where = "evenkeel-sweep";

const help = `evenkeel-sweep run <module> [--journal runs.jsonl]     runs the sweep that a module exports, into a new journal
evenkeel-sweep resume <module> [--journal runs.jsonl]  goes on with it
evenkeel-sweep status <module> [--journal runs.jsonl]  says how far it has come
evenkeel-sweep merge <journal> … [--out all.jsonl]     puts journals together, and compares what is in several
evenkeel-sweep report <journal> … [--out sweep.html]   writes a page of what they say
evenkeel-sweep work <redis://…> [--workers 2]          runs cells that sweeps elsewhere put into a queue

run and resume take one of
  --pool <threads>        threads of this machine (needs piscina)
  --queue <redis://…>     a queue, and with it --workers <here> (needs bullmq and ioredis)
and
  --shard <i>/<n>         every n-th cell, from the i-th on, counted from 0
  --failures retry|keep|refuse

A module exports its options by the name sweep: export const sweep = { space: grid({ … }), cell: new URL("./cell.js", import.meta.url) };
`;

const flags = {
  journal: { type: "string" },
  out: { type: "string" },
  pool: { type: "string" },
  queue: { type: "string" },
  workers: { type: "string" },
  name: { type: "string" },
  shard: { type: "string" },
  failures: { type: "string" },
  title: { type: "string" },
  metric: { type: "string" },
  help: { type: "boolean" },
} as const;

type Flags = Readonly<Partial<Record<Exclude<keyof typeof flags, "help">, string>>>;

interface Given {
  readonly command: string;
  readonly places: readonly string[];
  readonly flags: Flags;
}

/** Runs a command, and says with which code to end: 0, or 1 after a message. */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const given = givenIn(args);
    if (given === null) around.out(help);
    else await commands[given.command](given, around);
    return 0;
  } catch (error) {
    if (around.signal.aborted) around.err("Stopped; what was found is kept. Go on with evenkeel-sweep resume.\n");
    else around.err(`${isTensorError(error) ? error.message : messageOf(error)}\n`);
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
    out(`${asked.done} of ${asked.total} cells are done, ${failed} failed, ${diverged} diverged`);
    out(open + asked.done < asked.total ? "; later rounds are not known yet\n" : "\n");
    await asked.close();
  },
  async merge({ places, flags: { out: path } }, { out }) {
    const lines = await mergedLines(where, needed(places, "the journals to merge"));
    const text = lines.map((line) => `${line}\n`).join("");
    if (path === undefined) out(text);
    else neededBuiltin(where, "node:fs").writeFileSync(path, text);
  },
  async report({ places, flags: { out: path = "sweep.html", title, metric } }, { out }) {
    const result = await readSweep(needed(places, "the journals to report on"));
    const html = await sweepReport(result, { ...(title && { title }), ...(metric && { metric }) });
    neededBuiltin(where, "node:fs").writeFileSync(path, html);
    out(`${path}\n`);
  },
  async work({ places, flags: own }, { out, signal }) {
    const [connection] = needed(places, "where Redis is");
    const workers = sweepWorkers(connection, queueOptions(own));
    await workers.start();
    out("ready\n");
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await workers.close();
  },
};

/** What was asked for; null for the help. */
function givenIn(args: readonly string[]): Given | null {
  const { parseArgs } = neededBuiltin(where, "node:util");
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  const { help: wantsHelp, ...own } = values;
  const [command, ...places] = positionals;
  if (wantsHelp === true || command === undefined) return null;
  if (!Object.hasOwn(commands, command)) {
    throw new TensorError(where, { expected: Object.keys(commands).join(", "), got: describe(command) });
  }
  return { command, places, flags: own };
}

function needed(places: readonly string[], what: string): readonly string[] {
  if (places.length > 0) return places;
  throw new TensorError(where, { expected: what, got: "nothing", hint: "evenkeel-sweep --help says more." });
}

async function runs(given: Given, { err, isTerminal, signal }: Surroundings, goesOn: boolean): Promise<void> {
  const options = await optionsIn(given);
  const name = options.store?.name ?? "";
  const isThere = neededBuiltin(where, "node:fs").existsSync(name);
  if (isThere !== goesOn) {
    throw new TensorError(where, {
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
async function optionsIn({ places, flags: own }: Given): Promise<SweepOptions> {
  const [path] = needed(places, "the module that exports the sweep");
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
  const engine = engineOf(own);
  return {
    ...options,
    store: own.journal === undefined ? (options.store ?? journal("runs.jsonl")) : journal(own.journal),
    ...(engine && { run: engine }),
    ...(own.failures !== undefined && { failures: own.failures as "retry" }),
  };
}

function engineOf(own: Flags): SweepEngine | undefined {
  const engine =
    own.queue !== undefined
      ? queue(own.queue, queueOptions(own))
      : own.pool !== undefined
        ? pool(Number(own.pool))
        : undefined;
  if (own.shard === undefined) return engine;
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(own.shard) ?? [];
  if (part === undefined) {
    throw new TensorError(where, { expected: "--shard 0/8, or another share", got: describe(own.shard) });
  }
  return shard(Number(part), Number(parts), engine ?? inProcess());
}

const queueOptions = ({ workers, name }: Flags) => ({
  ...(workers !== undefined && { workers: Number(workers) }),
  ...(name !== undefined && { name }),
});
