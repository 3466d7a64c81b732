/**
 * Datasets, and loaders that give them in batches.
 * @module data
 */
export type { Batch } from "./collate.ts";
export { DataLoader, type DataLoaderOptions, type DataLoaderStateDict } from "./dataLoader.ts";
export type { Dataset, DatasetLike } from "./dataset.ts";
export { type RandomSplitOptions, randomSplit } from "./randomSplit.ts";
export { Subset } from "./subset.ts";
export { type Rows, TensorDataset } from "./tensorDataset.ts";
