import { describe, TensorError } from "../../base/errors.ts";
import { neededBuiltin } from "../cells/builtin.ts";

/** The program, as messages have it. */
export const program = "evenkeel-sweep";

export const help = `evenkeel-sweep run <module> [--journal runs.jsonl]     runs the sweep that a module exports, into a new journal
evenkeel-sweep resume <module> [--journal runs.jsonl]  goes on with it
evenkeel-sweep status <module> [--journal runs.jsonl]  says how far it has come
evenkeel-sweep merge <journal> … [--out all.jsonl]     puts journals together, and compares what is in several
evenkeel-sweep report <journal> … [--out sweep.html]   writes a page of what they say
evenkeel-sweep work <redis://…> [--workers 2]          runs cells that sweeps elsewhere put into a queue
evenkeel-sweep --help, --version

run and resume take one of
  --pool <threads>        threads of this machine (needs piscina)
  --queue <redis://…>     a queue, and with it --workers <here> (needs bullmq and ioredis)
and
  --shard <i>/<n>         every n-th cell, from the i-th on, counted from 0
  --failures retry|keep|refuse
report takes --title <text> and --metric <name>, of the number that is to be small: loss, if nothing is said
--name <queue> is for a queue of another name, where a sweep and its workers say the same

A module exports its options by the name sweep: export const sweep = { space: grid({ … }), cell: new URL("./cell.js", import.meta.url) };
`;

const sweeping = ["journal", "pool", "queue", "workers", "name", "shard", "failures"];

/** What each command takes. */
const taken: Readonly<Record<string, readonly string[]>> = {
  run: sweeping,
  resume: sweeping,
  status: sweeping,
  merge: ["out"],
  report: ["out", "title", "metric"],
  work: ["workers", "name"],
  help: [],
  version: [],
};

/** What a command was told. */
export interface Given {
  /** One of those that there are. */
  readonly command: string;
  /** The program with its command, as messages have it. */
  readonly where: string;
  readonly places: readonly string[];
  /** By their names, each of which the command takes. */
  readonly flags: Readonly<Partial<Record<string, string>>>;
}

export const more = `${program} --help says more.`;

/** What was asked for, if all of it is known; where nothing was, the help. */
export function givenIn(args: readonly string[]): Given {
  const { parseArgs } = neededBuiltin(program, "node:util");
  const names = Object.values(taken).flat();
  const { positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const asked = tokens.flatMap((token) => (token.kind === "option" ? [token] : []));
  const isAsked = (...own: readonly string[]) => asked.some(({ rawName }) => own.includes(rawName));
  const [first = "help", ...places] = positionals;
  const command = isAsked("--help", "-h") ? "help" : isAsked("--version") ? "version" : first;
  if (!Object.hasOwn(taken, command)) {
    throw new TensorError(program, {
      expected: "run, resume, status, merge, report, work, help or version",
      got: describe(command),
      hint: more,
    });
  }
  const where = `${program} ${command}`;
  if (command === "help" || command === "version") return { command, where, places, flags: {} };
  for (const { name, rawName, value } of asked) {
    if (!taken[command].includes(name)) {
      const expected = `options among ${taken[command].map((own) => `--${own}`).join(", ")}`;
      throw new TensorError(where, { expected, got: rawName, code: "EVENKEEL_OPTION", hint: more });
    }
    if (value === undefined || value.startsWith("--")) {
      throw new TensorError(where, { expected: `a value after ${rawName}`, got: value ?? "nothing", hint: more });
    }
  }
  return { command, where, places, flags: Object.fromEntries(asked.map(({ name, value }) => [name, value])) };
}

/** The places that a command was told, one or more. */
export function needed({ where, places }: Given, what: string): readonly string[] {
  if (places.length > 0) return places;
  throw new TensorError(where, { expected: what, got: "nothing", hint: more });
}

/** The number that a flag says, if it was given. */
export function countIn({ where, flags }: Given, name: string, least: number): number | undefined {
  const said = flags[name];
  if (said === undefined) return undefined;
  if (/^\d+$/.test(said) && Number.isSafeInteger(Number(said)) && Number(said) >= least) return Number(said);
  throw new TensorError(where, {
    expected: `a whole number of ${least} or more as --${name}`,
    got: describe(said),
  });
}
