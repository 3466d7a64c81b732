import { percent, three } from "../drawing/canvas.ts";
import { recentLoss } from "../panels/losses.ts";
import type { Frame } from "../training/session.ts";

/** A run in a sentence or two, for those who hear the page. */
export function summary(frame: Frame): string {
  const { step, guess, columns } = frame;
  const losses = [0, 1].map((side) => three(recentLoss(frame, side)));
  const last = columns.map(({ layers }) => percent(layers[layers.length - 1]?.saturatedFraction));
  return `Step ${step}: the loss is ${losses[0]} on the left and ${losses[1]} on the right; guessing costs ${three(guess)}. Of the last hidden layer ${last[0]} is saturated on the left, ${last[1]} on the right.`;
}
