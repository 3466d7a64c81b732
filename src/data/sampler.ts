import { random32 } from "../kernels/numbers/mersenneTwister.ts";
import { defaultGenerator, Generator, generatorState } from "../random/generator.ts";
import { fillRandperm } from "../random/randperm.ts";
import { checkItem } from "./dataset.ts";

/** Draws a seed of 63 bits. */
export function drawSeed(generator: Generator): bigint {
  const state = generator[generatorState];
  const high = BigInt(random32(state) & 0x7fffffff);
  return (high << 32n) | BigInt(random32(state));
}

/** The numbers from 0 to `n − 1` in random order. */
export function permutation(n: number, generator: Generator): Int32Array {
  const order = new Int32Array(n);
  fillRandperm(order, generator);
  return order;
}

/** The numbers of the items, in order. */
export function* inOrder({ length }: { readonly length: number }): Numbers {
  for (let i = 0; i < length; i++) yield i;
}

/**
 * The numbers of the items in random order: from the generator given, or from a fresh one, seeded by the default one.
 * Nothing is drawn before the first is asked for.
 */
export function* shuffled(items: { readonly length: number }, given: Generator | undefined): Numbers {
  const n = items.length;
  const generator = given ?? new Generator().manualSeed(drawSeed(defaultGenerator));
  yield* permutation(n, generator);
  permutation(n, generator); // drawn where the first runs out, and not used: as PyTorch, for which it is a remainder
}

/** The numbers that a sampler gives, each of which has to be that of an item. */
export function* sampled(sampler: Iterable<unknown>, { length }: { readonly length: number }): Numbers {
  for (const i of sampler) {
    checkItem("DataLoader", i, length);
    yield i as number;
  }
}

/** Numbers or items in batches, each asked for only when its batch is. */
export function* inBatches<T>(numbers: Iterator<T>, size: number, dropLast: boolean): Sequence<T[]> {
  for (;;) {
    const batch: T[] = [];
    while (batch.length < size) {
      const { value, done } = numbers.next();
      if (done) break;
      batch.push(value);
    }
    if (batch.length === size || (batch.length > 0 && !dropLast)) yield batch;
    if (batch.length < size) return;
  }
}

type Sequence<T> = globalThis.Generator<T, void, undefined>;
type Numbers = Sequence<number>;
