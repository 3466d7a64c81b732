import { describe, TensorError } from "../../base/errors.ts";
import { optionalPackage } from "../../base/optionalPackage.ts";
import { messageOf } from "../cells/messageOf.ts";
import { installed } from "./installed.ts";
import { workerFile } from "./job.ts";

/** Where Redis is: an address such as `redis://localhost:6379`, or the options of `ioredis`. */
export type RedisConnection = string | Readonly<Record<string, unknown>>;

/** As much of BullMQ's job as is asked for. */
interface BullJob {
  readonly id: string;
  readonly failedReason: string | undefined;
  readonly returnvalue: unknown;
  getState(): Promise<string>;
  remove(): Promise<unknown>;
}

/** What holds a connection. */
export interface Closable {
  on(event: string, listener: (told: { readonly jobId: string }) => void): unknown;
  close(): Promise<void>;
}

export interface BullQueue extends Closable {
  add(name: string, data: unknown, options: Readonly<Record<string, unknown>>): Promise<unknown>;
  getJob(id: string): Promise<BullJob | undefined>;
}

type Made<T> = new (...parts: readonly unknown[]) => T;

export interface Bull {
  readonly Queue: Made<BullQueue>;
  readonly QueueEvents: Made<Closable>;
  readonly Worker: Made<Closable>;
}

interface RedisModule {
  readonly Redis: Made<{
    connect(): Promise<void>;
    disconnect(): void;
    on(event: string, listener: (error: Error) => void): unknown;
  }>;
}

const install = { install: "bullmq ioredis", hint: "pool(4) and shard(0, 8) do without." };

/** Refuses what no connection can be made of. */
export function checkConnection(where: string, connection: unknown): asserts connection is RedisConnection {
  const isAddress = typeof connection === "string" && /^rediss?:\/\//.test(connection);
  const isOptions = typeof connection === "object" && connection !== null && !Array.isArray(connection);
  if (isAddress || isOptions) return;
  throw new TensorError(where, {
    expected: 'the address of Redis, such as "redis://localhost:6379", or the options of ioredis, as connection',
    got: describe(connection),
  });
}

/** BullMQ, and what it is given to find Redis; refused at once where nobody answers. */
export async function bullAt(
  where: string,
  connection: RedisConnection,
): Promise<{ readonly bull: Bull; readonly options: Readonly<Record<string, unknown>> }> {
  const bull = await optionalPackage(where, "bullmq", () => installed<Bull>("bullmq"), install);
  const { Redis } = await optionalPackage(where, "ioredis", () => installed<RedisModule>("ioredis"), install);
  const own = typeof connection === "string" ? { url: connection } : connection;
  const once = { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000 };
  const { url, ...rest } = own as { readonly url?: string };
  const redis = url === undefined ? new Redis({ ...rest, ...once }) : new Redis(url, { ...rest, ...once });
  let why = "";
  redis.on("error", (error) => {
    why = messageOf(error);
  });
  try {
    await redis.connect();
  } catch (error) {
    throw new TensorError(where, {
      expected: `Redis at ${url ?? describeHost(rest)}`,
      got: `no answer (${why === "" ? messageOf(error) : why})`,
      code: "EVENKEEL_STATE",
      hint: "Start redis-server there, or say another connection.",
    });
  } finally {
    redis.disconnect();
  }
  // What is asked while Redis is away is asked again when it is back.
  return { bull, options: { connection: { ...own, maxRetriesPerRequest: null } } };
}

const describeHost = ({
  host = "127.0.0.1",
  port = 6379,
}: {
  readonly host?: string;
  readonly port?: number;
}): string => `${host}:${port}`;

/** How those who run cells of a queue are told apart from dead ones. */
export interface WorkerSettings {
  readonly name: string;
  readonly workers: number;
  /** Milliseconds after which a worker that says nothing is dead. */
  readonly patience: number;
  readonly attempts: number;
}

/** Milliseconds until a worker looks again for a Redis that was away. */
const retryAfter = 1000;

/** Runs cells of a queue, each in a thread, beside which the lock on its job is kept. */
export function startWorkers(
  where: string,
  { bull, options }: { readonly bull: Bull; readonly options: Readonly<Record<string, unknown>> },
  { name, workers, patience, attempts }: WorkerSettings,
): Closable {
  const file = new URL(`file://${workerFile(where)}`);
  const made = new bull.Worker(name, file, {
    ...options,
    concurrency: workers,
    useWorkerThreads: true,
    lockDuration: patience,
    stalledInterval: patience,
    maxStalledCount: attempts,
    runRetryDelay: retryAfter,
  });
  made.on("error", () => {}); // Redis is away; it is asked again
  return made;
}
