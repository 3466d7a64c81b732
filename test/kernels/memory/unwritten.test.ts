import { grad, noGrad, type Tensor, useKernels } from "evenkeel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fresh, unwritten } from "../../../src/kernels/memory/fresh.ts";
import { cotangent, draw, nameOf, type Row, rows } from "../../ops/ops.table.ts";

// Where an engine gives memory without zeros in it, a kernel that leaves an element unwritten would hand on what some other part
// of the program had there. So every operation, with its gradients, is run on memory full of NaN, and on memory full of zeros.

const real = Buffer.allocUnsafeSlow.bind(Buffer);
const fillWith = (byte: number) =>
  vi.spyOn(Buffer, "allocUnsafeSlow").mockImplementation((bytes) => real(bytes).fill(byte));

afterEach(() => {
  vi.restoreAllMocks();
  useKernels("wasm");
});

test("what is to be written over comes without zeros, and what is not has them", () => {
  fillWith(0xff);
  for (const dtype of ["float32", "float64"] as const) {
    expect(unwritten(dtype, 1000)).toHaveLength(1000);
    expect(unwritten(dtype, 1000).every(Number.isNaN)).toBe(true);
    expect(unwritten(dtype, 1000).buffer.byteLength).toBe(unwritten(dtype, 1000).byteLength);
    expect(fresh(dtype, 1000).every((element) => element === 0)).toBe(true);
  }
  for (const dtype of ["int32", "bool"] as const)
    expect(unwritten(dtype, 1000).some((element) => element !== 0)).toBe(false);
});

describe("where memory comes from", () => {
  /** The module as another program has it, that has asked for none yet. */
  const anew = async () => {
    vi.resetModules();
    return await import("../../../src/kernels/memory/fresh.ts");
  };
  afterEach(() => void vi.unstubAllGlobals());

  const inTheMiddle = (bytes: number) => new Uint8Array(new ArrayBuffer(bytes + 64), 32, bytes);
  test.each([
    ["no Buffer", undefined],
    ["one of a bundler, without such memory", {}],
    ["one that gives parts of more", { allocUnsafeSlow: inTheMiddle }],
    ["one of another realm", { allocUnsafeSlow: (bytes: number) => ({ buffer: { byteLength: bytes } }) }],
  ])("an engine with %s gives zeros, as long as was asked", async (_, buffer) => {
    vi.stubGlobal("Buffer", buffer);
    const made = (await anew()).unwritten("float32", 1000);
    expect([made.length, made.byteOffset, made.buffer.byteLength]).toEqual([1000, 0, 4000]);
    expect(made.every((element) => element === 0)).toBe(true);
  });

  test.each([
    ["linux", 1],
    ["darwin", 0],
    ["win32", 0],
  ])("a large array on %s has %i piece kept with the process, once", async (platform, count) => {
    const asked: number[] = [];
    class Counted extends ArrayBuffer {
      constructor(bytes: number) {
        super(bytes);
        asked.push(bytes);
      }
    }
    vi.stubGlobal("process", { ...process, platform });
    const { fresh: make } = await anew();
    vi.stubGlobal("ArrayBuffer", Counted);
    for (const size of [2 ** 14 - 1, 2 ** 14, 2 ** 14, 2 ** 16]) make("float32", size);
    expect(asked).toEqual(new Array(count).fill(31 * 2 ** 20));
  });
});

/** With 504 elements, beyond where each kernel is another (test/fuzz/sizes.ts), and, for the loops that serve below, with 108. */
const sizes = { wasm: [24, 21], reference: [12, 9] } as const;

/** The result of a row, and its gradients: as bits. */
function resultsOf(row: Row, size: readonly [number, number], dtype: "float32" | "float64"): Uint8Array[] {
  const inputs = draw(row, size, 7, dtype);
  const y: Tensor = row.smooth === false ? noGrad(() => row.run(...inputs)) : row.run(...inputs);
  const wanting = inputs.filter((x) => x.requiresGrad);
  const gradients =
    y.requiresGrad && wanting.length > 0 ? grad(y.mul(cotangent(y)).sum(), wanting, { allowUnused: true }) : [];
  return [y, ...gradients.filter((g) => g !== null)].map(
    ({ data }) => new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
  );
}

describe.each(["wasm", "reference"] as const)("by %s kernels", (kernels) => {
  beforeEach(() => void useKernels(kernels));
  test.each(rows.map((row) => [nameOf(row), row] as const))("%s", (_, row) => {
    for (const dtype of ["float32", "float64"] as const) {
      fillWith(0);
      const expected = resultsOf(row, sizes[kernels], dtype);
      fillWith(0xff);
      expect(resultsOf(row, sizes[kernels], dtype)).toEqual(expected);
    }
  });
});
