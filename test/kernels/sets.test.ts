import { grad, kernelsName, type Tensor, tensor, useKernels } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as reference from "../../src/kernels/reference/index.ts";
import { expectClose } from "../close.ts";
import { cotangent, draw, nameOf, rows, sizesOf } from "../ops/ops.table.ts";
import { refusal } from "../refusal.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  useKernels("wasm");
});

describe("the kernels in use", () => {
  test("are SIMD by default, and can be chosen", () => {
    expect(kernelsName()).toBe("wasm");
    useKernels("reference");
    expect(kernelsName()).toBe("reference");
    expect(
      tensor([[1, 2]])
        .matmul(tensor([[3], [4]]))
        .item(),
    ).toBe(11);
  });

  test("stay where a choice is refused", () => {
    expect(refusal(() => useKernels("webgpu" as "wasm")).got).toBe('"webgpu"');
    vi.stubGlobal("WebAssembly", undefined);
    expect(refusal(() => useKernels("wasm")).hint).toContain("reference");
    expect(kernelsName()).toBe("wasm");
  });

  test.each([
    ["is missing", undefined],
    ["is forbidden", { ...WebAssembly, Module: forbidden }],
  ])("are the plain loops where WebAssembly %s, and nothing throws", async (_, replacement) => {
    vi.stubGlobal("WebAssembly", replacement);
    vi.resetModules();
    const fresh = await import("evenkeel");
    expect(fresh.kernelsName()).toBe("reference");
    expect(
      fresh
        .ones([20, 20])
        .matmul(fresh.ones([20, 20]))
        .sum()
        .item(),
    ).toBe(8000);
  });
});

function forbidden(): never {
  throw new EvalError("Refused to compile or instantiate WebAssembly module");
}

// The laws run on the default kernels; here every operation is held against the plain loops.
test.each(rows.map((row) => [nameOf(row), row] as const))("%s is the same by either set of kernels", (_, row) => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const sizes of sizesOf(row)) {
      const run = () => {
        const inputs = draw(row, sizes, 2, dtype);
        const y = row.run(...inputs);
        const wanted = inputs.filter((x) => x.requiresGrad);
        const options = { gradOutput: cotangent(y), allowUnused: true } as const;
        return [y, ...(y.requiresGrad ? grad(y, wanted, options) : [])];
      };
      const fast = run();
      useKernels("reference");
      const plain = run();
      useKernels("wasm");
      plain.forEach((x, i) => {
        if (x !== null)
          expectClose((fast[i] as Tensor).data, x.data, dtype === "float32" ? (row.single ?? 1e-6) : 1e-12, 1e-30);
      });
    }
  }
});

test("no kernel has more inputs than are passed on to one that is called again with more room", () => {
  for (const [name, kernel] of Object.entries(reference)) expect(kernel.length, name).toBeLessThanOrEqual(7);
});
