/**
 * Datasets, and loaders that give them in batches.
 * @module data
 */
export type { Batch } from "./collate.ts";
export { ConcatDataset } from "./concatDataset.ts";
export {
  type CollatingOptions,
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderStateDict,
  type Sampler,
} from "./dataLoader.ts";
export type { Dataset, DatasetLike, IterableDataset } from "./dataset.ts";
export { type RandomSplitOptions, randomSplit } from "./randomSplit.ts";
export { Subset } from "./subset.ts";
export { type Rows, TensorDataset } from "./tensorDataset.ts";
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from "./weightedRandomSampler.ts";
