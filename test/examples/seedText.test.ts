import { describe, expect, test } from "vitest";
import { seedText } from "../../examples/seed-text.ts";
import { expectClose } from "../close.ts";
import golden from "../golden/seedText.json" with { type: "json" };

const printed: string[] = [];
const run = seedText(golden.losses.length, (line) => printed.push(line));

describe("the network written out by hand", () => {
  test.each(Object.entries(golden.initial))("draws %s as PyTorch does, bit for bit", (name, values) => {
    expect(run.initial[name]).toEqual(Float32Array.from(values));
  });

  test("has PyTorch's loss at every one of 200 steps", () => {
    golden.losses.forEach((loss, step) => {
      expect(Math.abs(run.losses[step] / loss - 1), `step ${step}`).toBeLessThan(1e-5);
    });
  });

  test("ends with PyTorch's running statistics", () => {
    expectClose(run.final.bnmeanRunning, golden.bnmeanRunning, 1e-5);
    expectClose(run.final.bnstdRunning, golden.bnstdRunning, 1e-5);
  });

  test.each(Object.entries(golden.parameters))("ends with PyTorch's %s", (name, values) => {
    expectClose(run.final[name], values, 1e-5);
  });

  test("prints the loss on its way", () => {
    expect(printed).toHaveLength(5);
    expect(printed[0]).toBe("step   0  loss 5.2523");
    expect(printed[4]).toBe("step 199  loss 0.5982");
  });
});
