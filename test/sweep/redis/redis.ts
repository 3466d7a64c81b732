import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A redis-server of one test, with a folder of its own. */
export interface Redis {
  readonly address: string;
  /** Ends it, as a machine that loses its power does. */
  kill(): Promise<void>;
  /** Starts it again, at the same place, with what it has on its disk. */
  start(): Promise<void>;
  /** Ends it, and removes its folder. */
  end(): Promise<void>;
}

const server = process.env.REDIS_SERVER ?? "redis-server";

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

/** Starts a server that writes down all that it is told, or nothing. */
export async function startRedis({ keeps = false } = {}): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const own = keeps ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    child = spawn(server, ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...own]);
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child?.on("error", reject);
      child?.on("close", () => reject(new Error(said)));
      child?.stdout?.on("data", (text) => {
        said += text;
        if (said.includes("Ready to accept connections")) resolve();
      });
    });
  };
  const kill = async () => {
    const ended = new Promise((resolve) => child?.once("close", resolve));
    child?.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    address: `redis://127.0.0.1:${port}`,
    kill,
    start,
    end: async () => {
      if (child?.exitCode === null && child.signalCode === null) await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Whether there is such a server; without it nothing here says anything. */
export const redisVersion = (): string => execFileSync(server, ["--version"], { encoding: "utf8" });
