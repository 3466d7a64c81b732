import { Generator, narrow, randperm, tensor } from "evenkeel";
import type { Dataset } from "./dataset.ts";
import { digitPixels } from "./digitSource.ts";

/** A thousand handwritten digits, 14 × 14 pixels from 0 to 1: 800 to learn from, 200 held out. */
export function digits(seed: number): Dataset {
  const shades = digitPixels();
  const pixels = tensor(Float32Array.from(shades, (shade) => shade / 15)).reshape([1000, 196]);
  const labels = tensor(
    Array.from({ length: 1000 }, (_, i) => Math.floor(i / 100)),
    { dtype: "int32" },
  );
  const order = randperm(1000, { generator: new Generator().manualSeed(seed) });
  const [training, heldOut] = [narrow(order, 0, 0, 800), narrow(order, 0, 800, 200)].map((rows) => ({
    x: pixels.index(rows),
    labels: labels.index(rows),
  }));
  return { inputs: 196, classes: 10, training, heldOut };
}
