import { nn } from "evenkeel";
import { describe, expect, test } from "vitest";

const settingsOf = ({ kernelSize, stride, padding, dilation }: nn.Conv1d | nn.Conv2d) => ({
  kernelSize,
  stride,
  padding,
  dilation,
});

describe("a convolution says what it was made with", () => {
  test("along a line, in numbers", () => {
    const options = { stride: 2, padding: 1, dilation: 4 };
    expect(settingsOf(new nn.Conv1d(2, 3, 5, options))).toEqual({ kernelSize: 5, ...options });
    expect(settingsOf(new nn.Conv1d(2, 3, 5))).toEqual({ kernelSize: 5, stride: 1, padding: 0, dilation: 1 });
  });

  test("over rows and columns, in pairs", () => {
    const options = { stride: [2, 3], padding: [1, 0], dilation: [4, 5] } as const;
    expect(settingsOf(new nn.Conv2d(2, 3, [3, 2], options))).toEqual({ kernelSize: [3, 2], ...options });
    const same = { kernelSize: [2, 2], stride: [3, 3], padding: [4, 4], dilation: [5, 5] };
    expect(settingsOf(new nn.Conv2d(2, 3, 2, { stride: 3, padding: 4, dilation: 5 }))).toEqual(same);
  });

  test.each(["same", "valid"] as const)('padding "%s" by its name', (padding) => {
    expect(new nn.Conv1d(1, 1, 3, { padding }).padding).toBe(padding);
    expect(new nn.Conv2d(1, 1, 3, { padding }).padding).toBe(padding);
  });
});
