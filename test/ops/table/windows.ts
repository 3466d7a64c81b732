import { nn } from "evenkeel";
import { float, type Row } from "./row.ts";

const { functional: F } = nn;

const padding = (mode: nn.PadMode, sides: readonly number[]): Row => ({
  op: "pad",
  title: mode,
  torch: `lambda x: F.pad(x, ${JSON.stringify(sides)}, "${mode}")`,
  run: (x) => F.pad(x, sides, { mode }),
  inputs: (n, c) => [float([n, 2, 4, c + 2])],
});

/** Windows over pictures, and what is put around them. */
export const windows: readonly Row[] = [
  {
    op: "unfold",
    torch: "lambda x: F.unfold(x, (2, 3), dilation=(1, 2), padding=(1, 2), stride=(2, 1))",
    run: (x) => F.unfold(x, [2, 3], { dilation: [1, 2], padding: [1, 2], stride: [2, 1] }),
    inputs: (n, c) => [float([n, 2, 3, c])],
  },
  {
    op: "unfold",
    title: "without options",
    torch: "lambda x: F.unfold(x, 2)",
    run: (x) => F.unfold(x, 2),
    inputs: (n, c) => [float([n, 2, 3, c + 1])],
  },
  {
    op: "fold",
    torch: "lambda x: F.fold(x, (3, x.shape[2] // 2), (2, 3), dilation=(1, 2), padding=(1, 2), stride=(2, 1))",
    run: (x) => F.fold(x, [3, x.shape[2] / 2], [2, 3], { dilation: [1, 2], padding: [1, 2], stride: [2, 1] }),
    inputs: (n, c) => [float([n, 12, 2 * c])],
  },
  {
    op: "pad",
    torch: "lambda x: F.pad(x, [1, 2, -1, 1, 0, 1], value=0.5)",
    run: (x) => F.pad(x, [1, 2, -1, 1, 0, 1], { value: 0.5 }),
    inputs: (n, c) => [float([n, 2, 3, c])],
  },
  padding("reflect", [1, 2, 3, 0]),
  padding("replicate", [1, 4, -1, 2]),
  padding("circular", [2, 1, 0, 3]),
];
