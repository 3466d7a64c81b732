import {
  getNumThreads,
  isGradEnabled,
  kernelsName,
  setNumThreads,
  setPrintoptions,
  tensor,
  useKernels,
} from "evenkeel";
import { afterAll, expect, vi } from "vitest";

// Files of a worker share their modules: what one leaves set, the next would find.
afterAll(async () => {
  const found = {
    kernels: kernelsName(),
    threads: getNumThreads(),
    records: isGradEnabled(),
    prints: `${tensor(1 / 3)}`,
  };
  // One that has loaded the library anew, perhaps where there was no WebAssembly, keeps that to itself.
  if ((await import("evenkeel")).kernelsName !== kernelsName) vi.resetModules();
  useKernels("wasm");
  setNumThreads(1);
  setPrintoptions({ profile: "default" });
  expect(found).toEqual({ kernels: "wasm", threads: 1, records: true, prints: "tensor(0.3333)" });
});
