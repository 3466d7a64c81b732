import { Generator, kernelsName, NDArray, randn, tensor, useKernels } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
import { decode } from "../../src/kernels/wasm/decode.ts";
import { binary as ofDefault } from "../../src/kernels/wasm/module.generated.ts";
import { binary as ofRelaxed } from "../../src/kernels/wasm/relaxed.generated.ts";
import { relaxedKernels } from "../../src/kernels/wasm/relaxed.ts";
import { expectClose } from "../close.ts";
import { refusal } from "../refusal.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  useKernels("wasm");
});

const relaxed = relaxedKernels();

describe.runIf(relaxed)("relaxed SIMD", () => {
  test("is chosen by name", () => {
    useKernels("wasm-relaxed");
    expect(kernelsName()).toBe("wasm-relaxed");
    expect(Array.from(tensor([1, 4]).sqrt().data)).toEqual([1, 2]);
  });

  test.each(["float32", "float64"] as const)("gives products of %s", (dtype) => {
    const generator = new Generator().manualSeed(1);
    const lengths = [1, 2, 3, 8, 9, 16, 17, 33];
    const flags = [0, 1, 2, 3].map((bits) => [bits > 1, bits % 2 === 1] as const);
    const draw = (shape: number[]) => {
      const { data } = randn(shape, { generator, dtype });
      return new NDArray(data, shape, dtype);
    };
    for (const k of [1, 2, 3, 4, 5, 64, 255, 256, 257, 600]) {
      for (const n of lengths) {
        for (const m of lengths) {
          for (const [transposeA, transposeB] of flags) {
            const [a, b] = [draw(transposeA ? [k, m] : [m, k]), draw(transposeB ? [n, k] : [k, n])];
            useKernels("reference");
            const plain = kernels().matmul(a, b, transposeA, transposeB);
            const y = relaxed?.matmul?.(a, b, transposeA, transposeB);
            expectClose(y?.data ?? [], plain.data, 0, dtype === "float32" ? 1e-4 : 1e-12);
          }
        }
      }
    }
  });
});

// The memory that both modules work on; copies begin at 1024.
test("the constants of the modules lie apart, below all copies", () => {
  const lastOf = (binary: string, from: number) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    new WebAssembly.Instance(new WebAssembly.Module(decode(binary)), { env: { memory } });
    const bytes = new Uint8Array(memory.buffer);
    expect(bytes.subarray(0, from).every((byte) => byte === 0)).toBe(true);
    return bytes.findLastIndex((byte) => byte !== 0);
  };
  const last = lastOf(ofDefault, 64);
  expect(last).toBeGreaterThan(64);
  expect(last).toBeLessThan(768);
  if (relaxed) expect(lastOf(ofRelaxed, 768)).toBeLessThan(1024);
});

test.runIf(!relaxed)("relaxed SIMD is refused where it cannot run, and the set in use stays", () => {
  useKernels("reference");
  expect(refusal(() => useKernels("wasm-relaxed")).expected).toContain("relaxed");
  expect(kernelsName()).toBe("reference");
});

test("relaxed SIMD is refused without WebAssembly", () => {
  kernelsName();
  vi.stubGlobal("WebAssembly", undefined);
  expect(refusal(() => useKernels("wasm-relaxed")).hint).toContain("wasm");
  expect(kernelsName()).toBe("wasm");
});
