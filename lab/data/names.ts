import { Generator, oneHot, randperm } from "evenkeel";
import { characters, contextLength, readNames, toExamples } from "../../examples/demo/data.ts";
import type { Dataset, Examples } from "./dataset.ts";

/** Three letters of a name, one-hot, and the one that comes next: 500 names to learn from, 100 held out. */
export function names(seed: number): Dataset {
  const all = readNames();
  const order = randperm(all.length, { generator: new Generator().manualSeed(seed) });
  const shuffled = Array.from(order.data, (i) => all[i]);
  return {
    inputs: contextLength * characters.length,
    classes: characters.length,
    training: examples(shuffled.slice(0, 500)),
    heldOut: examples(shuffled.slice(500, 600)),
  };
}

function examples(names: readonly string[]): Examples {
  const { contexts, next } = toExamples(names);
  return { x: oneHot(contexts, characters.length).to("float32").flatten(1), labels: next };
}
