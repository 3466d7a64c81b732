import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Workload } from "./workloads.ts";

/** A library to measure, and how to start it. */
export interface ContenderSpec {
  readonly name: string;
  /** Default 1. */
  readonly threads?: number;
  /** Variables that its environment has beside those of the threads; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @throws {@link Unmeasured} if what it takes is not here. */
  command(): readonly [file: string, ...args: string[]];
}

/** Why a library has no time for a workload: its own words, for the most part. */
export class Unmeasured extends Error {}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface NodeOptions {
  readonly args?: readonly string[];
  /** Options of the engine. */
  readonly flags?: readonly string[];
  readonly threads?: number;
  /** The engine. Default the one that runs this. */
  engine?(): string;
}

const node = (
  name: string,
  file: string,
  { args = [], flags = [], threads = 1, engine = () => process.execPath }: NodeOptions = {},
): ContenderSpec => ({
  name,
  threads,
  command: () => [engine(), ...flags, "--import", "tsx", path(`contenders/${file}`), ...args],
});

export const evenkeel = node("evenkeel", "evenkeel.ts");
/** The same steps in `compiled`. */
export const evenkeelCompiled = node("evenkeel, compiled", "evenkeel.ts", { args: ["--compiled"] });
export const evenkeelOnTwo = node("evenkeel", "evenkeel.ts", { args: ["--threads", "2"], threads: 2 });
/** As built, for the table of laws too, which says `evenkeel` where users do. */
export const evenkeelOperations: ContenderSpec = {
  ...evenkeel,
  env: { TSX_TSCONFIG_PATH: path("tsconfig.json") },
};
/** For profiles: in V8's, a function that was inlined counts as its caller. */
export const evenkeelUninlined = node("evenkeel", "evenkeel.ts", { flags: ["--no-turbo-inlining"] });
export const evenkeelOperationsUninlined: ContenderSpec = {
  ...evenkeelUninlined,
  env: { TSX_TSCONFIG_PATH: path("tsconfig.json") },
};

/** What is set here to hold OpenBLAS, which PyTorch may use, to other kernels than it would choose for the processor. */
export const openblasSettings: readonly string[] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"].filter(
  (name) => process.env[name] !== undefined,
);

const python = (name: string, threads: number, env: ContenderSpec["env"] = {}): ContenderSpec => ({
  name,
  threads,
  env,
  command: () => [findPython(), path("contenders/pytorch.py"), String(threads)],
});
const freed = Object.fromEntries(openblasSettings.map((name) => [name, undefined]));

export const pytorch = python("PyTorch", 1, freed);
export const pytorchOnTwo = python("PyTorch", 2, freed);
/** PyTorch with the settings that the others are freed of. */
export const pytorchAsSet = python("PyTorch as set", 1);
export const pytorchAsSetOnTwo = python("PyTorch as set", 2);

export const peers: readonly ContenderSpec[] = [
  node("jax-js", "jaxJs.mjs"),
  node("TensorFlow.js", "tensorflowJs.mjs"),
  node("JS-PyTorch", "jsPytorch.mjs"),
];

const { optionalDependencies } = JSON.parse(readFileSync(path("package.json"), "utf8")) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const [newest] = Object.values(optionalDependencies);

/** A newer Node.js, of which there is a package for each platform, with nothing in it that would shadow `node`. */
function newerNode(): string {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const file = path(`node_modules/${name}/bin/node${process.platform === "win32" ? ".exe" : ""}`);
  if (!existsSync(file)) throw new Unmeasured(`Node.js ${newest} is not installed in test/bench for this platform`);
  return file;
}

const onNewer = `evenkeel on Node.js ${newest}`;
const relaxedOnNewer = `${onNewer}, "wasm-relaxed"`;

/** evenkeel on the newer engine: with the default kernels, and with those that fuse multiplications and additions. */
export const onNewerEngine: readonly ContenderSpec[] = [
  node(onNewer, "evenkeel.ts", { engine: newerNode }),
  node(relaxedOnNewer, "evenkeel.ts", { engine: newerNode, args: ["--kernels", "wasm-relaxed"] }),
];

/** The multiply-adds that each engine can do at most, by the names of the libraries that are held to it. */
export const limits: readonly ContenderSpec[] = [
  node(evenkeel.name, "limit.ts"),
  node(onNewer, "limit.ts", { engine: newerNode }),
  node(relaxedOnNewer, "limit.ts", { engine: newerNode, args: ["--relaxed"] }),
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

const threadCounts = (threads: number) => ({
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
});

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
  static async start({ name, command, threads = 1, env = {} }: ContenderSpec): Promise<Contender> {
    const [file, ...args] = command();
    const child = spawn(file, args, { env: { ...process.env, ...threadCounts(threads), ...env } });
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
    const { microseconds } = await this.#ask({ workload, steps });
    return Number(microseconds);
  }

  /**
   * Where the time of the workload goes, from some `seconds` of it.
   *
   * @throws {@link Unmeasured} if the library cannot tell.
   */
  async profile(workload: Workload, seconds: number): Promise<Profile> {
    const first = await this.measure(workload, 1);
    const microseconds = await this.measure(workload, Math.ceil((seconds / 4) * (1e6 / first)));
    const steps = Math.ceil((seconds * 1e6) / microseconds);
    const { shares, withinWebAssembly } = await this.#ask({ workload, steps, profile: true });
    return { shares: shares as Profile["shares"], withinWebAssembly: Number(withinWebAssembly), microseconds };
  }

  async #ask(request: object): Promise<Answer> {
    if (this.#answers.ended !== null) throw this.#answers.ended;
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.error !== undefined) throw new Unmeasured(String(answer.error));
    return answer;
  }

  stop(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

export interface Profile {
  /** Shares of the time, by what it goes to. */
  readonly shares: Readonly<Record<string, number>>;
  /** Of all that, what is spent within WebAssembly. */
  readonly withinWebAssembly: number;
  /** What one step took in that process when nobody looked. */
  readonly microseconds: number;
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
    child.on("close", () => this.#end(/^\w*Error\b[^:\n]*: *(.+)$/m.exec(errors)?.[1] ?? "its process ended"));
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
