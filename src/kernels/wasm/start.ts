import { Machine } from "./machine.ts";

/** The import of the memory, up to its flags: whether it has a maximum, and whether it is shared. */
const memoryImport = "\x06memory\x02";
const isShared = 2;

/** A machine from a module in base64, or null where there is no WebAssembly with SIMD, or a policy forbids it. */
export function startMachine(binary: string): Machine | null {
  try {
    return new Machine(binary, compile(binary), new WebAssembly.Memory({ initial: 16, maximum: 65536 }));
  } catch {
    return null;
  }
}

/** The module, or the same on memory that threads share. */
export function compile(binary: string, shares = false): WebAssembly.Module {
  const code = atob(binary);
  const bytes = Uint8Array.from(code, (letter) => letter.charCodeAt(0));
  if (shares) bytes[code.indexOf(memoryImport) + memoryImport.length] |= isShared;
  return new WebAssembly.Module(bytes);
}
