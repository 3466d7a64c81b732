import { rmSync } from "node:fs";
import { join } from "node:path";
import { installed, run } from "../../sweep/installed.ts";
import { startRedis } from "../../sweep/redis/redis.ts";
import { digits, median, table } from "../format.ts";

/** The heading that the section is found by. */
export const sweepsHeading = "## What it costs";

const engines = ["inProcess", "pool", "queue"] as const;
type EngineName = (typeof engines)[number];

/** Milliseconds that a sweep took by each engine, round by round; and by two processes at once, each with half of the cells. */
export type SweepTimes = Readonly<Record<EngineName | "apart", readonly number[]>>;

/** How many cells of a millisecond. */
const many = 2000;
const sweeps = {
  longer: { cell: "./longer.js", halves: [{ lr: [0.01] }, { lr: [0.1] }], space: { lr: [0.01, 0.1], seed: 12 } },
  many: { cell: "./slow.js", halves: [{ x: many / 2 }, { x: many / 2 }], space: { ms: [1], x: many } },
} as const;

/** Measures sweeps by each engine, by turns: of cells that train, and of cells that take a millisecond. */
export async function measureSweeps(log: (line: string) => void, rounds = 5) {
  const folder = installed();
  const sweepBy = async (engine: EngineName, cell: string, space: object, name: string): Promise<number> => {
    // What a Redis has done it does not do again.
    const redis = engine === "queue" ? await startRedis() : null;
    const store = join(folder, `${name}.jsonl`);
    const told = { cell, space, store, engine, threads: 2, connection: redis?.address, options: { workers: 2 } };
    try {
      const out = await run(folder, ["produce.js", JSON.stringify(told)]);
      return Number(/ in (\d+) ms$/m.exec(out)?.[1]);
    } finally {
      rmSync(store, { force: true });
      await redis?.end();
    }
  };
  const of = async (name: keyof typeof sweeps): Promise<SweepTimes> => {
    const { cell, space, halves } = sweeps[name];
    const times = { inProcess: [] as number[], pool: [] as number[], queue: [] as number[], apart: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const engine of engines) times[engine].push(await sweepBy(engine, cell, space, `${name}-${engine}`));
      const both = halves.map((half, i) => sweepBy("inProcess", cell, { ...space, ...half }, `${name}-half-${i}`));
      times.apart.push(Math.max(...(await Promise.all(both))));
      log(`${name}: ${[...engines, "apart" as const].map((how) => `${how} ${times[how][round]} ms`).join(", ")}`);
    }
    return times;
  };
  try {
    return { longer: await of("longer"), many: await of("many") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The section: how many times as fast two threads are, and what a cell costs beside what it does. */
export function sweepsSection({ longer, many: short }: Readonly<Record<"longer" | "many", SweepTimes>>): string[] {
  const told = {
    inProcess: "`inProcess()`",
    pool: "`pool(2)`",
    queue: "`queue(…)` with two workers, Redis beside it",
    apart: "two processes at once, half of the cells each",
  };
  const rows = ([...engines, "apart"] as const).map((how) => {
    const gain = median(longer[how].map((ms, round) => longer.inProcess[round] / ms));
    return [told[how], `${digits(gain)} ×`, digits(median(short[how]) / many)];
  });
  return [
    sweepsHeading,
    `On a machine with two cores, medians of ${longer.inProcess.length} rounds by turns (\`npm run bench -- --part sweeps\`): how many times as fast as one process 24 cells are that train for a thousand steps each, threads and connections started among it; and how many milliseconds go to each of ${many.toLocaleString("en")} cells that are busy for one.`,
    table(["engine", "speed", "ms a cell of 1 ms"], rows),
    "What two processes reach that have nothing to do with each other is as much as such a machine has to give; two cores that share their arithmetic give less than twice what one does. The journal is flushed to the disk for each result, which is most of what a short cell costs; threads and workers wait for that together.",
  ];
}
