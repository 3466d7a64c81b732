import { nn, noGrad, zeros } from "evenkeel";
import type { Examples } from "./data.ts";
import type { Network } from "./network.ts";
import { pause } from "./pause.ts";

/** A tanh output further from 0 than this is saturated: its slope, 1 − h², is below 0.06. */
export const saturationThreshold = 0.97;

/** A unit is dying that is saturated for this part of the examples, and dead if for all of them. */
export const dyingFrom = 0.9;

/** Examples that go through the network at once. */
const chunkSize = 1024;

/** How a network does on some examples. */
export interface Diagnosis {
  /** The mean cross-entropy. */
  readonly loss: number;
  /** The part of all tanh outputs that is saturated, from 0 to 1. */
  readonly saturated: number;
  /** How many units are saturated for most examples, the dead ones included. */
  readonly dying: number;
  /** How many units are saturated for every example. */
  readonly dead: number;
}

/** Looks at a network as it stands; batch norm goes by its running statistics. */
export async function diagnose(network: Network, examples: Examples, signal: AbortSignal): Promise<Diagnosis> {
  network.eval();
  return measure(network, examples, signal);
}

/** Looks at a network that no batch has gone through: batch norm goes by the examples, and then forgets them. */
export async function diagnoseUntrained(network: Network, examples: Examples, signal: AbortSignal): Promise<Diagnosis> {
  const before = network.stateDict();
  network.train();
  const diagnosis = await measure(network, examples, signal);
  network.loadStateDict(before);
  return diagnosis;
}

async function measure(network: Network, { contexts, next }: Examples, signal: AbortSignal): Promise<Diagnosis> {
  const [n, units] = [next.numel(), network.hidden.outFeatures];
  const chunks = Math.ceil(n / chunkSize);
  let loss = 0;
  let timesSaturated = zeros([units]);
  for (let chunk = 0; chunk < chunks; chunk++) {
    // Chunks of one size: batch norm could not normalise a single example that is left over.
    const [from, to] = [Math.floor((chunk * n) / chunks), Math.floor(((chunk + 1) * n) / chunks)];
    noGrad(() => {
      const h = network.activations(contexts.slice(0, from, to));
      const logits = network.output.forward(h);
      loss += nn.functional.crossEntropy(logits, next.slice(0, from, to), { reduction: "sum" }).item();
      timesSaturated = timesSaturated.add(h.abs().gt(saturationThreshold).sum(0));
    });
    await pause(signal);
  }
  return {
    loss: loss / n,
    saturated: timesSaturated.sum().item() / (n * units),
    dying: timesSaturated
      .ge(dyingFrom * n)
      .sum()
      .item(),
    dead: timesSaturated.eq(n).sum().item(),
  };
}
