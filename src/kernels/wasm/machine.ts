import { binary } from "./module.generated.ts";

/** What the WebAssembly module offers; all numbers but sizes and flags are addresses in its memory. */
interface Exports {
  readonly [name: string]: (...numbers: number[]) => void;
}

/** The WebAssembly module, and its memory, which holds nothing between calls. */
export interface Machine {
  /** The kernels by name, such as `matmulF32`. */
  readonly run: Exports;
  /**
   * Makes room for so many arrays of so many bytes each.
   * @returns their addresses, multiples of 16, with at least 16 bytes to spare behind each.
   */
  reserve(...sizes: readonly number[]): number[];
  /** The memory as numbers. To be asked for again after {@link Machine.reserve}, which may move it. */
  floats(): Float32Array;
  /** The memory as doubles, likewise. */
  doubles(): Float64Array;
}

const pageSize = 65536;

/** The most bytes that a call may need. WebAssembly's memory only ever grows, so more is left to the plain loops. */
export const mostBytes = 2 ** 29;

/** How many elements are done at a time where each is done alone, for the same reason. */
export const chunk = 2 ** 15;

/** The machine, or null where there is no WebAssembly with SIMD, or a content security policy forbids it. */
export function startMachine(): Machine | null {
  try {
    const code = Uint8Array.from(atob(binary), (letter) => letter.charCodeAt(0));
    const memory = new WebAssembly.Memory({ initial: 16 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    return machineOn(memory, exports as unknown as Exports);
  } catch {
    return null;
  }
}

function machineOn(memory: WebAssembly.Memory, run: Exports): Machine {
  let floats = new Float32Array(memory.buffer);
  let doubles = new Float64Array(memory.buffer);
  const reserve = (...sizes: readonly number[]) => {
    let end = 16;
    const addresses = sizes.map((size) => {
      const address = end;
      end = (address + size + 31) & ~15;
      return address;
    });
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageSize));
      floats = new Float32Array(memory.buffer);
      doubles = new Float64Array(memory.buffer);
    }
    return addresses;
  };
  return { run, reserve, floats: () => floats, doubles: () => doubles };
}
