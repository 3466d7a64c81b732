import { defaultGenerator, Generator, manualSeed, nn, ones, randn, type Tensor } from "evenkeel";
import { describe, expect, test } from "vitest";

const x = ones([100]);

describe("dropout", () => {
  test("drops the same from the same seed, and something else the next time", () => {
    const generator = new Generator();
    const layer = new nn.Dropout(0.5, { generator });
    const draw = () => layer.forward(x).toArray();
    generator.manualSeed(3);
    const [first, second] = [draw(), draw()];
    generator.manualSeed(3);
    expect([draw(), draw()]).toEqual([first, second]);
    expect(first).not.toEqual(second);
  });

  test("draws from its own generator only, or from the default one", () => {
    manualSeed(1);
    const before = defaultGenerator.getState();
    new nn.Dropout(0.5, { generator: new Generator().manualSeed(1) }).forward(x);
    expect(defaultGenerator.getState()).toEqual(before);
    const other = new nn.Dropout(0.5, { generator: new Generator().manualSeed(1) });
    expect(new nn.Dropout(0.5).forward(x).toArray()).toEqual(other.forward(x).toArray());
    expect(defaultGenerator.getState()).not.toEqual(before);
  });

  test("passes its input on in evaluation and for p of 0, and draws nothing; nor for p of 1, where all is 0", () => {
    manualSeed(1);
    const before = defaultGenerator.getState();
    expect(new nn.Dropout(0.5).eval().forward(x)).toBe(x);
    expect(new nn.Dropout(0).forward(x)).toBe(x);
    expect(nn.functional.dropout(x, { training: false })).toBe(x);
    expect(new nn.Dropout(1).forward(x).sum().item()).toBe(0);
    expect(defaultGenerator.getState()).toEqual(before);
  });

  test("keeps the mean, and lets gradients through where it lets values through", () => {
    const input = randn([20000], { requiresGrad: true, generator: new Generator().manualSeed(2) });
    const generator = new Generator().manualSeed(2);
    const output = nn.functional.dropout(input, { p: 0.2, generator });
    const kept = output.ne(0).to("float32");
    expect(Math.abs(kept.mean().item() - 0.8)).toBeLessThan(0.01);
    output.sum().backward();
    expect((input.grad as Tensor).toArray()).toEqual(kept.div(0.8).toArray());
  });
});
