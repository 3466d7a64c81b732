import { describe, TensorError } from "../../base/errors.ts";
import type { Bytes } from "./bytes.ts";
import { allocate, checkBytes, isBytes, refuseFile } from "./checks.ts";

/**
 * Where bytes come from: a body of `fetch`, a file that a user has chosen, a stream of Node's, or the bytes themselves.
 * Chunks are not to be changed once they have been handed over.
 */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Blob | Uint8Array;

/** Bytes in the portions that are asked for. */
export interface ByteReader {
  /** The next bytes, in memory of their own, which is taken when all of them are there. */
  take(count: number, what: string): Promise<Bytes>;
  /** All bytes that are left; `refuse` is called where they are more than `most`. */
  takeAll(most: number, refuse: () => never): Promise<Bytes>;
  /** Whether no byte is left. */
  isAtEnd(): Promise<boolean>;
  /** Lets go of the source, which is told that nobody reads on. */
  close(): Promise<void>;
}

/** Reads a source, of which it holds no more than the portion asked for and the chunk that brought its last byte. */
export function byteReader(where: string, source: unknown): ByteReader {
  const chunks = chunksOf(where, source);
  let held: Uint8Array[] = [];
  let available = 0;

  /** Waits for another chunk; false where none comes. */
  async function pull(): Promise<boolean> {
    const { done, value } = await chunks.next();
    if (done) return false;
    checkBytes(where, value);
    if (value.length > 0) held.push(value);
    available += value.length;
    return true;
  }

  function gather(count: number): Bytes {
    const bytes = allocate(where, count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const chunk = held[used];
      const part = chunk.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) used++;
      else held[used] = chunk.subarray(part.length);
    }
    held = held.slice(used);
    available -= count;
    return bytes;
  }

  return {
    async take(count, what) {
      while (available < count) {
        if (await pull()) continue;
        refuseFile(where, { expected: `${count} bytes of ${what}`, got: `${available} before the end` });
      }
      return gather(count);
    },
    async takeAll(most, refuse) {
      while (await pull()) if (available > most) refuse();
      return gather(available);
    },
    async isAtEnd() {
      while (available === 0) if (!(await pull())) return true;
      return false;
    },
    async close() {
      await chunks.return(undefined);
    },
  };
}

/** Refuses a file for its size. */
export function refuseSize(where: string, maxBytes: number, got: string): never {
  refuseFile(where, {
    expected: `at most ${maxBytes} bytes`,
    got,
    hint: "If you trust the file, raise maxBytes.",
  });
}

/** All bytes of a source, if they are no more than `maxBytes`. */
export async function allBytes(where: string, source: ByteSource, maxBytes: number): Promise<Uint8Array> {
  const reader = byteReader(where, source);
  try {
    return await reader.takeAll(maxBytes, () => refuseSize(where, maxBytes, "more"));
  } finally {
    await reader.close();
  }
}

type Chunks = AsyncGenerator<unknown, void, undefined>;

/** What a source holds, chunk by chunk; refuses anything else. */
export function chunksOf(where: string, source: unknown): Chunks {
  if (isBytes(source)) return once(source);
  if (typeof source === "object" && source !== null) {
    // Streams are not iterable in every browser.
    if ("getReader" in source) return chunksOfStream(source as ReadableStream<unknown>);
    if (Symbol.asyncIterator in source) return chunksOfIterable(source as AsyncIterable<unknown>);
    if ("stream" in source && typeof source.stream === "function") return chunksOfStream((source as Blob).stream());
  }
  throw new TensorError(where, {
    expected: "a stream or async iterable of Uint8Arrays, a Blob, or a Uint8Array",
    got: describe(source),
    hint: "Of a response, give the body.",
  });
}

async function* once(bytes: Uint8Array): Chunks {
  yield bytes;
}

async function* chunksOfIterable(source: AsyncIterable<unknown>): Chunks {
  yield* source;
}

async function* chunksOfStream(stream: ReadableStream<unknown>): Chunks {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Where the stream has failed, its own error is on its way already.
    await reader.cancel().catch(() => undefined);
  }
}
