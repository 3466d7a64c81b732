import { nn } from "evenkeel";
import { float, type Row } from "./row.ts";

/** Convolutions. */
export const convolution: readonly Row[] = [
  {
    op: "conv2d",
    torch: "lambda x, w, b: F.conv2d(x, w, b, padding=1)",
    run: (x, w, b) => nn.functional.conv2d(x, w, b, { padding: 1 }),
    inputs: (n, c) => [float([n, 2, 3, c]), float([3, 2, 3, 2]), float([3])],
  },
  {
    op: "conv2d",
    title: "of groups, with gaps and steps",
    torch: "lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)",
    run: (x, w, b) => {
      const options = { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 } as const;
      return nn.functional.conv2d(x, w, b, options);
    },
    inputs: (n, c) => [float([n, 4, c + 2, 4]), float([8, 2, 3, 2]), float([8])],
  },
  {
    op: "conv2d",
    title: "of single places, without bias",
    torch: "F.conv2d",
    run: (x, w) => nn.functional.conv2d(x, w),
    inputs: (n, c) => [float([n, 3, c, 2]), float([2, 3, 1, 1])],
  },
  {
    op: "conv1d",
    torch: "lambda x, w, b: F.conv1d(x, w, b, padding='same', dilation=3)",
    run: (x, w, b) => nn.functional.conv1d(x, w, b, { padding: "same", dilation: 3 }),
    inputs: (n, c) => [float([n, 2, c + 3]), float([3, 2, 2]), float([3])],
  },
  {
    op: "conv1d",
    title: "with steps, without bias",
    torch: "lambda x, w: F.conv1d(x, w, None, 2)",
    run: (x, w) => nn.functional.conv1d(x, w, null, { stride: 2 }),
    inputs: (n, c) => [float([n, 2, c + 4]), float([3, 2, 3])],
  },
];
