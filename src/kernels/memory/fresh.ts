import type { Data, Dtype } from "../../base/dtype.ts";
import { TensorError } from "../../base/errors.ts";
import { mostElements, refuseSize } from "../../base/shapes.ts";

// Arrays that are made anew. Of a large one that takes longer than the arithmetic on it, for two reasons: the engine writes zeros
// that a kernel writes over, and the C library takes the memory from the system and gives it back each time.

/** A typed array of `size` zeros. */
export function fresh(dtype: Dtype, size: number): Data {
  return made(dtype, size, () => zeroed(dtype, size));
}

/** A typed array of `size` elements, whatever they are, where the engine makes such: for kernels that write all of them. */
export function unwritten(dtype: Dtype, size: number): Data {
  if (size < smallestUnwritten) return fresh(dtype, size);
  if (dtype === "float32") return made(dtype, size, () => new Float32Array(memory(4 * size)));
  return dtype === "float64" ? made(dtype, size, () => new Float64Array(memory(8 * size))) : fresh(dtype, size);
}

/** Arrays of fewer elements are made as fast with zeros in them. */
export const smallestUnwritten = 64;

function made(dtype: Dtype, size: number, make: () => Data): Data {
  if (size > mostElements) refuseSize("a new tensor", `${size}`);
  try {
    if (size >= smallestOfSystem) keepFromSystem();
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TensorError("a new tensor", {
      expected: `memory for ${size} elements of ${dtype}`,
      got: `"${error.message}"`,
      hint: "Smaller batches need less; so does noGrad where no gradient is wanted.",
    });
  }
}

function zeroed(dtype: Dtype, size: number): Data {
  if (dtype === "float32") return new Float32Array(size);
  if (dtype === "float64") return new Float64Array(size);
  return dtype === "int32" ? new Int32Array(size) : new Uint8Array(size);
}

/** What Node.js, Deno and Bun have. */
interface Engine {
  readonly Buffer?: { allocUnsafeSlow?(bytes: number): Uint8Array };
  readonly process?: { readonly platform?: string };
}

type Memory = (bytes: number) => ArrayBuffer;

/** Where memory comes from without zeros: known with the first that is asked for. */
let unzeroed: Memory | null = null;

function memory(bytes: number): ArrayBuffer {
  unzeroed ??= memoryOf(globalThis as Engine);
  return unzeroed(bytes);
}

/** An engine's memory without zeros, if what it gives is an array buffer of this realm and exactly as long as was asked. */
function memoryOf({ Buffer }: Engine): Memory {
  const zeros: Memory = (bytes) => new ArrayBuffer(bytes);
  if (typeof Buffer?.allocUnsafeSlow !== "function") return zeros;
  const { buffer } = Buffer.allocUnsafeSlow(16);
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== 16) return zeros;
  return (bytes) => Buffer.allocUnsafeSlow?.(bytes).buffer as ArrayBuffer;
}

/** From so many elements on, an array of some dtype is more than the 128 KiB that the C library of Linux asks the system for. */
export const smallestOfSystem = 2 ** 14;

/**
 * The largest piece that the GNU C library, once it has been given back, takes as the size up to which it keeps memory itself, in
 * bytes (`DEFAULT_MMAP_THRESHOLD_MAX` is 32 MiB; mallopt(3), M_MMAP_THRESHOLD).
 */
const largestKept = 31 * 2 ** 20;

/** A piece of that size while it is held: for one call, so that no bundler takes it for nothing. */
let passing: ArrayBuffer | null | undefined;

/**
 * Has memory that arrays of less than 31 MiB lay in stay with the process. Elsewhere, with another C library, it does nothing: the
 * piece is never written to, and collected.
 */
function keepFromSystem(): void {
  if (passing === null) return;
  const isFirst = passing === undefined && (globalThis as Engine).process?.platform === "linux";
  passing = isFirst ? new ArrayBuffer(largestKept) : null;
}
