import { rmSync } from "node:fs";
import { join } from "node:path";
import { installed, run } from "../../sweep/installed.ts";
import { startRedis } from "../../sweep/redis/redis.ts";
import { digits, median, table } from "../format.ts";

/** The heading that the section is found by. */
export const sweepsHeading = "## What it costs";

const engines = ["inProcess", "pool", "queue"] as const;
type EngineName = (typeof engines)[number];

/** Milliseconds that a sweep took by each engine, round by round. */
export type SweepTimes = Readonly<Record<EngineName, readonly number[]>>;

/** How many cells of a millisecond. */
const many = 2000;
const sweeps = {
  longer: { cell: "./longer.js", space: { lr: [0.01, 0.1], seed: 12 } },
  many: { cell: "./slow.js", space: { ms: [1], x: many } },
} as const;

/** Measures sweeps by each engine, by turns: of cells that train, and of cells that take a millisecond. */
export async function measureSweeps(log: (line: string) => void, rounds = 5) {
  const folder = installed();
  const redis = await startRedis();
  try {
    const of = async (name: keyof typeof sweeps): Promise<SweepTimes> => {
      const times = { inProcess: [] as number[], pool: [] as number[], queue: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        for (const engine of engines) {
          const store = join(folder, `${name}-${engine}-${round}.jsonl`);
          const told = {
            ...sweeps[name],
            store,
            engine,
            threads: 2,
            connection: redis.address,
            options: { workers: 2 },
          };
          const out = await run(folder, ["produce.js", JSON.stringify(told)]);
          times[engine].push(Number(/ in (\d+) ms$/m.exec(out)?.[1]));
          rmSync(store);
        }
        log(`${name}: ${engines.map((engine) => `${engine} ${times[engine][round]} ms`).join(", ")}`);
      }
      return times;
    };
    return { longer: await of("longer"), many: await of("many") };
  } finally {
    await redis.end();
    rmSync(folder, { recursive: true });
  }
}

/** The section: how many times as fast two threads are, and what a cell costs beside what it does. */
export function sweepsSection({ longer, many: short }: Readonly<Record<"longer" | "many", SweepTimes>>): string[] {
  const told = { inProcess: "`inProcess()`", pool: "`pool(2)`", queue: "`queue(…)` with two workers, Redis beside it" };
  const rows = engines.map((engine) => {
    const gain = median(longer[engine].map((ms, round) => longer.inProcess[round] / ms));
    return [told[engine], `${digits(gain)} ×`, digits(median(short[engine]) / many)];
  });
  return [
    sweepsHeading,
    `On a machine with two cores, medians of ${longer.inProcess.length} rounds by turns (\`npm run bench -- --part sweeps\`): how many times as fast as one process 24 cells are that train for a thousand steps each, threads and connections started among it; and how many milliseconds go to each of ${many.toLocaleString("en")} cells that are busy for one.`,
    table(["engine", "speed", "ms a cell of 1 ms"], rows),
    "The journal is flushed to the disk for each result, which is most of what a short cell costs; threads and workers wait for that together.",
  ];
}
