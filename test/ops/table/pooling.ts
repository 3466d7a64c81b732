import { nn } from "evenkeel";
import { maxPoolPick } from "../../../src/ops/pooling.ts";
// Not the public one: that takes an operation for a user's own, whose gradients it does not use again.
import { apply } from "../../../src/tensor/tensor.ts";
import { distinct, float, type Row } from "./row.ts";

const { functional: F } = nn;

/** The largest, and the means, of windows. */
export const pooling: readonly Row[] = [
  {
    op: "maxPool1d",
    torch: "lambda x: F.max_pool1d(x, 2)",
    run: (x) => F.maxPool1d(x, 2),
    inputs: (n, c) => [distinct([n, 2, c + 1])],
    sizes: [
      [2, 3],
      [3, 1],
      [1, 4],
    ],
  },
  {
    op: "maxPool2d",
    torch: "lambda x: F.max_pool2d(x, (3, 2), stride=(1, 2), padding=1, dilation=(1, 2), ceil_mode=True)",
    run: (x) => F.maxPool2d(x, [3, 2], { stride: [1, 2], padding: 1, dilation: [1, 2], ceilMode: true }),
    inputs: (n, c) => [distinct([n, 2, 3, c + 1])],
  },
  {
    op: "avgPool1d",
    torch: "lambda x: F.avg_pool1d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)",
    run: (x) => F.avgPool1d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    inputs: (n, c) => [float([n, 2, c + 2])],
  },
  {
    op: "avgPool2d",
    torch: "lambda x: F.avg_pool2d(x, (3, 2), stride=(2, 1), padding=1, ceil_mode=True)",
    run: (x) => F.avgPool2d(x, [3, 2], { stride: [2, 1], padding: 1, ceilMode: true }),
    inputs: (n, c) => [float([n, 2, 4, c])],
  },
  {
    op: "avgPool2d",
    title: "over a divisor",
    torch: "lambda x: F.avg_pool2d(x, 2, divisor_override=3)",
    run: (x) => F.avgPool2d(x, 2, { divisorOverride: 3 }),
    inputs: (n, c) => [float([n, 1, 4, c + 1])],
  },
  {
    op: "adaptiveAvgPool1d",
    torch: "lambda x: F.adaptive_avg_pool1d(x, 3)",
    run: (x) => F.adaptiveAvgPool1d(x, 3),
    inputs: (n, c) => [float([n, 2, c + 3])],
  },
  {
    op: "adaptiveAvgPool2d",
    torch: "lambda x: F.adaptive_avg_pool2d(x, (2, None))",
    run: (x) => F.adaptiveAvgPool2d(x, [2, null]),
    inputs: (n, c) => [float([n, 2, 5, c])],
  },
  {
    op: "maxPoolPick",
    torch:
      "lambda u, x: (lambda y, i: u.flatten(2).gather(2, i.flatten(2)).reshape(y.shape))" +
      "(*F.max_pool2d(x, 2, 1, return_indices=True))",
    run: (u, x) => {
      const [rows, columns] = x.shape.slice(2);
      const windows = {
        size: [rows, columns],
        kernel: [2, 2],
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
      } as const;
      return apply(maxPoolPick({ ...windows, places: [rows - 1, columns - 1] }), u, x);
    },
    inputs: (n, c) => [float([n, 2, 3, c + 1]), distinct([n, 2, 3, c + 1])],
  },
];
