import type { Input } from "../ops/table/row.ts";

/** What is measured: what a contender is asked to do. Shapes are here only; contenders know the kinds. */

/** One training step of Linear – BatchNorm1d – activation – … – Linear: `sizes` are the widths, from input to output. */
interface TrainWorkload {
  readonly kind: "train";
  readonly sizes: readonly number[];
  readonly batch: number;
  /** What stands behind batch norm. Default `tanh`. */
  readonly activation?: "tanh" | "none";
  /** Who calls the layers: a `Sequential`, or a module of one's own, one by one. Default `sequential`. */
  readonly form?: "sequential" | "own";
  /** Whether it is run as it is written by who compiles steps. */
  readonly asWritten?: true;
  readonly clock?: "processor";
}

/** One training step of convolutions of 3 by 3, each with ReLU and a pooling by two, and a linear layer, on square images. */
interface ImagesWorkload {
  readonly kind: "images";
  /** The side of an image. */
  readonly side: number;
  /** From the image's channels to those of the last convolution. */
  readonly channels: readonly number[];
  readonly classes: number;
  readonly batch: number;
  readonly clock: "processor";
}

/** One training step of a language model of letters: attention in heads, and a network of four times the width, in blocks. */
interface LanguageWorkload {
  readonly kind: "language";
  readonly characters: number;
  readonly window: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  readonly batch: number;
  readonly clock: "processor";
}

/** One step of a network of one hidden layer, written by hand on an embedding, with a new batch each time. */
interface HandwrittenWorkload {
  readonly kind: "handwritten";
  readonly characters: number;
  readonly context: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly examples: number;
  readonly batch: number;
}

/** One product of two square matrices. */
interface MatmulWorkload {
  readonly kind: "matmul";
  readonly size: number;
}

/** One product of the loss's Hessian with a direction, at all parameters. */
interface HvpWorkload {
  readonly kind: "hvp";
  readonly sizes: readonly number[];
  readonly batch: number;
}

/** One point of a loss surface: parameters moved along two directions, forward without gradients, the loss read. */
interface SurfaceWorkload {
  readonly kind: "surface";
  readonly sizes: readonly number[];
  readonly batch: number;
}

/** Multiply-adds in registers: so many tiles of 2 by 16 sums of 256 terms. */
interface LimitWorkload {
  readonly kind: "limit";
  readonly tiles: number;
}

/** What is measured of an operation: its result, without a tape, or the gradients too. */
export type Pass = "forward" | "gradients";

/** One operation of the table of laws, once. */
export interface OperationWorkload {
  readonly kind: "operation";
  readonly name: string;
  /** What the shapes of its inputs are made from. */
  readonly size: readonly [n: number, c: number];
  /** The same in PyTorch, as a Python function of the inputs. */
  readonly torch: string;
  readonly inputs: readonly Input[];
  readonly pass: Pass;
}

export type Workload =
  | TrainWorkload
  | HandwrittenWorkload
  | MatmulWorkload
  | HvpWorkload
  | SurfaceWorkload
  | ImagesWorkload
  | LanguageWorkload
  | LimitWorkload
  | OperationWorkload;

const repeat = (width: number, times: number): number[] => Array.from({ length: times }, () => width);

/** Points along each side of the loss surface. */
export const surfaceSide = 51;

/** The width of the matrices that are multiplied. */
export const matmulSize = 1024;

/** The workloads of the tables, by the names that `--only` knows. */
export const workloads = {
  A: { kind: "train", sizes: [30, 200, 27], batch: 32 },
  // The same, in a module that calls its layers one by one.
  layered: { kind: "train", sizes: [30, 200, 27], batch: 32, form: "own" },
  "A′": { kind: "handwritten", characters: 27, context: 3, embedding: 10, hidden: 200, examples: 200_000, batch: 32 },
  B: { kind: "train", sizes: [30, ...repeat(100, 5), 27], batch: 32 },
  C: { kind: "train", sizes: [784, 256, 256, 10], batch: 128 },
  D: { kind: "train", sizes: [784, 1024, 1024, 10], batch: 256 },
  // The same, each library with two threads.
  D2: { kind: "train", sizes: [784, 1024, 1024, 10], batch: 256 },
  matmul: { kind: "matmul", size: matmulSize },
  limit: { kind: "limit", tiles: 1000 },
  hvp: { kind: "hvp", sizes: [30, 200, 27], batch: 32 },
  linear: { kind: "train", sizes: repeat(10, 26), batch: 1000, activation: "none" },
  surface: { kind: "surface", sizes: [30, 200, 27], batch: 4096 },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

/** The multiply-adds of one run of a workload that are in products of matrices. */
export function multiplyAdds(workload: Workload): number {
  switch (workload.kind) {
    case "train":
      // Forward, and a gradient to the weight; to the input only behind the first layer.
      return products(workload.sizes, workload.batch, 3) - products(workload.sizes.slice(0, 2), workload.batch, 1);
    case "handwritten": {
      const { context, embedding, hidden, characters, batch } = workload;
      return products([context * embedding, hidden, characters], batch, 3);
    }
    case "matmul":
      return workload.size ** 3;
    case "limit":
      return workload.tiles * 2 * 16 * 256;
    default:
      return Number.NaN;
  }
}

/** The rate at which a workload's products are done, counting a multiplication and an addition as two. */
export const gflops = (workload: Workload, microseconds: number): number =>
  (2 * multiplyAdds(workload)) / microseconds / 1e3;

const products = (sizes: readonly number[], batch: number, each: number): number =>
  sizes.slice(1).reduce((sum, width, i) => sum + each * batch * sizes[i] * width, 0);

/** A series of training steps in which one size grows. */
export interface Growth {
  /** How the network looks, with the growing size as a letter. */
  readonly network: string;
  readonly letter: string;
  readonly values: readonly number[];
  /** A value that every library refuses, and why. */
  readonly refused?: { readonly value: number; readonly because: string };
  workload(value: number): TrainWorkload;
}

export const growths = {
  width: {
    network: "30-w-w-27, batch 32",
    letter: "w",
    values: [32, 64, 128, 256, 512, 1024, 2048],
    workload: (width) => ({ kind: "train", sizes: [30, width, width, 27], batch: 32 }),
  },
  depth: {
    network: "30-100×d-27, batch 32",
    letter: "d",
    values: [1, 2, 5, 10, 20, 50],
    workload: (depth) => ({ kind: "train", sizes: [30, ...repeat(100, depth), 27], batch: 32 }),
  },
  batch: {
    network: "30-200-27, batch n",
    letter: "n",
    values: [1, 2, 8, 32, 128, 512, 2048, 4096],
    refused: { value: 1, because: "batch norm in training needs more than one example" },
    workload: (batch) => ({ kind: "train", sizes: [30, 200, 27], batch }),
  },
} as const satisfies Record<string, Growth>;

export type GrowthName = keyof typeof growths;
