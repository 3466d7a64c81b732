import { describe, TensorError } from "../base/errors.ts";
import { aFunction, flag, fromOne } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { aGenerator, defaultGenerator, Generator } from "../random/generator.ts";
import { type Batch, batchOf, collate } from "./collate.ts";
import { checkDataset, type DatasetLike, type IterableDataset, isIterableDataset, itemOf } from "./dataset.ts";
import { drawSeed, inBatches, inOrder, sampled, shuffled } from "./sampler.ts";
import { isWeightedRandomSampler } from "./weightedRandomSampler.ts";

/** What says which items an epoch has, and in which order: an array, or a {@link WeightedRandomSampler}. */
export type Sampler = Iterable<number> & {
  /** How many numbers it gives. */
  readonly length: number;
};

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** The number of items in a batch; the last may have fewer. Default `1`. */
  readonly batchSize?: number;
  /** Whether each epoch has an order of its own. Default `false`. */
  readonly shuffle?: boolean;
  /** Whether a last batch of fewer items is left out. Default `false`. */
  readonly dropLast?: boolean;
  /** The numbers of the items of each epoch, in its order; not together with `shuffle`. Default: all, in order. */
  readonly sampler?: Sampler;
  /** Where the random order comes from. Default: a fresh one each epoch, seeded by the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** Options of {@link DataLoader}, and how it makes a batch. */
export interface CollatingOptions<T, B> extends DataLoaderOptions {
  /** Makes a batch of items. Default: as {@link Batch} says. */
  readonly collateFn?: (items: T[]) => B;
}

/** Where a {@link DataLoader} stands. */
export interface DataLoaderStateDict {
  /** How many batches of the epoch under way have been handed out; 0 between epochs. */
  readonly batch: number;
  /** The state that the generator had when the epoch began; null between epochs. */
  readonly start: Uint8Array | null;
}

const rules = {
  batchSize: { is: fromOne, default: 1 },
  shuffle: { is: flag, default: false },
  dropLast: { is: flag, default: false },
  sampler: {
    is: {
      expected: "an array of numbers of items, or a sampler with a length and a loop of them,",
      accepts: (value) =>
        typeof value === "object" &&
        value !== null &&
        Symbol.iterator in value &&
        Number.isInteger((value as unknown as Sampler).length),
    },
  },
  collateFn: { is: aFunction },
  generator: { is: aGenerator },
} satisfies OptionRules<CollatingOptions<unknown, unknown>>;

/**
 * A dataset in batches; each loop over it is an epoch.
 *
 * A batch is made when the loop asks for it: items that are tensors are stacked along a new first dimension, numbers
 * make a float32 tensor (for labels take int32 tensors), booleans a bool one, tuples and plain objects are batched part
 * by part, strings stay an array. Of a {@link TensorDataset}, or a part of one, the rows are gathered at once. With
 * `collateFn` a batch is what that makes of the items.
 *
 * What is a loop only, such as what a generator function makes, is read in its order; each epoch asks it for a new iterator.
 *
 * Random numbers are drawn as PyTorch draws them, also where a loop draws others between: two from the generator when a
 * loop starts, shuffled or not; the order with the first batch; and from a generator that is given another order when
 * the items run out.
 *
 * @throws {@link TensorError} if there is no dataset, an option is wrong, or an empty dataset is to be shuffled; from
 * the loop, if items do not go together, or a sampler gives what is no item's number.
 * @see PyTorch `torch.utils.data.DataLoader`, whose numbers become int64 or float64; there are no workers and no
 * batch samplers here.
 *
 * @example
 * ```ts
 * import { arange, data, Generator } from "evenkeel";
 *
 * const dataset = new data.TensorDataset(arange(10).reshape(5, 2), arange(5));
 * const generator = new Generator().manualSeed(0);
 * const loader = new data.DataLoader(dataset, { batchSize: 2, shuffle: true, generator });
 * for (const [x, y] of loader) {
 *   console.log(x.shape, y); // prints: [ 2, 2 ] tensor([0., 2.]), and two more
 * }
 * console.log(loader.length); // => 3
 * ```
 */
export class DataLoader<T, B = Batch<T>> implements Iterable<B> {
  /** What is loaded. */
  readonly dataset: DatasetLike<T> | IterableDataset<T>;
  /** The number of items in a batch. */
  readonly batchSize: number;
  private readonly shuffle: boolean;
  private readonly dropLast: boolean;
  private readonly sampler: Sampler | undefined;
  private readonly collateFn: ((items: T[]) => B) | undefined;
  private readonly generator: Generator | undefined;
  /** Where the epoch under way stands. */
  private position: DataLoaderStateDict = betweenEpochs;
  /** Where the next epoch has to go on from. */
  private resumed: DataLoaderStateDict = betweenEpochs;

  constructor(dataset: DatasetLike<T> | IterableDataset<T>, options: CollatingOptions<T, B> = {}) {
    const { batchSize, shuffle, dropLast, sampler, collateFn, generator } = optionsOf("DataLoader", options, rules);
    const isLoop = isIterableDataset(dataset);
    if (!isLoop) checkDataset("DataLoader", dataset);
    if (shuffle && sampler !== undefined) refuse("sampler or shuffle", "none but both");
    if (isLoop && (shuffle || sampler !== undefined)) {
      refuse("a dataset with length and get(i), to be shuffled or sampled", dataset);
    }
    if (shuffle && !isLoop && dataset.length === 0) refuse("at least one item to shuffle", "none");
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.sampler = sampler;
    this.collateFn = collateFn;
    this.generator = generator;
  }

  /**
   * The number of batches in an epoch.
   *
   * @throws {@link TensorError} if the dataset is a loop, of which nobody knows how long it is.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * console.log(new data.DataLoader([1, 2, 3], { batchSize: 2 }).length); // => 2
   * ```
   */
  get length(): number {
    const { dataset, sampler } = this;
    if (isIterableDataset(dataset)) {
      throw new TensorError("DataLoader.length", {
        expected: "a dataset that has a length",
        got: describe(dataset),
        hint: "Count the batches in the loop.",
      });
    }
    const batches = (sampler ?? dataset).length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** Starts an epoch, or goes on with the one that {@link DataLoader.loadStateDict} was told of. */
  [Symbol.iterator](): IterableIterator<B> {
    const generator = this.generator ?? defaultGenerator;
    const { resumed } = this;
    this.resumed = betweenEpochs;
    if (resumed.start === null) {
      const start = generator.getState();
      drawSeed(generator); // PyTorch seeds its workers with it
      this.position = { batch: 0, start };
      return this.batches(this.numbers(), this.position);
    }
    // The epoch is drawn once more from where it began, and its first batches are passed over.
    const now = generator.getState();
    generator.setState(resumed.start);
    drawSeed(generator);
    const numbers = this.numbers();
    for (let batch = 0; batch < resumed.batch; batch++) numbers.next();
    generator.setState(now);
    this.position = resumed;
    return this.batches(numbers, resumed);
  }

  /** The items of each batch: by their numbers, or, of a loop, themselves. */
  private numbers(): Iterator<(number | T)[]> {
    const { dataset, generator, batchSize, dropLast, sampler } = this;
    if (isIterableDataset(dataset)) return inBatches(dataset[Symbol.iterator](), batchSize, dropLast);
    const order = this.shuffle ? shuffled(dataset, generator) : sampler ? sampled(sampler, dataset) : inOrder(dataset);
    return inBatches(order, batchSize, dropLast);
  }

  /** A batch of these. */
  private put(numbers: (number | T)[]): B {
    const { dataset, collateFn } = this;
    if (isIterableDataset(dataset)) return (collateFn ?? collate)(numbers as T[]) as B;
    if (collateFn === undefined) return batchOf(dataset, numbers as number[]) as unknown as B;
    return collateFn(numbers.map((i) => itemOf(dataset, i as number)));
  }

  /** Whether an epoch can be drawn once more from the state that the loader's generator had when it began. */
  private get isRepeatable(): boolean {
    if (isIterableDataset(this.dataset)) return false;
    const { sampler } = this;
    if (sampler === undefined || Array.isArray(sampler)) return true;
    return isWeightedRandomSampler(sampler) && sampler.generator === this.generator;
  }

  /** The batches after those that `from` says have been handed out. */
  private *batches(
    numbers: Iterator<(number | T)[]>,
    from: DataLoaderStateDict,
  ): globalThis.Generator<B, void, undefined> {
    let own = from;
    for (;;) {
      const { value, done } = numbers.next();
      if (done) break;
      const items = this.put(value);
      own = { ...own, batch: own.batch + 1 };
      this.position = own;
      yield items;
    }
    // Another loop may have begun meanwhile.
    if (this.position === own) this.position = betweenEpochs;
  }

  /**
   * Where the epoch under way stands, or that none is. It lets another run go on with the next batch, in the same order, if the
   * generators are restored too: taken in the middle of a loop, and as well after one that was left by `break` or by an
   * error. Who has left an epoch for good says so by `loader.loadStateDict({ batch: 0, start: null })`; a loop over the same
   * loader begins a new epoch in any case.
   *
   * @throws {@link TensorError} in the middle of an epoch that could not be drawn once more: of a loop, of a sampler of your own,
   * or of one that has another generator than the loader.
   * @see PyTorch's `torchdata.stateful_dataloader`.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * const loader = new data.DataLoader([1, 2, 3, 4, 5], { batchSize: 2 });
   * console.log(loader.stateDict().batch); // => 0
   * for (const _ of loader) {
   *   console.log(loader.stateDict().batch); // prints: 1
   *   break;
   * }
   * console.log(loader.stateDict().batch); // => 1
   * ```
   */
  stateDict(): DataLoaderStateDict {
    const state = this.resumed.start === null ? this.position : this.resumed;
    if (state.start === null || this.isRepeatable) return state;
    throw new TensorError("DataLoader.stateDict", {
      expected: "an epoch that has ended, or one that can be drawn once more",
      got: `${describe(this.sampler ?? this.dataset)}, ${state.batch} batches into an epoch`,
      hint: "Save between epochs, or give sampler and loader the same generator.",
    });
  }

  /**
   * Has the next loop go on where another loader stood: with the next batch of that epoch, in its order. Random numbers are
   * drawn as if nothing had happened between.
   *
   * @throws {@link TensorError} for anything but such a state; then nothing has changed.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * const loader = () => new data.DataLoader([1, 2, 3, 4, 5], { batchSize: 2 });
   * const [first, second] = [loader(), loader()];
   * for (const _ of first) {
   *   second.loadStateDict(first.stateDict());
   *   break;
   * }
   * for (const batch of second) console.log(String(batch)); // prints: tensor([3., 4.]), and tensor([5.])
   * ```
   */
  loadStateDict(state: DataLoaderStateDict): void {
    const { batch, start } = (state ?? {}) as Partial<DataLoaderStateDict>;
    const most = isIterableDataset(this.dataset) ? 0 : this.length;
    const isPlace = Number.isInteger(batch) && (batch as number) >= 0 && (batch as number) <= most;
    if (!isPlace || start === undefined || (start === null && batch !== 0)) {
      throw new TensorError("DataLoader.loadStateDict", {
        expected: `what stateDict() of ${isIterableDataset(this.dataset) ? "such a loader" : `a loader of ${this.length} batches`} returns`,
        got: describe(state),
      });
    }
    if (start !== null) new Generator().setState(start); // refuses anything but a state
    this.resumed = { batch: batch as number, start: start === null ? null : Uint8Array.from(start) };
    this.position = betweenEpochs;
  }
}

const betweenEpochs: DataLoaderStateDict = { batch: 0, start: null };

function refuse(expected: string, value: unknown): never {
  const got = typeof value === "string" && value.startsWith("none") ? value.replace("none but ", "") : describe(value);
  throw new TensorError("DataLoader", { expected, got });
}
