import { describe, TensorError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { defaultGenerator, type Generator } from "../random/generator.ts";
import { type Batch, batchOf } from "./collate.ts";
import { checkDataset, type DatasetLike } from "./dataset.ts";
import { checkGenerator, drawSeed, inBatches, inOrder, shuffled } from "./sampler.ts";

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** The number of items in a batch; the last may have fewer. Default `1`. */
  readonly batchSize?: number;
  /** Whether each epoch has an order of its own. Default `false`. */
  readonly shuffle?: boolean;
  /** Whether a last batch of fewer items is left out. Default `false`. */
  readonly dropLast?: boolean;
  /** Where the random order comes from. Default: a fresh one each epoch, seeded by the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * A dataset in batches; each loop over it is an epoch.
 *
 * A batch is made when the loop asks for it: items that are tensors are stacked along a new first dimension, numbers
 * make a float32 tensor (for labels take int32 tensors), booleans a bool one, tuples and plain objects are batched part
 * by part, strings stay an array. Of a {@link TensorDataset}, or a part of one, the rows are gathered at once.
 *
 * Random numbers are drawn as PyTorch draws them, also where a loop draws others between: two from the generator when a
 * loop starts, shuffled or not; the order with the first batch; and from a generator that is given another order when
 * the items run out.
 *
 * @throws {@link TensorError} if there is no dataset, an option is wrong, or an empty dataset is to be shuffled; from
 * the loop, if items do not go together.
 * @see PyTorch `torch.utils.data.DataLoader`, whose numbers become int64 or float64; there are no workers and no
 * samplers here.
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
export class DataLoader<T> implements Iterable<Batch<T>> {
  /** What is loaded. */
  readonly dataset: DatasetLike<T>;
  /** The number of items in a batch. */
  readonly batchSize: number;
  private readonly shuffle: boolean;
  private readonly dropLast: boolean;
  private readonly generator: Generator | undefined;

  constructor(dataset: DatasetLike<T>, options: DataLoaderOptions = {}) {
    checkOptions("DataLoader", options, ["batchSize", "shuffle", "dropLast", "generator"]);
    const { batchSize = 1, shuffle = false, dropLast = false, generator } = options;
    checkDataset("DataLoader", dataset);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      refuse("batchSize to be a whole number of 1 or more", batchSize);
    }
    if (typeof shuffle !== "boolean") refuse("shuffle to be true or false", shuffle);
    if (typeof dropLast !== "boolean") refuse("dropLast to be true or false", dropLast);
    if (generator !== undefined) checkGenerator("DataLoader", generator);
    if (shuffle && dataset.length === 0) refuse("at least one item to shuffle", "none");
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.generator = generator;
  }

  /**
   * The number of batches in an epoch.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * console.log(new data.DataLoader([1, 2, 3], { batchSize: 2 }).length); // => 2
   * ```
   */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** Starts an epoch. */
  [Symbol.iterator](): IterableIterator<Batch<T>> {
    drawSeed(this.generator ?? defaultGenerator); // PyTorch seeds its workers with it
    return this.batches();
  }

  private *batches(): globalThis.Generator<Batch<T>, void, undefined> {
    const { dataset, generator } = this;
    const numbers = this.shuffle ? shuffled(dataset, generator) : inOrder(dataset);
    for (const indices of inBatches(numbers, this.batchSize, this.dropLast)) yield batchOf(dataset, indices);
  }
}

function refuse(expected: string, value: unknown): never {
  throw new TensorError("DataLoader", { expected, got: value === "none" ? "none" : describe(value) });
}
