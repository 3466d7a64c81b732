/** What a worker is given: a compiled module, and memory that all threads share. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The words that {@link words} names. */
  readonly control: Int32Array;
  /** Which thread this is, from 1 on; the one that shares out the work is 0. */
  readonly slot: number;
}

/** What stands where in the control block. */
export const words = {
  /** How many tasks nobody has taken. Taking one is counting this down; until it is finished, the job stays. */
  open: 0,
  /** How many tasks are done. */
  finished: 1,
  /** Moved on to wake the workers. */
  signal: 2,
  /** 1 once a task has thrown. */
  failed: 3,
  /** The job: its kernel among {@link sharedKernels}, the bytes of a scratch area, and the kernel's arguments. */
  job: 4,
  /** A word for each thread: 0 until it is ready, then 1 and the number of tasks that it has done. */
  slots: 20,
} as const;

/** The kernels whose work can be shared; their arguments are addresses, a scratch area fourth, a task fifth. */
export const sharedKernels = ["matmulF32", "matmulF64"] as const;

/** A running worker. */
export interface Running {
  /** Ends it at once. */
  end(): unknown;
}

// As text, so that there is no file to be found by bundlers and pages. `Crew.run` does the same on its own thread.
const source = (): string => `function serve({ module, memory, control, slot }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = ${JSON.stringify(sharedKernels)};
  Atomics.add(control, ${words.slots} + slot, 1);
  for (;;) {
    const signal = Atomics.load(control, ${words.signal});
    for (let open; (open = Atomics.load(control, ${words.open})) > 0; ) {
      if (Atomics.compareExchange(control, ${words.open}, open, open - 1) !== open) continue;
      try {
        const [kernel, scratch, ...job] = control.subarray(${words.job}, ${words.slots});
        job[3] += slot * scratch;
        job[4] = open - 1;
        exports[kernels[kernel]](...job);
      } catch {
        Atomics.store(control, ${words.failed}, 1);
      }
      Atomics.add(control, ${words.slots} + slot, 1);
      Atomics.add(control, ${words.finished}, 1);
      Atomics.notify(control, ${words.finished});
    }
    Atomics.wait(control, ${words.signal}, signal);
  }
}
`;

/** What is used of `node:worker_threads`, which Deno and Bun have too. */
interface WorkerThreads {
  readonly Worker: new (
    source: string,
    options: object,
  ) => {
    on(event: "error" | "exit", listener: () => void): void;
    unref(): void;
    terminate(): unknown;
  };
}

const builtin = "process.getBuiltinModule";

/**
 * Starts a worker; `lost` is called when it has ended or cannot run.
 * @throws whatever forbids it here.
 */
export function startWorker(data: WorkerData, lost: () => void): Running {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): WorkerThreads | undefined } };
  const threads = process?.getBuiltinModule?.("node:worker_threads");
  if (threads === undefined) return startPageWorker(data, lost);
  const text = `${source()}serve(${builtin}("node:worker_threads").workerData)`;
  const worker = new threads.Worker(text, { eval: true, workerData: data, execArgv: [] });
  worker.on("error", lost);
  worker.on("exit", lost);
  worker.unref();
  return { end: () => worker.terminate() };
}

function startPageWorker(data: WorkerData, lost: () => void): Running {
  const text = `${source()}onmessage = ({ data }) => serve(data)`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = lost;
  worker.postMessage(data);
  const end = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  return { end };
}
