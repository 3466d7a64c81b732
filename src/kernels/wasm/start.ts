import { type Exports, Machine } from "./machine.ts";

/** A machine from a module in base64, or null where there is no WebAssembly with SIMD, or a policy forbids it. */
export function startMachine(binary: string): Machine | null {
  try {
    const code = Uint8Array.from(atob(binary), (letter) => letter.charCodeAt(0));
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    return new Machine(memory, exports as unknown as Exports);
  } catch {
    return null;
  }
}
