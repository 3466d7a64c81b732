import { describe, TensorError } from "../base/errors.ts";
import type { GeneratorState } from "./generator.ts";

/**
 * The layout of PyTorch's CPU generator, little-endian: seed u64, left i32, seeded i32, next u64, 624 words in a u64
 * each, three doubles of which the second is the cached normal, a flag i32 that says whether it is valid, padding, and a
 * cached float32 with its flag, which the CPU never sets.
 */
const offset = { seed: 0, left: 8, seeded: 12, next: 16, words: 24, normal: 5024, normalIsValid: 5040 };
const byteLength = 5056;
const wordCount = 624;

/** The state as PyTorch writes it. */
export function writeState(state: GeneratorState): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(offset.seed, state.seed, true);
  view.setInt32(offset.left, leftBefore(state.next), true);
  view.setInt32(offset.seeded, 1, true);
  view.setBigUint64(offset.next, BigInt(state.next), true);
  state.words.forEach((word, i) => view.setUint32(offset.words + 8 * i, word, true));
  if (state.normal !== undefined) {
    view.setFloat64(offset.normal, state.normal, true);
    view.setInt32(offset.normalIsValid, 1, true);
  }
  return bytes;
}

/** Reads what {@link writeState} or PyTorch wrote; `where` is what refuses anything else. */
export function readState(where: string, bytes: Uint8Array): GeneratorState {
  const refuse = (expected: string, got: string): never => {
    throw new TensorError(where, { expected, got });
  };
  if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
    refuse(`a generator state, a Uint8Array of ${byteLength} bytes`, describe(bytes));
  }
  if (bytes.byteLength !== byteLength) {
    refuse(`a generator state of ${byteLength} bytes`, `${bytes.byteLength} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, byteLength);
  const seededFlag = view.getInt32(offset.seeded, true);
  if (seededFlag !== 1) refuse("the state of a seeded generator, whose flag at byte 12 is 1", `${seededFlag}`);
  const next = Number(view.getBigUint64(offset.next, true));
  const left = view.getInt32(offset.left, true);
  if (next > wordCount || left !== leftBefore(next)) {
    refuse("a generator state with 0 to 624 words used, and the others left", `${next} used and ${left} left`);
  }
  const words = new Uint32Array(wordCount);
  for (let i = 0; i < wordCount; i++) {
    words[i] = view.getUint32(offset.words + 8 * i, true);
    const upper = view.getUint32(offset.words + 8 * i + 4, true);
    if (upper !== 0) refuse("a generator state whose words are of 32 bits", `more at word ${i}`);
  }
  const isValid = view.getInt32(offset.normalIsValid, true) !== 0;
  const normal = isValid ? view.getFloat64(offset.normal, true) : undefined;
  return { seed: view.getBigUint64(offset.seed, true), words, next, normal };
}

/** PyTorch's second counter: how many draws, counting the next, until it makes new words. */
function leftBefore(next: number): number {
  return next === 0 ? 1 : wordCount + 1 - next;
}
