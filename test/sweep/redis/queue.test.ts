import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed, run, sortedLines, start } from "../installed.ts";
import { type Redis, redisVersion, startRedis } from "./redis.ts";

// Every sweep here ends, whatever is killed on its way, with the journal that one process writes, to the byte.

let folder = "";
beforeAll(async () => {
  expect(redisVersion()).toMatch(/v=\d+/);
  folder = installed();
  await Promise.all(
    Object.entries(sweeps).map(([name, told]) =>
      run(folder, produce({ ...told, store: `${name}.jsonl`, engine: "inProcess" })),
    ),
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const sweeps = {
  slow: { cell: "./slow.js", space: { ms: [250], x: 16 } },
  throwing: { cell: "./slow.js", space: { ms: [1], throws: [false, true], x: 4 } },
  many: { cell: "./slow.js", space: { ms: [1], x: 2000 } },
  training: { cell: "./training.js", space: { lr: [0.01, 0.1], scale: [1, 10], seed: 3 } },
};

const produce = (told: object) => ["produce.js", JSON.stringify(told)];
const expected = (name: keyof typeof sweeps) => sortedLines(join(folder, `${name}.jsonl`));
const found = (store: string) => sortedLines(join(folder, store));

/** A worker that is quiet for a second is lost. */
const impatient = { patience: 1000, workers: 0 };

/** Runs a test with a server of its own. */
const withRedis = (settings: { keeps?: boolean }, body: (redis: Redis) => Promise<void>) => async () => {
  const redis = await startRedis(settings);
  try {
    await body(redis);
  } finally {
    await redis.end();
  }
};

const sweeping = (redis: Redis, name: keyof typeof sweeps, store: string, options: object = impatient) =>
  start(folder, produce({ ...sweeps[name], store, engine: "queue", connection: redis.address, options }));

async function working(redis: Redis, options: object = { ...impatient, workers: 1 }, where = folder) {
  const worker = start(where, ["work.js", redis.address, JSON.stringify(options)]);
  await new Promise<void>((resolve) => {
    worker.child.stdout.on("data", () => worker.said.out.includes("ready") && resolve());
  });
  return worker;
}

/** Waits until a program has said something. */
const saying = ({ child, said }: ReturnType<typeof start>, text: string) =>
  new Promise<void>((resolve) => {
    const look = () => said.out.includes(text) && resolve();
    child.stdout.on("data", look);
    look();
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function endsWell({ end }: ReturnType<typeof start>) {
  const { code, err, out } = await end;
  expect(code, err + out).toBe(0);
}

describe("a queue on Redis", { timeout: 120_000 }, () => {
  test.concurrent(
    "gives the journal of one process, of what is trained and of what throws",
    withRedis({}, async (redis) => {
      await endsWell(sweeping(redis, "training", "q1.jsonl", { workers: 2 }));
      expect(found("q1.jsonl")).toEqual(expected("training"));
      await endsWell(sweeping(redis, "throwing", "q2.jsonl", { workers: 1 }));
      expect(found("q2.jsonl")).toEqual(expected("throwing"));
      // What failed is tried again, and fails alike.
      await endsWell(sweeping(redis, "throwing", "q2.jsonl", { workers: 1 }));
      expect(found("q2.jsonl")).toEqual(expected("throwing"));
    }),
  );

  test.concurrent(
    "runs two thousand cells of a millisecond",
    withRedis({}, async (redis) => {
      await endsWell(sweeping(redis, "many", "q3.jsonl", { workers: 2 }));
      expect(found("q3.jsonl")).toEqual(expected("many"));
    }),
  );

  test.concurrent(
    "begins again what a worker did that was killed in the middle of a cell",
    withRedis({}, async (redis) => {
      const lost = await working(redis);
      const sweep = sweeping(redis, "slow", "killed.jsonl");
      await saying(sweep, "3/16");
      await pause(100);
      lost.child.kill("SIGKILL");
      const other = await working(redis);
      await endsWell(sweep);
      other.child.kill("SIGTERM");
      await endsWell(other);
      expect(found("killed.jsonl")).toEqual(expected("slow"));
    }),
  );

  test.concurrent(
    "is gone on with by a producer that was killed",
    withRedis({}, async (redis) => {
      const worker = await working(redis);
      const killed = sweeping(redis, "slow", "again.jsonl");
      await saying(killed, "4/16");
      killed.child.kill("SIGKILL");
      await killed.end;
      expect(found("again.jsonl").length).toBeLessThan(16);
      await endsWell(sweeping(redis, "slow", "again.jsonl"));
      worker.child.kill("SIGTERM");
      await endsWell(worker);
      expect(found("again.jsonl")).toEqual(expected("slow"));
    }),
  );

  for (const keeps of [true, false]) {
    test.concurrent(
      `outlives a Redis that is killed and started again ${keeps ? "with" : "without"} what it had`,
      withRedis({ keeps }, async (redis) => {
        const worker = await working(redis);
        const sweep = sweeping(redis, "slow", `restarted${keeps}.jsonl`);
        await saying(sweep, "4/16");
        await redis.kill();
        await pause(500);
        await redis.start();
        await endsWell(sweep);
        worker.child.kill("SIGKILL");
        expect(found(`restarted${keeps}.jsonl`)).toEqual(expected("slow"));
      }),
    );
  }

  test.concurrent(
    "outlives a Redis that is gone for thirty seconds",
    withRedis({ keeps: true }, async (redis) => {
      const worker = await working(redis, { workers: 1, patience: 5000 });
      const sweep = sweeping(redis, "slow", "gone.jsonl", { workers: 0 });
      await saying(sweep, "4/16");
      await redis.kill();
      await pause(30_000);
      await redis.start();
      await endsWell(sweep);
      worker.child.kill("SIGKILL");
      expect(found("gone.jsonl")).toEqual(expected("slow"));
    }),
  );

  test.concurrent(
    "serves two producers of one sweep",
    withRedis({}, async (redis) => {
      const worker = await working(redis);
      const both = ["two1.jsonl", "two2.jsonl"].map((store) => sweeping(redis, "slow", store));
      for (const one of both) await endsWell(one);
      worker.child.kill("SIGTERM");
      await endsWell(worker);
      expect(found("two1.jsonl")).toEqual(expected("slow"));
      expect(found("two2.jsonl")).toEqual(expected("slow"));
    }),
  );

  test.concurrent(
    "stops where a worker has another version, or another cell",
    withRedis({}, async (redis) => {
      const own = mkdtempSync(join(tmpdir(), "evenkeel-older-"));
      cpSync(folder, own, { recursive: true });
      const dist = join(own, "node_modules/evenkeel/dist");
      for (const name of readdirSync(dist, { recursive: true }) as string[]) {
        if (!name.endsWith(".js")) continue;
        const text = readFileSync(join(dist, name), "utf8");
        writeFileSync(join(dist, name), text.replace(/var version = "[^"]*"/, 'var version = "0.0.9"'));
      }
      const older = await working(redis, undefined, own);
      const { code, err } = await sweeping(redis, "slow", "refused.jsonl").end;
      older.child.kill("SIGKILL");
      expect(code).toBe(1);
      expect(err).toMatch(/queue: expected evenkeel \S+ where a cell is run, got evenkeel 0\.0\.9/);
      expect(existsSync(join(folder, "refused.jsonl"))).toBe(false);
      rmSync(own, { recursive: true });
    }),
  );

  test.concurrent(
    "gives a cell up that ends its thread each time, and goes on with the others",
    withRedis({}, async (redis) => {
      const told = { cell: "./slow.js", space: { ms: [1], exits: [true, false], x: 2 } };
      const options = { workers: 1, attempts: 2, patience: 1000 };
      await run(
        folder,
        produce({ ...told, store: "exits.jsonl", engine: "queue", connection: redis.address, options }),
      );
      const outcomes = found("exits.jsonl").map((line) => JSON.parse(line));
      expect(outcomes.filter(({ value }) => value !== undefined).map(({ value }) => value.x)).toEqual([0, 1]);
      expect(
        outcomes.filter(({ failed }) => /exit code/i.test(failed)).map(({ configuration }) => configuration.x),
      ).toEqual([0, 1]);
    }),
  );

  test.concurrent(
    "lets workers finish what they have begun when they are told to end",
    withRedis({}, async (redis) => {
      const first = await working(redis);
      const sweep = sweeping(redis, "slow", "drained.jsonl", { workers: 0 });
      await saying(sweep, "3/16");
      first.child.kill("SIGTERM");
      const { code, out } = await first.end;
      expect([code, out]).toEqual([0, "ready\ndrained\n"]);
      // Nothing is left that has to be taken for lost: with patience of half a minute it would show.
      const before = performance.now();
      const second = await working(redis);
      await endsWell(sweep);
      expect(performance.now() - before).toBeLessThan(29_000);
      second.child.kill("SIGKILL");
      expect(found("drained.jsonl")).toEqual(expected("slow"));
    }),
  );

  test("refuses a Redis that does not answer, at once", async () => {
    const nowhere = { ...sweeps.slow, store: "no.jsonl", engine: "queue", connection: "redis://127.0.0.1:1" };
    const { code, err } = await start(folder, produce(nowhere)).end;
    expect(code).toBe(1);
    expect(err).toMatch(
      /queue: expected Redis at redis:\/\/127\.0\.0\.1:1, got no answer \(.*ECONNREFUSED.*Start redis-server/s,
    );
    expect(existsSync(join(folder, "no.jsonl"))).toBe(false);
  });
});
