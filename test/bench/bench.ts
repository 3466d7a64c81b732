/** Measures evenkeel beside PyTorch and other JavaScript libraries: `npm run bench`, and `npm run bench -- --help`. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Contender, evenkeel, peers, pytorch, Unmeasured } from "./contender.ts";
import { type Measurements, measure } from "./measure.ts";
import { type Results, report } from "./report.ts";
import { type GrowthName, growths, type WorkloadName, workloads } from "./workloads.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = "docs/performance.md";

const help = `Measures evenkeel, as built, beside PyTorch and other JavaScript libraries, each with one thread.

  npm run bench                     everything; writes ${page}; some ten minutes
  npm run bench -- --quick          A, A′ and B, beside PyTorch only; prints
  npm run bench -- --only A,B       these workloads only; prints
  npm run bench -- --help           this

Workloads: ${[...Object.keys(workloads), ...Object.keys(growths)].join(", ")}.
PyTorch is that of $PYTHON, or else of python3. The other libraries are installed in test/bench when first needed.
`;

const log = (line: string) => process.stderr.write(`${line}\n`);

interface Plan {
  readonly tables: readonly WorkloadName[];
  readonly series: readonly GrowthName[];
  readonly withPeers: boolean;
  /** Whether the page is written: only if all is measured. */
  readonly complete: boolean;
}

/** What the options ask for; null for help. */
function readOptions(): Plan | null {
  const { values } = parseArgs({
    options: { quick: { type: "boolean" }, only: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return null;
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

/** Installs the other libraries where they are not, as locked. Their install scripts do not run: none is needed. */
function installPeers(): void {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  log("Installing the other libraries …");
  try {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdio: "ignore" });
  } catch {
    log("They could not be installed.");
  }
}

async function run({ tables, series, withPeers, complete }: Plan): Promise<void> {
  log("Building …");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (withPeers) installPeers();
  const specs = [evenkeel, pytorch, ...(withPeers ? peers : [])];
  const contenders: Contender[] = [];
  const absent = new Map<string, Unmeasured>();
  try {
    for (const spec of specs) {
      try {
        contenders.push(await Contender.start(spec));
      } catch (error) {
        if (!(error instanceof Unmeasured)) throw error;
        absent.set(spec.name, error);
        log(`${spec.name} is left out: ${error.message}`);
      }
    }
    const results = await measureAll(contenders, tables, series, absent);
    const names = specs.map(({ name }) => name);
    const versions = new Map(contenders.map(({ name, version }) => [name, version]));
    const text = report({ names, versions, ...results });
    if (!complete) return console.log(text);
    writeFileSync(`${root}${page}`, text);
    log(`Written: ${page}`);
  } finally {
    for (const contender of contenders) contender.stop();
  }
}

async function measureAll(
  contenders: readonly Contender[],
  tables: readonly WorkloadName[],
  series: readonly GrowthName[],
  absent: Measurements,
): Promise<Pick<Results, "tables" | "series">> {
  const options = { repeats: 5, seconds: 0.3 };
  const measured = { tables: new Map<WorkloadName, Measurements>(), series: new Map<GrowthName, Measurements[]>() };
  for (const name of tables) {
    const times = await measure(workloads[name], contenders, options);
    measured.tables.set(name, new Map([...times, ...absent]));
    log(`${name}: ${line(times)}`);
  }
  const two = contenders.filter(({ name }) => name === evenkeel.name || name === pytorch.name);
  for (const name of series) {
    const { values, workload, letter } = growths[name];
    const rows: Measurements[] = [];
    for (const value of values) {
      const times = await measure(workload(value), two, options);
      rows.push(new Map([...times, ...absent]));
      log(`${name}, ${letter} = ${value}: ${line(times)}`);
    }
    measured.series.set(name, rows);
  }
  return measured;
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
  else await run(plan);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
