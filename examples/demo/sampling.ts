import { Generator, multinomial, noGrad, tensor } from "evenkeel";
import { characters, endMark, startOfName } from "./data.ts";
import type { Network } from "./network.ts";

/** Where a name that does not end is cut. */
const longest = 20;

/** Names drawn character by character, each from the probabilities that the network gives. */
export function sampleNames(network: Network, count: number, seed: number): string[] {
  const generator = new Generator().manualSeed(seed);
  network.eval();
  return noGrad(() => Array.from({ length: count }, () => sampleName(network, generator)));
}

function sampleName(network: Network, generator: Generator): string {
  let name = "";
  let context = startOfName();
  while (name.length < longest) {
    const probabilities = network.forward(tensor([context], { dtype: "int32" })).softmax(1);
    if (Number.isNaN(probabilities.sum().item())) break; // the training has diverged
    const code = multinomial(probabilities, 1, { generator }).item();
    if (code === endMark) return name;
    name += characters[code];
    context = [...context.slice(1), code];
  }
  return `${name}…`;
}
