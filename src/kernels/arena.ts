import type { Data } from "./array.ts";

/** Bytes behind each block that vectors may read and write. */
const spare = 64;

/** What the arena has of one dtype and length. */
type Alike = Map<number, Data[]>;

/** A block that nobody holds any more, by where it was and since when. */
interface Lost {
  readonly address: number;
  readonly length: number;
  readonly isSingle: boolean;
  readonly age: number;
}

/**
 * The upper part of a memory whose size is fixed, for arrays that only the engine sees: kernels that work on that memory
 * find them in place. An array is a block of it, of a length for good; when no block is in use, all are forgotten.
 */
export class Arena {
  private readonly buffer: ArrayBuffer;
  private readonly start: number;
  private readonly end: number;
  private top: number;
  private used = 0;
  /** How often all blocks have been forgotten. */
  private age = 0;
  private idle: { readonly float32: Alike; readonly float64: Alike } = { float32: new Map(), float64: new Map() };
  /** What is dropped without being given back, with a graph that nobody walks, comes back once it is collected. */
  private readonly lost = new FinalizationRegistry<Lost>((block) => this.recover(block));

  /** @param start - the first address that it may use, a multiple of 16. */
  constructor(buffer: ArrayBuffer, start: number) {
    this.buffer = buffer;
    this.start = start;
    this.end = buffer.byteLength;
    this.top = start;
  }

  /** Whether `data` lies in it. */
  holds(data: Data): boolean {
    return data.byteOffset >= this.start && data.buffer === this.buffer;
  }

  /** An array of `length` elements, whatever they are, or null if there is no room. */
  take(dtype: "float32" | "float64", length: number): Data | null {
    const data = this.idle[dtype].get(length)?.pop() ?? this.carve(dtype === "float32", length);
    if (data !== null) this.used++;
    return data;
  }

  /** Takes an array back. */
  give(data: Data): void {
    this.used--;
    this.keep(data);
  }

  private keep(data: Data): void {
    const arrays = data instanceof Float32Array ? this.idle.float32 : this.idle.float64;
    const alike = arrays.get(data.length);
    if (alike === undefined) arrays.set(data.length, [data]);
    else alike.push(data);
  }

  private carve(isSingle: boolean, length: number): Data | null {
    const bytes = (length * (isSingle ? 4 : 8) + spare + 15) & ~15;
    if (this.top + bytes > this.end && this.used === 0) this.forget();
    if (this.top + bytes > this.end) return null;
    const address = this.top;
    this.top += bytes;
    return this.view({ address, length, isSingle, age: this.age });
  }

  private view(block: Lost): Data {
    const { address, length, isSingle } = block;
    const data = new (isSingle ? Float32Array : Float64Array)(this.buffer, address, length);
    this.lost.register(data, block);
    return data;
  }

  private forget(): void {
    this.top = this.start;
    this.age++;
    this.idle = { float32: new Map(), float64: new Map() };
  }

  private recover(block: Lost): void {
    if (block.age !== this.age) return;
    this.used--;
    this.keep(this.view(block));
  }
}
