import type { Data, Dtype } from "../../base/dtype.ts";
import { spare } from "../memory/arena.ts";
import { type Kernel, tape } from "./tape.ts";

/** What a WebAssembly module offers. */
export interface Exports {
  readonly [name: string]: Kernel;
}

/** Thrown by a machine of fixed size for a call that needs more room than there is. */
export class NoRoom extends Error {}

/** The first address for copies: below lie the constants of the modules, where `scripts/build/wasm.mjs` has put them. */
const bottom = 2048;

/** Bytes of a vector. */
const vectorSize = 16;

/** Bytes of a page of memory. */
export const pageSize = 65536;

/** How many windows into the memory are kept: a prime, so that addresses spread. */
const windowCount = 509;

/** Where the window at an address is kept. */
const slotOf = (address: number): number => (address >> 4) % windowCount;

/** The most bytes that a call may need. WebAssembly's memory only ever grows, so more is left to the plain loops. */
export const mostBytes = 2 ** 29;

/** How many elements are done at a time where each is done alone, for the same reason. */
export const chunk = 2 ** 15;

/**
 * A WebAssembly module, and its memory, which holds nothing between calls: a kernel begins, puts its inputs in, makes
 * room for its outputs, runs, and gets these out. Addresses are multiples of 16.
 *
 * Above a limit the memory is somebody else's, such as an {@link Arena}'s, and never grows. Arrays that lie there need
 * not be copied.
 */
export class Machine {
  /** The kernels by name, such as `matmulF32`. */
  readonly run: Exports;
  /** The module, as text. */
  readonly binary: string;
  private readonly memory: WebAssembly.Memory;
  private readonly limit: number;
  private buffer: ArrayBuffer;
  private top = bottom;
  private float32: Float32Array;
  private float64: Float64Array;
  private int32: Int32Array;
  private bytes: Uint8Array;
  private windows = new Array<Data | undefined>(windowCount);
  private readonly loaded = new Map<string, Exports>();

  /** @internal @param limit - where the part of the memory ends that is for copies; without it the memory grows as is needed. */
  constructor(
    binary: string,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    limit = Number.POSITIVE_INFINITY,
  ) {
    const { buffer } = memory;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.run = exports as unknown as Exports;
    this.binary = binary;
    this.memory = memory;
    this.buffer = buffer;
    this.limit = limit;
    this.float32 = new Float32Array(buffer);
    this.float64 = new Float64Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** The kernel of a name, such as `"matmul"`, for float32 or float64. */
  twin(name: string): (dtype: Dtype) => Kernel {
    const [single, double] = [this.run[`${name}F32`], this.run[`${name}F64`]];
    return (dtype) => {
      const kernel = dtype === "float32" ? single : double;
      return tape === null ? kernel : tape.through(kernel);
    };
  }

  /** @internal What another module offers on the same memory, which `compile` makes of its text; loaded once. */
  load(binary: string, compile: (binary: string) => WebAssembly.Module): Exports {
    let exports = this.loaded.get(binary);
    if (exports === undefined) {
      exports = new WebAssembly.Instance(compile(binary), { env: { memory: this.memory } })
        .exports as unknown as Exports;
      this.loaded.set(binary, exports);
    }
    return exports;
  }

  /** Forgets what is in the memory. */
  begin(): void {
    this.top = bottom;
    tape?.spoil();
  }

  /**
   * The same, for a kernel that leaves all that it does with numbers to the machine: with the same arrays it does the same again,
   * whatever they hold, as long as `holds` is true.
   */
  beginRepeatable(holds?: () => boolean): void {
    this.top = bottom;
    if (tape === null) return;
    if (this.limit === Number.POSITIVE_INFINITY) tape.spoil(); // where memory may grow, addresses are not for long
    if (holds !== undefined) tape.note(holds);
  }

  /**
   * Room for `bytes` bytes, whatever they hold.
   * @throws {@link NoRoom} if the memory may not grow.
   */
  room(bytes: number): number {
    const address = this.top;
    this.top = (address + bytes + spare + 15) & ~15;
    if (this.top > this.limit) throw new NoRoom();
    if (this.top > this.bytes.length) this.grow();
    return address;
  }

  /** The address of a copy of `data`. */
  put(data: Data): number {
    const address = this.room(data.byteLength);
    const view = this.viewAs(data);
    const at = address / data.BYTES_PER_ELEMENT;
    view.set(data, at);
    tape?.note(() => view.set(data, at));
    return address;
  }

  /** The address of a vector of each number of `data`. */
  putNumbers(data: Data): number {
    const address = this.room(vectorSize * data.length);
    const view = this.viewAs(data);
    const lanes = vectorSize / data.BYTES_PER_ELEMENT;
    const from = address / data.BYTES_PER_ELEMENT;
    const spread = (): void => {
      for (let i = 0, at = from; i < data.length; i++) {
        for (const end = at + lanes; at < end; at++) view[at] = data[i];
      }
    };
    spread();
    tape?.note(spread);
    return address;
  }

  /** The address of `data` where it lies in the memory, else of a copy: who writes there may be changing `data` itself. */
  at(data: Data): number {
    return this.holds(data) ? data.byteOffset : this.put(data);
  }

  /** The address where `y` is to be made: its own where it lies in the memory, else that of new room. */
  roomFor(y: Data): number {
    return this.holds(y) ? y.byteOffset : this.room(y.byteLength);
  }

  /** The same for what is made of the array at `from`, element by element, and so may take the place of a copy of it. */
  roomOver(from: number, y: Data): number {
    return from < this.limit && !this.holds(y) ? from : this.roomFor(y);
  }

  /** Fills `data` with what stands at `address`. */
  get(address: number, data: Data): void {
    if (address >= this.limit) return; // its own place
    const window = this.windowAt(address, data);
    data.set(window);
    tape?.note(() => data.set(window));
  }

  /** Makes `number`, which the last kernel has returned, the first of `data`. */
  keepNumber(data: Data, number: number): void {
    data[0] = number;
    tape?.withNumber((again) => {
      data[0] = again;
    });
  }

  /** Says that what the last kernel did is all only as long as it returns `number`. */
  repeatIf(number: number): void {
    tape?.withNumber((again) => again === number);
  }

  /** Whether `data` lies in the memory. */
  holds(data: Data): boolean {
    const { byteOffset } = data;
    if (byteOffset < this.limit) return false;
    // Asking an array for its buffer takes longer than the rest; what has been found once is a window.
    const slot = slotOf(byteOffset);
    if (this.windows[slot] === data) return true;
    if (data.buffer !== this.buffer) return false;
    this.windows[slot] = data;
    return true;
  }

  /** The memory from `address` on, as long as `data` and of its kind. */
  private windowAt(address: number, data: Data): Data {
    // A window takes longer to make than it takes to copy some thousand numbers; the same ones are asked for in each step.
    const slot = slotOf(address);
    const known = this.windows[slot];
    if (
      known !== undefined &&
      known.byteOffset === address &&
      known.length === data.length &&
      known.BYTES_PER_ELEMENT === data.BYTES_PER_ELEMENT &&
      known.constructor === data.constructor
    ) {
      return known;
    }
    const from = address / data.BYTES_PER_ELEMENT;
    const made = this.viewAs(data).subarray(from, from + data.length);
    this.windows[slot] = made;
    return made;
  }

  /** The memory as an array of the kind of `data`. */
  private viewAs(data: Data): Data {
    if (data instanceof Float32Array) return this.float32;
    if (data instanceof Float64Array) return this.float64;
    return data instanceof Int32Array ? this.int32 : this.bytes;
  }

  private grow(): void {
    this.memory.grow(Math.ceil((this.top - this.bytes.length) / pageSize));
    const { buffer } = this.memory;
    this.buffer = buffer;
    this.float32 = new Float32Array(buffer);
    this.float64 = new Float64Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.windows = new Array<Data | undefined>(windowCount); // those there were look at memory that is gone
  }
}
