import type { Kernels } from "../kernels.ts";
import { Arena } from "../memory/arena.ts";
import { useArena } from "../memory/pool.ts";
import { decode } from "./decode.ts";
import { Machine, NoRoom, pageSize } from "./machine.ts";

/** The import of the memory, up to its flags: whether it has a maximum, and whether it is shared. */
const memoryImport = "\x06memory\x02";
const isShared = 2;

/** In so many bytes the imports have come. */
const head = 1024;

/** The most pages that a memory may have: what the modules say. */
const maximum = 65536;

/** Pages of the memory that kernels share with the arena, which cost nothing until used: of the lower ones, for copies. */
const pages = { copies: 384, all: 1024 };

let memory: WebAssembly.Memory | null | undefined;

/**
 * Kernels from a module as text, by what makes them of a machine; null where there is no WebAssembly with SIMD, or a
 * policy forbids it. They work beside the arena; a call that finds no room there is made on a memory that grows.
 */
export function startKernels<K extends Partial<Kernels>>(binary: string, make: (machine: Machine) => K): K | null {
  try {
    const module = compile(binary);
    const makeRoomy = () => make(new Machine(binary, module, new WebAssembly.Memory({ initial: 16, maximum })));
    memory ??= shareMemory();
    if (memory === null) return makeRoomy();
    let roomy: K | undefined;
    return withRoom(make(new Machine(binary, module, memory, pages.copies * pageSize)), () => {
      roomy ??= makeRoomy();
      return roomy;
    });
  } catch {
    return null;
  }
}

/** The memory whose upper part is the arena, or null where so much is not to be had. */
function shareMemory(): WebAssembly.Memory | null {
  try {
    const made = new WebAssembly.Memory({ initial: pages.all, maximum: pages.all });
    useArena(new Arena(made.buffer, pages.copies * pageSize));
    return made;
  } catch {
    return null;
  }
}

/** The same kernels; a call that finds no room is made again by those of `roomy`. */
function withRoom<K extends Partial<Kernels>>(near: K, roomy: () => K): K {
  type Kernel = (...inputs: unknown[]) => unknown;
  // Written out, for a call that spreads a list takes longer; no kernel has more inputs.
  const entries = Object.entries(near).map(([name, kernel]): [string, Kernel] => [
    name,
    (a, b, c, d, e, f, g) => {
      try {
        return (kernel as Kernel)(a, b, c, d, e, f, g);
      } catch (error) {
        if (error instanceof NoRoom) return (roomy()[name as keyof K] as Kernel)(a, b, c, d, e, f, g);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(entries) as unknown as K;
}

/** Modules on memory that threads share: what V8 frees of a module that is compiled again and again does not all come back. */
const compiled = new Map<string, WebAssembly.Module>();

/** The module on memory that threads share, compiled once. */
export function compileShared(binary: string): WebAssembly.Module {
  const module = compiled.get(binary) ?? compile(binary, true);
  compiled.set(binary, module);
  return module;
}

/** A module from its text; `shares` says that its memory is shared by threads. */
export function compile(binary: string, shares = false): WebAssembly.Module {
  const bytes = decode(binary);
  if (shares)
    bytes[String.fromCharCode(...bytes.subarray(0, head)).indexOf(memoryImport) + memoryImport.length] |= isShared;
  return new WebAssembly.Module(bytes);
}
