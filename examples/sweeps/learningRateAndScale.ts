/**
 * The experiment on learning rates and scales as a sweep of five seeds, in shares, which may run at once:
 * `npx tsx src/sweep/command.ts run examples/sweeps/learningRateAndScale.ts --journal part0.jsonl --shard 0/2`, in a checkout.
 */
import { spaceOf } from "../experiments/rateAndScaleCell.ts";

export const sweep = {
  space: spaceOf("large", [0, 1, 2, 3, 4]),
  cell: new URL("../experiments/rateAndScaleCell.ts", import.meta.url),
};
