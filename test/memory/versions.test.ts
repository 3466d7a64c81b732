import { ones, TensorError, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";

describe("a change in place is seen", () => {
  const p = () => tensor([1, 2, 3, 4], { requiresGrad: true });

  test.each(["the source", "the view", "the view of the view"] as const)("by all views of views, of %s", (which) => {
    const source = ones([4]);
    const view = source.reshape([2, 2]);
    const tensors = { "the source": source, "the view": view, "the view of the view": view.reshape([4, 1]) };
    for (const [read, x] of Object.entries(tensors)) {
      const y = x.reshape(-1).mul(p()).sum();
      tensors[which].add_(1);
      expect(() => y.backward(), `${read} was read`).toThrow(TensorError);
    }
  });

  test("of a gradient that backward has added to, and that was read before", () => {
    const w = p();
    w.square().sum().backward();
    const y = w.grad?.mul(p()).sum();
    w.sum().backward();
    expect(() => y?.backward()).toThrow(TensorError);
  });
});

describe("a hook that registers hooks", () => {
  test("has those of tensors before it run in the same walk, and those beside it in the next", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2);
    const seen: string[] = [];
    y.registerHook(() => {
      seen.push("own");
      x.registerHook(() => void seen.push("before"));
      y.registerHook(() => void seen.push("beside"));
    });
    const z = y.sum();
    z.backward();
    expect(seen).toEqual(["own", "before"]);
    seen.length = 0;
    z.backward();
    expect(seen).toEqual(["own", "beside", "before", "before"]);
  });
});
