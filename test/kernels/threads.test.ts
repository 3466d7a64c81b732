import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import * as workerThreads from "node:worker_threads";
import { getNumThreads, NDArray, setNumThreads, useKernels } from "evenkeel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
import { binary } from "../../src/kernels/wasm/module.generated.ts";
import { relaxedKernels } from "../../src/kernels/wasm/relaxed.ts";
import { crewFor } from "../../src/kernels/wasm/threads/sharing.ts";
import { setThreads } from "../../src/kernels/wasm/threads/threads.ts";
import { type WorkerData, words } from "../../src/kernels/wasm/threads/worker.ts";
import { refusal } from "../refusal.ts";

/** The workers that have been started, and what they were given. */
let started: { worker: workerThreads.Worker; data: WorkerData }[] = [];

/** Replaces what workers do, if `text` is given. */
function watchWorkers(text?: string): void {
  class Watched extends workerThreads.Worker {
    constructor(source: string, options: workerThreads.WorkerOptions) {
      super(text ?? source, options);
      started.push({ worker: this, data: options.workerData });
    }
  }
  vi.spyOn(process, "getBuiltinModule").mockReturnValue({ ...workerThreads, Worker: Watched } as never);
}

beforeEach(() => {
  started = [];
  vi.spyOn(console, "warn").mockReturnValue(undefined);
});

afterEach(() => {
  setNumThreads(1);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A matrix, or several, of numbers between −1 and 1 that are the same every time. */
function matrix(dtype: "float32" | "float64", shape: number[]): NDArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = ((i * 7919) % 2003) / 1001 - 1;
  return new NDArray(data, shape, dtype);
}

/** The bits of a product of such matrices, the sides that `flags` name transposed. */
function product(dtype: "float32" | "float64", m: number, n: number, k: number, flags = "", batch: number[] = []) {
  const [transposeA, transposeB] = [flags.includes("a"), flags.includes("b")];
  const a = matrix(dtype, [...batch, ...(transposeA ? [k, m] : [m, k])]);
  const b = matrix(dtype, [...batch, ...(transposeB ? [n, k] : [k, n])]);
  const { data } = kernels().matmul(a, b, transposeA, transposeB);
  return createHash("sha256").update(data).digest("hex");
}

/** How many tasks each worker has done. */
function done(): number[] {
  return started.map(({ data }) => data.control[words.slots + data.slot] - 1);
}

/** Looks again and again until all is as expected, which takes long on a machine that is busy with other things. */
function eventually(expectation: () => void): Promise<void> {
  return vi.waitFor(expectation, { timeout: 50_000 });
}

/**
 * Works until it has ended. A worker takes a task only if the system runs it before all are taken, on a busy machine seldom: so the
 * product is a large one, made again at once.
 */
async function workUntil(hasEnded: () => boolean): Promise<void> {
  const large = product("float32", 500, 500, 500);
  await eventually(() => {
    for (let i = 0; i < 50 && !hasEnded(); i++) expect(product("float32", 500, 500, 500)).toBe(large);
    expect(hasEnded()).toBe(true);
  });
}

function ready(): Promise<void> {
  return eventually(() => expect(Math.min(...done())).toBeGreaterThanOrEqual(0));
}

describe("threads", { timeout: 240_000 }, () => {
  test("are as many as was said, at first one", () => {
    expect(getNumThreads()).toBe(1);
    setNumThreads(3);
    expect(getNumThreads()).toBe(3);
    setNumThreads(1);
    expect(getNumThreads()).toBe(1);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 257, "2" as never, undefined as never])(
    "are refused where %s of them are asked for",
    (count) => {
      setNumThreads(2);
      expect(refusal(() => setNumThreads(count)).expected).toContain("from 1 to 256");
      expect(getNumThreads()).toBe(2);
    },
  );

  test.each(["float32", "float64"] as const)("give products of %s the same bits, however many", async (dtype) => {
    const sizes = [
      [300, 150, 90],
      [129, 1031, 34],
      [1, 1100, 4000],
      [3, 900, 1600],
      [2100, 1, 2000],
      [2101, 11, 300],
      [260, 130, 513],
    ] as const;
    const all = () => sizes.flatMap(([m, n, k]) => ["", "a", "b", "ab"].map((flags) => product(dtype, m, n, k, flags)));
    const alone = [...all(), product(dtype, 130, 200, 170, "b", [3])];
    watchWorkers();
    for (const count of [2, 3, 5]) {
      setNumThreads(count);
      await ready();
      expect([...all(), product(dtype, 130, 200, 170, "b", [3])]).toEqual(alone);
    }
    await workUntil(() => done().some((tasks) => tasks > 0));
  });

  test("share memory that grows", async () => {
    watchWorkers();
    const [small, large] = [product("float64", 200, 200, 200), product("float64", 3000, 3000, 1)];
    setNumThreads(2);
    await ready();
    expect(product("float64", 200, 200, 200)).toBe(small);
    expect(product("float64", 3000, 3000, 1)).toBe(large);
    expect(product("float64", 200, 200, 200)).toBe(small);
  });

  test("start again where other kernels are chosen", async () => {
    watchWorkers();
    setNumThreads(2);
    expect(started).toHaveLength(1);
    expect(crewFor("AGFzbQEAAAA=")).toBe(null);
    await eventually(() => expect(started[0].worker.threadId).toBe(-1));
    expect(getNumThreads()).toBe(1);
  });

  test("that are started again share a module that is compiled once", () => {
    watchWorkers();
    for (const count of [2, 1, 2]) setNumThreads(count);
    expect(started).toHaveLength(2);
    expect(started[1].data.module).toBe(started[0].data.module);
  });

  test.runIf(relaxedKernels())("share products by relaxed SIMD too", async () => {
    watchWorkers();
    useKernels("wasm-relaxed");
    const alone = product("float32", 300, 300, 100);
    setNumThreads(2);
    await ready();
    expect(product("float32", 300, 300, 100)).toBe(alone);
    useKernels("wasm");
    expect(product("float32", 300, 300, 100)).not.toBe(alone);
    expect(started).toHaveLength(2);
    expect(getNumThreads()).toBe(2);
  });

  test("that die are noticed, and the others do their work", async () => {
    const alone = product("float32", 200, 200, 200);
    watchWorkers();
    setNumThreads(3);
    await ready();
    await started[0].worker.terminate();
    await eventually(() => expect(getNumThreads()).toBe(2));
    expect(product("float32", 200, 200, 200)).toBe(alone);
    await started[1].worker.terminate();
    await eventually(() => expect(getNumThreads()).toBe(1));
    expect(product("float32", 200, 200, 200)).toBe(alone);
    expect(console.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("has died"));
    setNumThreads(3);
    expect(getNumThreads()).toBe(3);
  });

  test.each([
    ["hangs", `Atomics.wait(control, ${words.failed}, 0)`],
    ["dies", "process.exit()"],
    ["fails", `Atomics.store(control, ${words.failed}, 1)`],
  ])("are given up where one that has a task %s, and the work is done", async (_, end) => {
    const alone = product("float32", 200, 200, 200);
    watchWorkers(`
      const { control, slot } = require("node:worker_threads").workerData;
      Atomics.store(control, ${words.slots} + slot, 1);
      while (Atomics.load(control, ${words.open}) <= 0);
      Atomics.sub(control, ${words.open}, 1);
      ${end};
    `);
    setThreads(2, binary, 300);
    await ready();
    await workUntil(() => getNumThreads() === 1);
    expect(product("float32", 200, 200, 200)).toBe(alone);
  });

  test("that are ended while they work leave the result as it is", async () => {
    const alone = product("float32", 400, 400, 400);
    watchWorkers();
    for (let i = 0; i < 3; i++) {
      setThreads(2, binary, 300);
      await ready();
      void started[i].worker.terminate();
      expect(product("float32", 400, 400, 400)).toBe(alone);
    }
  });

  test.each([
    ["forbidden", () => vi.spyOn(process, "getBuiltinModule").mockReturnValue({ Worker: forbidden } as never)],
    ["without shared memory", () => vi.stubGlobal("SharedArrayBuffer", undefined)],
    ["without WebAssembly", () => vi.stubGlobal("WebAssembly", undefined)],
  ])("are one where more are %s, which is said once", async (_, stub) => {
    vi.resetModules();
    const fresh = await import("evenkeel");
    stub();
    fresh.setNumThreads(2);
    fresh.setNumThreads(2);
    expect(fresh.getNumThreads()).toBe(1);
    expect(console.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("not to be had"));
    expect(
      fresh
        .ones([200, 200])
        .matmul(fresh.ones([200, 200]))
        .sum()
        .item(),
    ).toBe(8e6);
  });

  test.each(["--input-type=module", "--input-type=commonjs"])("keep no process alive, with %s", (type) => {
    const entry = new URL("../../src/index.ts", import.meta.url);
    const code = `import(${JSON.stringify(entry)}).then(({ ones, setNumThreads }) => {
      setNumThreads(3);
      for (let i = 0; i < 100; i++) ones([200, 200]).matmul(ones([200, 200]));
      console.log("done");
    })`;
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const child = spawnSync(process.execPath, ["--import", "tsx", type, "-e", code], { cwd, timeout: 50_000 });
    expect([child.status, child.stderr.toString(), child.stdout.toString()]).toEqual([0, "", "done\n"]);
  });
});

function forbidden(): never {
  throw new Error("Access to this API has been restricted");
}
