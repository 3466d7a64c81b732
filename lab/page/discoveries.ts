import { recentLoss } from "../panels/losses.ts";
import { meanOf } from "../panels/panel.ts";
import type { Settings } from "../settings.ts";
import type { Frame } from "../training/session.ts";

/** Something to find in the lab: how to set it, and what is then to be seen after 300 steps. */
export interface Discovery {
  readonly name: string;
  readonly settings: Partial<Settings>;
  /** What is to be seen, as it was measured. */
  readonly says: string;
  /** Whether a run shows it. */
  readonly holds: (frame: Frame) => boolean;
}

/** So many steps show it. */
export const discoverySteps = 300;

const saturated = (frame: Frame, side: number): number => {
  const { layers } = frame.columns[side];
  return layers[layers.length - 1].saturatedFraction ?? 0;
};

const moved = (frame: Frame, side: number): number => meanOf(frame.columns[side].moved.values.slice(-100));

export const discoveries: readonly Discovery[] = [
  {
    name: "Weights ten times their size",
    settings: {},
    says: "Without batch norm most of the deep layers is saturated, with it almost nothing, and the loss comes further down.",
    holds: (frame) =>
      saturated(frame, 0) > 0.5 && saturated(frame, 1) < 0.1 && recentLoss(frame, 1) < recentLoss(frame, 0) - 0.2,
  },
  {
    name: "Noise behind batch norm",
    settings: { left: "batch", right: "noisy" },
    says: "Panel 4 jumps: the unit's mean moves more than ten times as much. The loss hardly notices: it keeps most of its lead over guessing.",
    holds: (frame) => {
      const [calm, noisy] = [0, 1].map((side) => frame.guess - recentLoss(frame, side));
      return moved(frame, 1) > 10 * moved(frame, 0) && noisy > 0.8 * calm;
    },
  },
  {
    name: "Batch norm behind the tanh",
    settings: { placement: "behind" },
    says: "The inputs of the next layer are held, and panel 4 is steadier than without batch norm – but the tanh itself stays saturated, and it trains no better than without.",
    holds: (frame) =>
      moved(frame, 1) < moved(frame, 0) &&
      saturated(frame, 1) > 0.5 &&
      recentLoss(frame, 1) > recentLoss(frame, 0) - 0.05,
  },
  {
    name: "One hidden layer, usual weights",
    settings: { depth: 1, scale: 1, lr: 0.3 },
    says: "Nothing is saturated with or without, so that there is nothing to revive. It is not pointless all the same, as one might expect: at this rate it still trains faster.",
    holds: (frame) => saturated(frame, 0) < 0.01 && recentLoss(frame, 1) < recentLoss(frame, 0) - 0.15,
  },
  {
    name: "A rate of 10",
    settings: { lr: 10 },
    says: "That is too much for both: they end far above guessing.",
    holds: (frame) => [0, 1].every((side) => !(recentLoss(frame, side) < 2 * frame.guess)),
  },
  {
    name: "Batches of two, in evaluation",
    settings: { batch: 2, lr: 0.1, scale: 1, mode: "evaluation" },
    says: "A mean and a deviation of two examples say little, and the running ones do not fit them: held out, batch norm does no better than nothing.",
    holds: (frame) => recentLoss(frame, 1, true) > recentLoss(frame, 0, true) - 0.05,
  },
];
