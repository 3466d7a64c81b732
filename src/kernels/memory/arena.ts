import type { Data } from "../../base/dtype.ts";
import { shared } from "../../base/shared.ts";

/** Bytes behind each array, here and among copies, that vectors may read and write. */
export const spare = 64;

/** A piece of the arena. */
interface Block {
  readonly address: number;
  /** Its bytes, with what is spare. */
  readonly bytes: number;
  /** The array that lay there last, while it is idle: else it would never be collected. */
  data: Data | null;
  /** How many arrays have been made there. */
  count: number;
  isUsed: boolean;
}

/**
 * The upper part of a memory of fixed size, for arrays that only the engine sees: kernels that work on that memory find
 * them in place. Blocks are of few sizes, an eighth apart at most, so that what is given back fits what is taken next;
 * when none is in use, all are forgotten.
 */
export class Arena {
  private readonly buffer: ArrayBuffer;
  private readonly start: number;
  private top: number;
  private usedBytes = 0;
  /** The block of each array. */
  private readonly places = new WeakMap<Data, Block>();
  private readonly idle = new Map<number, Block[]>();
  /** What is dropped without being given back, with a graph that nobody walks, comes back once it is collected. */
  private readonly dropped = new FinalizationRegistry<readonly [Block, count: number]>(([block, count]) => {
    if (block.isUsed && block.count === count) this.free(block);
  });

  /** @param start - the first address that it may use, a multiple of 16. */
  constructor(buffer: ArrayBuffer, start: number) {
    this.buffer = buffer;
    this.start = start;
    this.top = start;
  }

  /** The share of it that is in use. */
  get load(): number {
    return this.usedBytes / (this.buffer.byteLength - this.start);
  }

  /** Whether `data` lies in it. */
  holds(data: Data): boolean {
    return data.byteOffset >= this.start && this.places.has(data);
  }

  /** An array of `length` elements, whatever they are, or null if there is no room. */
  take(dtype: "float32" | "float64", length: number): Data | null {
    const kind = dtype === "float32" ? Float32Array : Float64Array;
    const bytes = blockSize(length * kind.BYTES_PER_ELEMENT + spare);
    const block = this.idle.get(bytes)?.pop() ?? this.carve(bytes);
    if (block === null) return null;
    block.isUsed = true;
    this.usedBytes += bytes;
    const { data } = block;
    block.data = null;
    if (data !== null && data.length === length && data.constructor === kind) return data;
    const made = new kind(this.buffer, block.address, length);
    this.places.set(made, block);
    shared().inArena.add(made);
    this.dropped.register(made, [block, ++block.count]);
    return made;
  }

  /** Takes an array back. */
  give(data: Data): void {
    const block = this.places.get(data) as Block;
    block.data = data;
    this.free(block);
  }

  private free(block: Block): void {
    block.isUsed = false;
    this.usedBytes -= block.bytes;
    const alike = this.idle.get(block.bytes);
    if (alike === undefined) this.idle.set(block.bytes, [block]);
    else alike.push(block);
  }

  private carve(bytes: number): Block | null {
    const end = this.buffer.byteLength;
    if (this.top + bytes > end && this.usedBytes === 0) {
      this.top = this.start;
      this.idle.clear();
    }
    if (this.top + bytes > end) return null;
    const block: Block = { address: this.top, bytes, data: null, count: 0, isUsed: false };
    this.top += bytes;
    return block;
  }
}

/** The least size of a block that has so many bytes: a multiple of an eighth of a power of two, and of 16. */
function blockSize(bytes: number): number {
  const step = Math.max(16, 1 << (28 - Math.clz32(bytes)));
  return Math.ceil(bytes / step) * step;
}
