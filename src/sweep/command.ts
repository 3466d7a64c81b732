#!/usr/bin/env node
/** The command evenkeel-sweep: dist/sweep/command.js, which is no entry of the package. */
import { main } from "./command/main.ts";

async function start(): Promise<void> {
  const { process } = globalThis as unknown as { process: NodeJS.Process };
  const controller = new AbortController();
  // A second signal ends it without waiting for the cells that are running.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort(new Error(name)));
  process.exitCode = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    signal: controller.signal,
  });
}

void start();
