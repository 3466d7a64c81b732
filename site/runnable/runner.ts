import type { RunMessage, RunRequest } from "./messages.ts";

/** How a run ended. */
export type Outcome = "done" | "failed" | "stopped" | "late";

/** What is told of a run while it goes on. */
export type Listener = (message: Exclude<RunMessage, { kind: "done" }>) => void;

interface Run {
  readonly id: number;
  readonly begin: () => void;
  readonly listener: Listener;
  readonly end: (outcome: Outcome) => void;
  hasFailed: boolean;
}

/** A worker that runs one thing after another, and is ended by `stop`, or when one takes longer than it may. */
export class Runner {
  private readonly assets: URL;
  private worker: Worker | null = null;
  private run: Run | null = null;
  private count = 0;

  /** @param assets - the folder of what scripts/docs/runnable.ts has built. */
  constructor(assets: URL) {
    this.assets = assets;
  }

  /** Whether there is a worker, and so what earlier runs have made. */
  get isAlive(): boolean {
    return this.worker !== null;
  }

  /** @param seconds - that it may run, without the time to load what it needs, until the worker is ended. */
  async start(code: string, isCell: boolean, seconds: number, listener: Listener): Promise<Outcome> {
    const id = ++this.count;
    const worker = this.working(listener, id);
    if (worker === null) return "failed";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const outcome = await new Promise<Outcome>((end) => {
      const begin = () => {
        timer = setTimeout(() => this.end("late"), 1000 * seconds);
      };
      this.run = { id, begin, listener, end, hasFailed: false };
      worker.postMessage({ id, code, isCell } satisfies RunRequest);
    });
    clearTimeout(timer);
    return outcome;
  }

  /** Ends the worker, whatever it does. */
  stop(): void {
    this.end("stopped");
  }

  private end(outcome: Outcome): void {
    this.worker?.terminate();
    this.worker = null;
    this.run?.end(outcome);
    this.run = null;
  }

  private working(listener: Listener, id: number): Worker | null {
    if (this.worker !== null) return this.worker;
    try {
      this.worker = new Worker(new URL("worker.js", this.assets), { type: "module", name: "evenkeel" });
    } catch (error) {
      listener({ id, kind: "error", error: noWorker(error instanceof Error ? error.message : String(error)) });
      return null;
    }
    this.worker.addEventListener("message", ({ data }: MessageEvent<RunMessage>) => this.hear(data));
    this.worker.addEventListener("error", (event) => {
      // What a run throws is told by a message: this is the worker itself.
      event.preventDefault();
      const { run } = this;
      run?.listener({ id: run.id, kind: "error", error: noWorker(event.message ?? "it could not be loaded") });
      this.end("failed");
    });
    return this.worker;
  }

  private hear(message: RunMessage): void {
    const { run } = this;
    if (run === null || message.id !== run.id) return;
    if (message.kind === "done") {
      this.run = null;
      run.end(run.hasFailed ? "failed" : "done");
      return;
    }
    if (message.kind === "begun") run.begin();
    if (message.kind === "error") run.hasFailed = true;
    run.listener(message);
  }
}

const noWorker = (why: string) => ({
  name: "Not run",
  message: `This page could not start the worker in which code runs: ${why}. Its content security policy has to allow workers of this site (worker-src 'self'), and the browser module workers, which a page opened from disk does not have.`,
  line: null,
});
