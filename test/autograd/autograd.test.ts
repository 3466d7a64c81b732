import {
  apply,
  detectAnomaly,
  enableGrad,
  type Fused,
  grad,
  isGradEnabled,
  noGrad,
  ones,
  type Primitive,
  randn,
  Tensor,
  tensor,
  zeros,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true, dtype: "float64" });

describe("backward", () => {
  test("adds up in leaves, over calls and over ways", () => {
    const x = leaf([1, 2]);
    x.mul(x).add(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([3, 5]);
    x.sum().backward();
    expect(x.grad?.toArray()).toEqual([4, 6]);
  });

  test("adds to the gradient in place, so that whoever holds it sees it grow", () => {
    const x = leaf([1]);
    x.mul(2).backward();
    const held = x.grad;
    x.mul(2).backward();
    expect(held?.item()).toBe(4);
  });

  // The counter-example to walking nodes as they are met: b is reached twice before it is complete.
  test("waits for a node that is used again: a → b = a + a → c = b + b", () => {
    const a = leaf(3);
    const b = a.add(a);
    const c = b.add(b).mul(b);
    c.backward();
    expect(a.grad?.item()).toBe(48); // c = 2b² with b = 6, so dc/db = 4b = 24, and db/da = 2
  });

  test("goes through 100,000 chained operations", () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.mul(1.00001);
    y.backward();
    expect(x.grad?.item()).toBeCloseTo(y.item(), 9);
  });

  test("takes the gradient at an output of many elements", () => {
    const x = leaf([1, 2]);
    x.square().backward(tensor([1, 10], { dtype: "float64" }));
    expect(x.grad?.toArray()).toEqual([2, 40]);
  });

  test("works on an output of one element whatever its shape", () => {
    const x = leaf([[3]]);
    x.mul(2).backward();
    expect(x.grad?.toArray()).toEqual([[2]]);
  });

  test("can be called again, for the tape stays", () => {
    const x = leaf(2);
    const y = x.pow(3);
    y.backward();
    y.backward();
    expect(x.grad?.item()).toBe(24);
  });

  test("gives each leaf a gradient of its own, even where two get the same numbers", () => {
    const [a, b] = [leaf([1]), leaf([2])];
    a.add(b).backward();
    a.grad?.mul_(5);
    expect(b.grad?.item()).toBe(1);
  });

  test("does not keep the gradient that the caller gave", () => {
    const x = leaf([1, 2]);
    const given = ones([2], { dtype: "float64" });
    x.reshape(2).backward(given);
    x.grad?.zero_();
    expect(given.toArray()).toEqual([1, 1]);
  });

  test("leaves tensors that are no leaves without a gradient, unless they retain it", () => {
    const x = leaf([1, 2]);
    const [h, other] = [x.mul(3), x.mul(4)];
    h.retainGrad();
    h.add(other).sum().backward();
    expect(h.grad?.toArray()).toEqual([1, 1]);
    expect(other.grad).toBeNull();
  });

  test("of an output that is itself a leaf sets its gradient to one", () => {
    const x = leaf(5);
    x.backward();
    expect(x.grad?.item()).toBe(1);
  });

  test("with createGraph leaves gradients that can be differentiated", () => {
    const x = leaf(3);
    x.pow(3).backward(null, { createGraph: true });
    const first = x.grad as Tensor;
    expect(first.requiresGrad).toBe(true);
    x.grad = null;
    first.backward();
    expect((x.grad as unknown as Tensor).item()).toBe(18);
  });

  test("works inside noGrad on what was recorded before, as in PyTorch", () => {
    const x = leaf(3);
    const y = x.square();
    noGrad(() => y.backward());
    expect(x.grad?.item()).toBe(6);
  });

  test("passes constants by", () => {
    const x = leaf([1, 2]);
    const constant = tensor([5, 6], { dtype: "float64" });
    x.mul(constant).sum().backward();
    expect(constant.grad).toBeNull();
  });

  test("keeps gradients in the dtype of each leaf", () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), leaf([2])];
    a.mul(b).sum().backward();
    expect([a.grad?.dtype, b.grad?.dtype]).toEqual(["float32", "float64"]);
  });
});

describe("backward refuses", () => {
  test("an output of many elements with no gradient at it", () => {
    const error = refusal(() => leaf([1, 2]).mul(2).backward());
    expect(error.where).toBe("backward");
    expect(error.hint).toContain("sum()");
  });

  test("what has no graph", () => {
    expect(refusal(() => tensor([1]).sum().backward()).expected).toContain("graph");
    expect(refusal(() => noGrad(() => leaf(1).mul(2)).backward()).expected).toContain("graph");
  });

  test("a gradient of another shape or dtype", () => {
    expect(
      refusal(() =>
        leaf([1, 2])
          .mul(2)
          .backward(ones([3], { dtype: "float64" })),
      ).got,
    ).toContain("[3]");
    expect(
      refusal(() =>
        leaf([1, 2])
          .mul(2)
          .backward(ones([2])),
      ).got,
    ).toContain("float32");
  });

  test("options that it does not know", () => {
    const options = { retainGraph: true } as unknown as { createGraph: boolean };
    expect(refusal(() => leaf(1).mul(2).backward(null, options)).got).toContain("retainGraph");
  });

  test("a tape whose values have changed in place, and adds nothing to any gradient", () => {
    const [w, x] = [leaf([1, 2]), tensor([3, 4], { dtype: "float64" })];
    const other = leaf([1, 1]);
    const y = w.mul(x).add(other).sum();
    x.mul_(2);
    const error = refusal(() => y.backward());
    expect(error.got).toContain("changed in place");
    expect(error.expected).toContain("mul");
    expect([w.grad, other.grad]).toEqual([null, null]);
  });

  test("a changed output where the pullback reads it", () => {
    const x = leaf([1, 2]);
    const y = x.tanh();
    const z = y.sum();
    noGrad(() => y.zero_());
    expect(refusal(() => z.backward()).expected).toContain("tanh");
  });

  test("a change through a view of the same memory", () => {
    const [w, x] = [leaf([1, 2]), tensor([[3], [4]], { dtype: "float64" })];
    const y = w.mul(x.reshape(2)).sum();
    x.fill_(0);
    expect(refusal(() => y.backward()).got).toContain("in place");
  });

  test("a change of what a fused operation worked with", () => {
    const x = leaf([1, 2, 4]);
    const y = x.var();
    noGrad(() => x.mul_(2));
    expect(refusal(() => y.backward()).expected).toContain("var");
  });

  test("but not a change of what no pullback reads", () => {
    const [w, b] = [leaf([1, 2]), tensor([3, 4], { dtype: "float64" })];
    const y = w.add(b).sum();
    b.mul_(2);
    y.backward();
    expect(w.grad?.toArray()).toEqual([1, 1]);
  });
});

describe("grad", () => {
  test("gives gradients at leaves and others, and stores none", () => {
    const x = leaf(3);
    const h = x.square();
    const [atX, atH] = grad(h.mul(2), [x, h]);
    expect([atX.item(), atH.item()]).toEqual([12, 2]);
    expect(x.grad).toBeNull();
  });

  test("takes one tensor as well as an array", () => {
    const x = leaf(3);
    expect(grad(x.square(), x).map((g) => g.item())).toEqual([6]);
  });

  test("walks only what leads to an input", () => {
    let pulled = 0;
    const counting: Primitive = {
      name: "counting",
      forward: (k, x) => k.copy(x),
      vjp: [
        (g) => {
          pulled++;
          return g;
        },
      ],
    };
    const [data, w] = [leaf([1, 2]), leaf([3, 4])];
    const y = apply(counting, data).mul(w).sum();
    grad(y, [w]);
    expect(pulled).toBe(0);
    grad(y, [data]);
    expect(pulled).toBe(1);
  });

  test("goes to any order", () => {
    const x = leaf(2);
    let y = x.pow(5);
    const orders = [];
    for (let order = 0; order < 6; order++) {
      [y] = grad(y, [x], { createGraph: true });
      orders.push(y.item());
      if (!y.requiresGrad) break;
    }
    expect(orders.slice(0, 5)).toEqual([80, 160, 240, 240, 120]);
  });

  test("refuses an input that the output does not depend on, unless it may be unused", () => {
    const [x, other] = [leaf(1), leaf(2)];
    expect(refusal(() => grad(x.mul(2), [x, other])).got).toContain("input 1");
    expect(grad(x.mul(2), [x, other], { allowUnused: true })[1]).toBeNull();
  });

  test("refuses an input that wants no gradient", () => {
    expect(refusal(() => grad(leaf(1).mul(2), [tensor(1)])).hint).toContain("requiresGrad");
  });

  test("refuses anything but a tensor", () => {
    expect(refusal(() => grad(3 as unknown as Tensor, [leaf(1)])).got).toBe("3");
    expect(refusal(() => grad(leaf(1).mul(2), ["x" as unknown as Tensor])).got).toBe('"x"');
  });

  test("refuses unknown options by name, with the nearest", () => {
    const error = refusal(() => grad(leaf(1).mul(2), [leaf(1)], { createGrap: true } as object));
    expect(error.hint).toContain("createGraph");
  });
});

describe("hooks", () => {
  test("see the gradient summed over all ways, in order of registration, and may replace it", () => {
    const x = leaf(2);
    const h = x.mul(3);
    const seen: number[] = [];
    h.registerHook((g) => {
      seen.push(g.item());
      return g.mul(10);
    });
    h.registerHook((g) => {
      seen.push(g.item());
    });
    h.add(h).backward();
    expect(seen).toEqual([2, 20]);
    expect(x.grad?.item()).toBe(60);
  });

  test("run once where the gradient is also asked for, or kept", () => {
    const h = leaf(2).mul(3);
    h.retainGrad();
    let calls = 0;
    h.registerHook((g) => {
      calls++;
      return g.mul(10);
    });
    const y = h.mul(2);
    expect(grad(y, [h])[0].item()).toBe(20);
    y.backward();
    expect(h.grad?.item()).toBe(20);
    expect(calls).toBe(2);
  });

  test("run for grad too, and on leaves", () => {
    const x = leaf(2);
    x.registerHook((g) => g.neg());
    expect(grad(x.square(), [x])[0].item()).toBe(-4);
    x.square().backward();
    expect(x.grad?.item()).toBe(-4);
  });

  test("stop when removed, each on its own though the function be one", () => {
    const x = leaf(2);
    let calls = 0;
    const count = () => {
      calls++;
    };
    const [first] = [x.registerHook(count), x.registerHook(count)];
    first.remove();
    first.remove();
    x.square().backward();
    expect(calls).toBe(1);
  });

  test("that return another shape are refused, and no gradient is added", () => {
    const x = leaf([1, 2]);
    const handle = x.registerHook(() => zeros([3], { dtype: "float64" }));
    expect(refusal(() => x.sum().backward()).where).toBe("registerHook");
    handle.remove();
    x.registerHook((() => 3) as unknown as () => undefined);
    expect(refusal(() => x.sum().backward()).got).toBe("3");
    expect(x.grad).toBeNull();
  });

  test("that throw leave grad mode and gradients as they were", () => {
    const [x, other] = [leaf(1), leaf(2)];
    x.registerHook(() => {
      throw new Error("from the hook");
    });
    expect(() => x.add(other).backward()).toThrow("from the hook");
    expect(isGradEnabled()).toBe(true);
    expect([x.grad, other.grad]).toEqual([null, null]);
  });

  test("may start a walk of their own, recording for it as in PyTorch", () => {
    const [x, inner] = [leaf(2), leaf(3)];
    x.registerHook(() => enableGrad(() => inner.square()).backward());
    x.square().backward();
    expect([x.grad?.item(), inner.grad?.item()]).toEqual([4, 6]);
  });

  test("are refused where no gradient will come", () => {
    expect(refusal(() => tensor(1).registerHook(() => undefined)).where).toBe("registerHook");
    expect(refusal(() => tensor(1).retainGrad()).where).toBe("retainGrad");
    expect(refusal(() => leaf(1).registerHook("no" as unknown as () => undefined)).got).toBe('"no"');
  });
});

describe("grad mode", () => {
  test("noGrad records nothing, enableGrad within it does, and both put things back", () => {
    const x = leaf(1);
    noGrad(() => {
      expect(x.mul(2).node).toBeNull();
      expect(enableGrad(() => x.mul(2)).requiresGrad).toBe(true);
      expect(isGradEnabled()).toBe(false);
    });
    expect(isGradEnabled()).toBe(true);
  });

  test("is put back when something throws", () => {
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(isGradEnabled()).toBe(true);
  });

  test("refuses functions that go on later, and what is no function", () => {
    expect(refusal(() => noGrad(async () => 1)).got).toContain("promise");
    expect(refusal(() => noGrad(3 as unknown as () => number)).got).toBe("3");
    expect(isGradEnabled()).toBe(true);
  });

  test("is one for every copy of the package, by a symbol of the realm", () => {
    const { gradEnabled } = (globalThis as unknown as Record<symbol, { gradEnabled: boolean }>)[
      Symbol.for("evenkeel.shared")
    ];
    expect(gradEnabled).toBe(true);
  });
});

describe("detectAnomaly", () => {
  test("names the operation whose output first held a NaN or infinity, with shapes", () => {
    const error = refusal(() =>
      detectAnomaly(() =>
        leaf([[1, -1]])
          .sqrt()
          .exp(),
      ),
    );
    expect(error.got).toBe("NaN in the output of sqrt([1, 2]) -> [1, 2], at element 1");
  });

  test("names the operation whose gradient first held one", () => {
    const x = leaf([0, 1]);
    const error = refusal(() => detectAnomaly(() => x.sqrt().sum().backward()));
    expect(error.got).toContain("Infinity in the gradient at input 0 of sqrt([2])");
    expect(x.grad).toBeNull();
  });

  test("looks no further when over, also after an error", () => {
    refusal(() => detectAnomaly(() => tensor(-1).log()));
    expect(tensor(-1).log().item()).toBeNaN();
    expect(detectAnomaly(() => tensor(4).log().item())).toBeCloseTo(Math.log(4), 6);
  });
});

describe("operations of one's own", () => {
  const cube: Primitive = {
    name: "cube",
    forward: (k, x) => k.mul(x, k.mul(x, x)),
    vjp: [(g, _y, x) => g.mul(x.square()).mul(3)],
  };

  test("are differentiated to any order", () => {
    const x = leaf(2);
    const [first] = grad(apply(cube, x), [x], { createGraph: true });
    const [second] = grad(first, [x], { createGraph: true });
    const [third] = grad(second, [x]);
    expect([first.item(), second.item(), third.item()]).toEqual([12, 12, 6]);
  });

  test("may be fused: kernels when nothing is recorded, the composite replayed when it is", () => {
    const used: string[] = [];
    const fusedCube: Fused<string> = {
      name: "fusedCube",
      composite: (x) => {
        used.push("composite");
        return x.mul(x).mul(x);
      },
      forward: (k, x) => [k.mul(x, k.mul(x, x)), "saved"],
      backward: (k, g, saved, x) => {
        used.push(saved);
        return [k.mulScalar(k.mul(g, k.mul(x, x)), 3)];
      },
    };
    const x = leaf(2);
    const y = apply(fusedCube, x);
    expect(grad(y, [x])[0].item()).toBe(12);
    const [first] = grad(y, [x], { createGraph: true });
    expect(grad(first, [x])[0].item()).toBe(12);
    expect(used).toEqual(["saved", "composite"]);
  });

  test("whose pullback returns another shape or dtype are named", () => {
    const wrong: Primitive = { name: "wrong", forward: (k, x) => k.copy(x), vjp: [(g) => g.sum()] };
    const error = refusal(() =>
      apply(wrong, leaf([1, 2]))
        .sum()
        .backward(),
    );
    expect(error.where).toBe("wrong");
    expect(error.expected).toContain("[2]");

    const untyped: Primitive = { ...wrong, vjp: [(() => 3) as unknown as () => Tensor] };
    expect(
      refusal(() =>
        apply(untyped, leaf([1, 2]))
          .sum()
          .backward(),
      ).got,
    ).toBe("3");
  });

  test("take tensors only", () => {
    expect(refusal(() => apply(cube, 3 as unknown as Tensor)).where).toBe("cube");
  });
});

describe("a tensor of another copy of the package", () => {
  test("is known by its brand, not by its class", () => {
    const foreign = Object.create(
      { shape: [2], dtype: "float64", requiresGrad: false },
      {
        [Symbol.for("evenkeel.Tensor")]: { value: true },
        array: { value: tensor([1, 2], { dtype: "float64" }).array },
        ndim: { value: 1 },
        to: { value: () => foreign },
      },
    ) as Tensor;
    expect(foreign).not.toBeInstanceOf(Tensor);
    expect(leaf([3, 4]).mul(foreign).toArray()).toEqual([3, 8]);
  });
});

test("a graph is freed with its output: nothing else holds the tape", () => {
  const x = randn([3], { requiresGrad: true });
  x.square().sum().backward();
  expect(Object.values(x).some((value) => value instanceof Map || Array.isArray(value))).toBe(false);
});
