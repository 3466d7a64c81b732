import { decode } from "./decode.ts";
import { Machine } from "./machine.ts";

/** The import of the memory, up to its flags: whether it has a maximum, and whether it is shared. */
const memoryImport = "\x06memory\x02";
const isShared = 2;

/** In so many bytes the imports have come. */
const head = 1024;

/** A machine from a module as text, or null where there is no WebAssembly with SIMD, or a policy forbids it. */
export function startMachine(binary: string): Machine | null {
  try {
    return new Machine(binary, compile(binary), new WebAssembly.Memory({ initial: 16, maximum: 65536 }));
  } catch {
    return null;
  }
}

/** Modules on memory that threads share: what V8 frees of a module that is compiled again and again does not all come back. */
const compiled = new Map<string, WebAssembly.Module>();

/** The module on memory that threads share, compiled once. */
export function compileShared(binary: string): WebAssembly.Module {
  const module = compiled.get(binary) ?? compile(binary, true);
  compiled.set(binary, module);
  return module;
}

function compile(binary: string, shares = false): WebAssembly.Module {
  const bytes = decode(binary);
  if (shares)
    bytes[String.fromCharCode(...bytes.subarray(0, head)).indexOf(memoryImport) + memoryImport.length] |= isShared;
  return new WebAssembly.Module(bytes);
}
