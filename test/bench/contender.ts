import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Workload } from "./workloads.ts";

/** A library to measure, and how to start it. */
export interface ContenderSpec {
  readonly name: string;
  command(): readonly [file: string, ...args: string[]];
}

/** Why a library has no time for a workload: its own words, for the most part. */
export class Unmeasured extends Error {}

const path = (name: string): string => fileURLToPath(new URL(`contenders/${name}`, import.meta.url));

const node = (name: string, file: string): ContenderSpec => ({
  name,
  command: () => [process.execPath, "--import", "tsx", path(file)],
});

export const evenkeel = node("evenkeel", "evenkeel.ts");
export const pytorch: ContenderSpec = { name: "PyTorch", command: () => [findPython(), path("pytorch.py")] };
export const peers: readonly ContenderSpec[] = [
  node("jax-js", "jaxJs.mjs"),
  node("TensorFlow.js", "tensorflowJs.mjs"),
  node("JS-PyTorch", "jsPytorch.mjs"),
];

/** The Python that has PyTorch: `$PYTHON`, or else one of the usual places. */
function findPython(): string {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["python3", "/usr/bin/python3"];
  for (const python of candidates) {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
      return python;
    } catch {
      // The next may have it.
    }
  }
  throw new Unmeasured("no Python here has PyTorch; PYTHON names one that has");
}

const oneThread = {
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
};

/** How long an answer may take, warm-up and all, in milliseconds. */
const patience = 120_000;

/** A library in a process of its own, asked over its standard input and answering on its standard output. */
export class Contender {
  readonly name: string;
  /** The library's version. */
  readonly version: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: Answers;

  private constructor(name: string, version: string, child: ChildProcessWithoutNullStreams, answers: Answers) {
    this.name = name;
    this.version = version;
    this.#process = child;
    this.#answers = answers;
  }

  /** @throws {@link Unmeasured} if the library cannot be started. */
  static async start({ name, command }: ContenderSpec): Promise<Contender> {
    const [file, ...args] = command();
    const child = spawn(file, args, { env: { ...process.env, ...oneThread } });
    const answers = new Answers(child);
    const { version } = await answers.next();
    return new Contender(name, String(version), child, answers);
  }

  /**
   * The microseconds that one of `steps` steps takes.
   *
   * @throws {@link Unmeasured} if the library cannot do it, or takes too long.
   */
  async measure(workload: Workload, steps: number): Promise<number> {
    if (this.#answers.ended !== null) throw this.#answers.ended;
    this.#process.stdin.write(`${JSON.stringify({ workload, steps })}\n`);
    const { microseconds, error } = await this.#answers.next();
    if (typeof microseconds === "number") return microseconds;
    throw new Unmeasured(String(error));
  }

  stop(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

type Answer = Readonly<Record<string, unknown>>;

/** The answers of a process: the lines it writes that are JSON objects. Libraries may write others. */
class Answers {
  /** Why there are no more. */
  ended: Unmeasured | null = null;
  readonly #child: ChildProcessWithoutNullStreams;
  #pending: { resolve(answer: Answer): void; reject(reason: Unmeasured): void } | null = null;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (output + chunk).split("\n");
      output = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("{")) this.#pending?.resolve(JSON.parse(line) as Answer);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
    });
    child.stdin.on("error", () => {}); // a process that is gone is noticed by its end
    child.on("error", (error) => this.#end(error.message));
    child.on("close", () => this.#end(/^.*Error\b.*$/m.exec(errors)?.[0] ?? "its process ended"));
  }

  next(): Promise<Answer> {
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(`no answer within ${patience / 1000} s`);
        this.#child.kill();
      }, patience);
      const settled = () => {
        clearTimeout(timer);
        this.#pending = null;
      };
      this.#pending = {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
    });
  }

  #end(reason: string): void {
    this.ended ??= new Unmeasured(reason);
    this.#pending?.reject(this.ended);
  }
}
