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

/** The result of a row, and its gradients: as bits. */
function resultsOf(row: Row, dtype: "float32" | "float64"): Uint8Array[] {
  const inputs = draw(row, [12, 9], 7, dtype);
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
      const expected = resultsOf(row, dtype);
      fillWith(0xff);
      expect(resultsOf(row, dtype)).toEqual(expected);
    }
  });
});
