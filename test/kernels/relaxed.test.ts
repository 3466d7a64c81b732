import { Generator, kernelsName, NDArray, randn, tensor, useKernels } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
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
