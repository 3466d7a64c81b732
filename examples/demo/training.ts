import { Generator, nn, optim, randint } from "evenkeel";
import type { Examples } from "./data.ts";
import type { Network } from "./network.ts";
import { pause } from "./pause.ts";

export interface TrainingOptions {
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
  /** Decides which examples are in which batch. */
  readonly seed: number;
  /** Called after each step. */
  readonly onStep: (step: number, loss: number) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds of work between two pauses. */
const stretch = 50;

/**
 * Trains by plain gradient descent; the last quarter of the steps is ten times smaller.
 * @returns steps per second.
 */
export async function train(network: Network, { contexts, next }: Examples, options: TrainingOptions): Promise<number> {
  const { steps, batch, lr, seed, onStep, signal } = options;
  const generator = new Generator().manualSeed(seed);
  const optimizer = new optim.SGD(network.parameters(), { lr });
  const [start, finalPhase] = [performance.now(), Math.ceil(0.75 * steps)];
  let lastPause = start;
  network.train();
  for (let step = 1; step <= steps; step++) {
    if (step > finalPhase) optimizer.paramGroups[0].lr = lr / 10;
    const chosen = randint(0, next.numel(), [batch], { generator });
    const loss = nn.functional.crossEntropy(network.forward(contexts.index(chosen)), next.index(chosen));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    onStep(step, loss.item());
    if (performance.now() - lastPause < stretch) continue;
    await pause(signal);
    lastPause = performance.now();
  }
  return (1000 * steps) / (performance.now() - start);
}
