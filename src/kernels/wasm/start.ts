import { decode } from "./decode.ts";
import { type Exports, Machine } from "./machine.ts";

/** A machine from a module as text, or null where there is no WebAssembly with SIMD, or a policy forbids it. */
export function startMachine(binary: string): Machine | null {
  try {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(binary)), { env: { memory } });
    return new Machine(memory, exports as unknown as Exports);
  } catch {
    return null;
  }
}
