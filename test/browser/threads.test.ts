import { getNumThreads, ones, setNumThreads } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
import { type WorkerData, words } from "../../src/kernels/wasm/threads/worker.ts";

let given: WorkerData[] = [];

afterEach(() => {
  setNumThreads(1);
  given = [];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Notes what workers are given. */
function watchWorkers(): void {
  class Watched extends Worker {
    override postMessage(data: WorkerData): void {
      given.push(data);
      super.postMessage(data);
    }
  }
  vi.stubGlobal("Worker", Watched);
}

function done(): number[] {
  return given.map(({ control, slot }) => control[words.slots + slot] - 1);
}

/** `x·xᵀ` of a matrix of many different numbers. */
function product(): Float32Array {
  const x = ones([700, 300]).cumsum(0).mul(1.7).sin();
  return kernels().matmul(x.array, x.array, false, true).data as Float32Array;
}

describe("threads in a page", { timeout: 30_000 }, () => {
  test("take part once they have started, and leave the bits as they are", async () => {
    const alone = product();
    watchWorkers();
    setNumThreads(3);
    expect(getNumThreads()).toBe(3);
    expect(product()).toEqual(alone);
    await vi.waitFor(() => expect(Math.min(...done())).toBe(0), { timeout: 20_000 });
    for (let i = 0; i < 100 && Math.max(...done()) === 0; i++) expect(product()).toEqual(alone);
    expect(Math.max(...done())).toBeGreaterThan(0);
  });

  test.each([
    ["workers are forbidden", "Worker", forbidden],
    ["no memory can be shared", "SharedArrayBuffer", undefined],
  ])("are one where %s", (_, name, replacement) => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    vi.stubGlobal(name, replacement);
    setNumThreads(3);
    expect(getNumThreads()).toBe(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("not to be had"));
  });

  test("that cannot run are noticed", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    class Broken extends Worker {
      constructor() {
        super(URL.createObjectURL(new Blob(["throw new Error('broken')"])));
      }
    }
    vi.stubGlobal("Worker", Broken);
    setNumThreads(2);
    await vi.waitFor(() => expect(getNumThreads()).toBe(1), { timeout: 20_000 });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("has died"));
  });
});

function forbidden(): never {
  throw new DOMException("Failed to construct 'Worker'", "SecurityError");
}
