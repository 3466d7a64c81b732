/** Measures evenkeel beside PyTorch and other JavaScript libraries: `npm run bench`, and `npm run bench -- --help`. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  Contender,
  type ContenderSpec,
  evenkeel,
  evenkeelCompiled,
  evenkeelOnTwo,
  evenkeelOperations,
  evenkeelOperationsUninlined,
  evenkeelUninlined,
  limits,
  onNewerEngine,
  openblasSettings,
  type Profile,
  peers,
  pytorch,
  pytorchAsSet,
  pytorchAsSetOnTwo,
  pytorchOnTwo,
  Unmeasured,
} from "./contender.ts";
import { withSection, wrap } from "./format.ts";
import { type Measurements, measure } from "./measure.ts";
import { measureOperations } from "./operations/measureOperations.ts";
import { type OperationTime, operationsHeading, operationsSection } from "./operations/section.ts";
import { type AnalysisTime, analysesHeading, analysesSection, measureAnalyses } from "./parts/analyses.ts";
import { boundariesHeading, boundariesSection, measureBoundaries } from "./parts/boundaries.ts";
import { measureSweeps, sweepsHeading, sweepsSection } from "./parts/sweeps.ts";
import { type Results, report } from "./report.ts";
import { type GrowthName, growths, type Workload, type WorkloadName, workloads } from "./workloads.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = "docs/performance.md";
const boundariesPage = "docs/which-should-i-use.md";
const sweepsPage = "docs/sweep/sweeps.md";

const help = `Measures evenkeel, as built, beside PyTorch and other JavaScript libraries, each with one thread.

  npm run bench                     everything; writes ${page}; some ten minutes
  npm run bench -- --quick          A, A′ and B, compiled too, beside PyTorch only; prints
  npm run bench -- --only A,B       these workloads only; prints
  npm run bench -- --part analyses  the analyses only; rewrites their section of ${page}; a minute
  npm run bench -- --part operations  the operations only, in the same way; some minutes
  npm run bench -- --part boundaries  where another library begins to be the faster one; the section of ${boundariesPage}
  npm run bench -- --part sweeps    two threads and a queue beside one process; the section of ${sweepsPage}; needs redis-server
  npm run bench -- --part operations --only pow,topk  those whose names begin so; prints
  npm run bench -- --help           this

Workloads: ${[...Object.keys(workloads), ...Object.keys(growths)].join(", ")}.
A, A′, B, C, D and surface are profiled too; D2 is D with two threads each; layered is A in a module of
one's own, for evenkeel only; limit is what the engine could multiply and add at most.

PyTorch is that of $PYTHON, or else of python3. The other libraries, and a newer Node.js, are installed in test/bench
when first needed. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, if set, are kept from PyTorch; with them, it is measured once
more. The machine should have nothing else to do: the times of different workloads are compared too.
`;

const log = (line: string) => process.stderr.write(`${line}\n`);

/** What a part of the page is about, each with a section of its own. */
type Part = "analyses" | "operations" | "boundaries" | "sweeps";

interface Plan {
  readonly tables: readonly WorkloadName[];
  readonly series: readonly GrowthName[];
  readonly withPeers: boolean;
  /** Whether the page is written: only if all is measured. */
  readonly complete: boolean;
}

/** What the options ask for; null for help. */
function readOptions(): Plan | { readonly part: Part; readonly only: string | undefined } | null {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean" },
      only: { type: "string" },
      part: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return null;
  const { part } = values;
  if (part === "analyses" || part === "operations" || part === "boundaries" || part === "sweeps")
    return { part, only: values.only };
  if (values.part !== undefined) throw new Error(`no such part: ${values.part}. --help lists them`);
  const known = { tables: Object.keys(workloads) as WorkloadName[], series: Object.keys(growths) as GrowthName[] };
  if (values.only === undefined && !values.quick) return { ...known, withPeers: true, complete: true };
  const asked = (values.only ?? "A,A′,B").split(",").map((name) => name.trim().replace("'", "′"));
  const unknown = asked.filter((name) => ![...known.tables, ...known.series].some((other) => other === name));
  if (unknown.length > 0) throw new Error(`no such workload: ${unknown.join(", ")}. --help lists them`);
  return {
    tables: known.tables.filter((name) => asked.includes(name)),
    series: known.series.filter((name) => asked.includes(name)),
    withPeers: !values.quick,
    complete: false,
  };
}

/** Installs what test/bench/package.json names, if its lock is newer than what is there. Install scripts do not run. */
function installPeers(): void {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const changed = (file: string) => statSync(folder + file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed("node_modules/.package-lock.json") > changed("package-lock.json")) return;
  log("Installing the other libraries …");
  try {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "ignore",
    });
  } catch {
    log("They could not be installed.");
  }
}

/** Contenders that have been started, to be stopped together. */
class Crew {
  readonly versions = new Map<string, string>();
  readonly #started = new Map<ContenderSpec, Contender | Unmeasured>();

  /** The contenders that start, and why others do not. */
  async start(specs: readonly ContenderSpec[]): Promise<{ present: Contender[]; absent: Measurements }> {
    const present: Contender[] = [];
    const absent = new Map<string, Unmeasured>();
    for (const spec of specs) {
      const contender = this.#started.get(spec) ?? (await this.#try(spec));
      this.#started.set(spec, contender);
      if (contender instanceof Unmeasured) absent.set(spec.name, contender);
      else present.push(contender);
    }
    return { present, absent };
  }

  async #try(spec: ContenderSpec): Promise<Contender | Unmeasured> {
    try {
      const contender = await Contender.start(spec);
      this.versions.set(spec.name, contender.version);
      return contender;
    } catch (error) {
      if (!(error instanceof Unmeasured)) throw error;
      log(`${spec.name} is left out: ${error.message}`);
      return error;
    }
  }

  stop(): void {
    for (const contender of this.#started.values()) if (contender instanceof Contender) contender.stop();
  }
}

/** Who is measured on a workload. */
function contendersOf(name: WorkloadName, withPeers: boolean): readonly ContenderSpec[] {
  const held = openblasSettings.length > 0;
  if (name === "limit") return limits;
  if (name === "D2") return [evenkeelOnTwo, pytorchOnTwo, ...(held ? [pytorchAsSetOnTwo] : [])];
  if (name === "layered") return [evenkeel, evenkeelCompiled];
  const isOnNewer = ["A", "A′", "B", "C", "D", "matmul"].includes(name);
  const others = [...peers, ...(isOnNewer ? onNewerEngine : []), ...(held ? [pytorchAsSet] : [])];
  const own = name === "matmul" ? [evenkeel] : [evenkeel, evenkeelCompiled];
  return [...own, pytorch, ...(withPeers ? others : [])];
}

/** What each repeat of a workload is followed by. */
const beside: Partial<Record<WorkloadName, Workload>> = {
  hvp: { ...workloads.A, asWritten: true },
  layered: workloads.A,
};

function build(): void {
  log("Building …");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

/** The sections that can be written by themselves. */
const parts = {
  async boundaries(only: RegExp) {
    installPeers();
    const crew = new Crew();
    try {
      const specs = [evenkeel, pytorch, ...peers.slice(0, 2)];
      const rows = await measureBoundaries((await crew.start(specs)).present, log, only);
      const names = specs.map(({ name }) => name);
      return {
        heading: boundariesHeading,
        section: boundariesSection(rows, names, crew.versions),
        page: boundariesPage,
      };
    } finally {
      crew.stop();
    }
  },
  async sweeps() {
    return { page: sweepsPage, heading: sweepsHeading, section: sweepsSection(await measureSweeps(log)) };
  },
  async analyses(only: RegExp) {
    return { page, heading: analysesHeading, section: analysesSection(await measureAnalyses(log, only)) };
  },
  async operations(only: RegExp) {
    return { page, heading: operationsHeading, section: operationsSection(await operations(only)) };
  },
};

/** Measures what a part is about, and rewrites its section of the page; prints it if only some of it is asked for. */
async function runPart(part: Part, only: string | undefined): Promise<void> {
  build();
  const names = (only ?? "").split(",").map((name) => name.trim());
  const { page, heading, section } = await parts[part](new RegExp(`^\\W*(${names.map(escaped).join("|")})`));
  const text = section.map(wrap).join("\n\n");
  if (only !== undefined) return console.log(text);
  writeFileSync(`${root}${page}`, withSection(readFileSync(`${root}${page}`, "utf8"), heading, text));
  log(`Written: ${page}`);
}

const escaped = (name: string): string => name.replace(/[^\w\s]/g, "\\$&");

/** The operations beside PyTorch's, if it is here. */
async function operations(only = /./): Promise<readonly OperationTime[]> {
  const crew = new Crew();
  try {
    const [ours, other, uninlined] = (await crew.start([evenkeelOperations, pytorch, evenkeelOperationsUninlined]))
      .present;
    return uninlined === undefined ? [] : await measureOperations([ours, other], uninlined, log, only);
  } finally {
    crew.stop();
  }
}

async function run({ tables, series, withPeers, complete }: Plan): Promise<void> {
  build();
  if (withPeers) installPeers();
  const crew = new Crew();
  try {
    const results = {
      tables: await measureTables(crew, tables, withPeers),
      series: await measureSeries(crew, series),
      analyses: complete ? await measureAnalyses(log) : ([] as readonly AnalysisTime[]),
      operations: complete ? await operations() : [],
      profiles: await profile(
        tables.filter((name) => withPeers && ["A", "A′", "B", "C", "D", "surface"].includes(name)),
      ),
    };
    const names = [evenkeel, evenkeelCompiled, pytorch, ...(withPeers ? peers : [])].map(({ name }) => name);
    const text = report({ names, versions: crew.versions, isComplete: complete, ...results });
    if (!complete) return console.log(text);
    writeFileSync(`${root}${page}`, text);
    log(`Written: ${page}`);
  } finally {
    crew.stop();
  }
}

const options = { repeats: 9, seconds: 0.2 };
/** The fastest repeat counts there: many short ones find a quiet moment. */
const optionsOfLimit = { repeats: 20, seconds: 0.1 };

async function measureTables(
  crew: Crew,
  names: readonly WorkloadName[],
  withPeers: boolean,
): Promise<Results["tables"]> {
  const tables = new Map<WorkloadName, Measurements>();
  for (const name of names) {
    // Threads and what else is not needed again must not disturb what comes later.
    const isAlone = name === "D2" || name === "limit";
    const own = isAlone ? new Crew() : crew;
    try {
      const { present, absent } = await own.start(contendersOf(name, withPeers));
      const how = name === "limit" ? optionsOfLimit : { ...options, beside: beside[name] };
      const times = await measure(workloads[name], present, how);
      tables.set(name, new Map([...times, ...absent]));
      log(`${name}: ${line(times)}`);
    } finally {
      if (isAlone) own.stop();
    }
  }
  return tables;
}

async function measureSeries(crew: Crew, names: readonly GrowthName[]): Promise<Results["series"]> {
  const series = new Map<GrowthName, Measurements[]>();
  for (const name of names) {
    const { present, absent } = await crew.start([evenkeel, pytorch]);
    const { values, workload, letter } = growths[name];
    const rows: Measurements[] = [];
    for (const value of values) {
      const times = await measure(workload(value), present, options);
      rows.push(new Map([...times, ...absent]));
      log(`${name}, ${letter} = ${value}: ${line(times)}`);
    }
    series.set(name, rows);
  }
  return series;
}

async function profile(names: readonly WorkloadName[]): Promise<Results["profiles"]> {
  const profiles = new Map<WorkloadName, Profile>();
  const crew = new Crew();
  try {
    for (const name of names) {
      const [contender] = (await crew.start([evenkeelUninlined])).present;
      if (contender === undefined) break;
      profiles.set(name, await contender.profile(workloads[name], 2));
      log(`${name}: profiled`);
    }
  } finally {
    crew.stop();
  }
  return profiles;
}

const line = (times: Measurements): string =>
  [...times]
    .map(([name, m]) =>
      m instanceof Unmeasured
        ? `${name} – (${m.message})`
        : `${name} ${m.microseconds.toFixed(0)} µs ± ${(m.spread * 50).toFixed(0)} %`,
    )
    .join(", ");

try {
  const plan = readOptions();
  if (plan === null) process.stdout.write(help);
  else if ("part" in plan) await runPart(plan.part, plan.only);
  else await run(plan);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
