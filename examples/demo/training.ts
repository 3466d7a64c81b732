import { Generator, nn, optim, randint, type Tensor } from "evenkeel";
import { Recorder, type Recording } from "evenkeel/analysis";
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

export interface Training {
  readonly stepsPerSecond: number;
  /** The loss of each step. */
  readonly recording: Recording;
}

/** Trains by plain gradient descent; the last quarter of the steps is ten times smaller. */
export async function train(
  network: Network,
  { contexts, next }: Examples,
  options: TrainingOptions,
): Promise<Training> {
  const { steps, batch, lr, seed, onStep, signal } = options;
  const generator = new Generator().manualSeed(seed);
  const optimizer = new optim.SGD(network.parameters(), { lr });
  const recorder = new Recorder(network, optimizer, { seed, compiled: true });
  const lossOf = (x: Tensor, labels: Tensor) => nn.functional.crossEntropy(network.forward(x), labels);
  const [start, finalPhase] = [performance.now(), Math.ceil(0.75 * steps)];
  let lastPause = start;
  network.train();
  for (let step = 1; step <= steps; step++) {
    if (step > finalPhase) optimizer.paramGroups[0].lr = lr / 10;
    const chosen = randint(0, next.numel(), [batch], { generator });
    onStep(step, recorder.step(lossOf, contexts.index(chosen), next.index(chosen)));
    if (performance.now() - lastPause < stretch) continue;
    await pause(signal);
    lastPause = performance.now();
  }
  return { stepsPerSecond: (1000 * steps) / (performance.now() - start), recording: recorder.recording() };
}
