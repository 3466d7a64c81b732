import { Machine } from "../machine.ts";
import { compileShared } from "../start.ts";
import { type Running, sharedKernels, startWorker, type WorkerData, words } from "./worker.ts";

/** The memory that threads share, in pages: what it has at first, which costs nothing until used, and at most. */
const pages = { initial: 1024, maximum: 16384 };

/** Milliseconds between looks at a clock that may have stood still, as that of a sleeping computer. */
const slice = 100;

/**
 * Worker threads that share the memory of one machine with the thread that started them. A job is cut into tasks. Each
 * thread takes the next one as soon as it is done with the last, so one that starts late or is held up delays nobody.
 */
export class Crew {
  /** The machine on the shared memory. */
  readonly machine: Machine;
  private readonly control: Int32Array;
  private readonly workers: (Running | null)[];
  private readonly mayBlock: boolean;
  private readonly patience: number;

  /**
   * @param workers - how many to start; they take part once they are ready.
   * @param changed - called when one of them was lost.
   * @param patience - for how many milliseconds no task may be finished before all threads are given up.
   * @throws whatever forbids them here.
   */
  constructor(binary: string, workers: number, changed: () => void, patience = 10_000) {
    const module = compileShared(binary);
    const memory = new WebAssembly.Memory({ ...pages, shared: true });
    this.control = new Int32Array(new SharedArrayBuffer(4 * (words.slots + workers + 1)));
    this.machine = new Machine(binary, module, memory);
    this.mayBlock = mayBlock(this.control);
    this.patience = patience;
    this.workers = [];
    try {
      for (let i = 0; i < workers; i++)
        this.workers.push(this.start({ module, memory, control: this.control, slot: i + 1 }, changed));
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** How many threads there are: this one, and the workers that have not been lost. */
  get size(): number {
    return 1 + this.workers.reduce((count, worker) => count + Number(worker !== null), 0);
  }

  /** How many scratch areas a job needs. */
  get areas(): number {
    return this.workers.length + 1;
  }

  /** Whether a worker is ready. */
  get isReady(): boolean {
    return this.workers.some((worker, i) => worker !== null && Atomics.load(this.control, words.slots + 1 + i) > 0);
  }

  /**
   * Runs a kernel's tasks on all threads.
   * @param job - the kernel's arguments; the place of the task is filled in.
   * @param scratch - the bytes of a scratch area; as many as {@link areas} begin at the address in the job.
   * @returns false if a task failed or takes for ever: nothing in the memory is to be relied on any more.
   */
  run(kernel: (typeof sharedKernels)[number], scratch: number, job: number[], tasks: number): boolean {
    const { control } = this;
    control.set([sharedKernels.indexOf(kernel), scratch, ...job], words.job);
    Atomics.store(control, words.finished, 0);
    Atomics.store(control, words.open, tasks);
    Atomics.add(control, words.signal, 1);
    Atomics.notify(control, words.signal);
    const own = [...job];
    for (;;) {
      const open = Atomics.load(control, words.open);
      if (open <= 0) return this.isFinished(tasks);
      if (Atomics.compareExchange(control, words.open, open, open - 1) !== open) continue;
      own[4] = open - 1;
      this.machine.run[kernel](...own);
      Atomics.add(control, words.finished, 1);
    }
  }

  /** Ends the workers. */
  end(): void {
    for (const worker of this.workers.splice(0)) worker?.end();
  }

  private start(data: WorkerData, changed: () => void): Running {
    const worker = startWorker(data, () => {
      const i = this.workers.indexOf(worker);
      if (i < 0) return;
      this.workers[i] = null;
      changed();
    });
    return worker;
  }

  private isFinished(tasks: number): boolean {
    const { control } = this;
    let last = -1;
    let left = this.patience;
    let before = performance.now();
    for (;;) {
      const finished = Atomics.load(control, words.finished);
      if (Atomics.load(control, words.failed) !== 0) return false;
      if (finished === tasks) return true;
      if (this.mayBlock) Atomics.wait(control, words.finished, finished, slice);
      const now = performance.now();
      left = finished === last ? left - Math.min(now - before, slice) : this.patience;
      if (left < 0) return false;
      last = finished;
      before = now;
    }
  }
}

/** Whether this thread may sleep; a page's main thread may not. */
function mayBlock(control: Int32Array): boolean {
  try {
    Atomics.wait(control, words.signal, 1, 0);
    return true;
  } catch {
    return false;
  }
}
