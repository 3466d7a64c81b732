import { Generator, nn, noGrad, ones, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { fromSafetensors, toSafetensors } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import golden from "../golden/nn/modules.json" with { type: "json" };
import { refusal } from "../refusal.ts";
import { zoo } from "./zoo.ts";

const rows = () => randn([5, 3], { generator: new Generator().manualSeed(9) });
const namesOf = (model: nn.Module) => ({
  parameters: model.namedParameters().map(([name]) => name),
  buffers: model.namedBuffers().map(([name]) => name),
  state: Object.keys(model.stateDict()),
});

test("the zoo is PyTorch's", () => {
  expect(Object.keys(zoo)).toEqual(Object.keys(golden.zoo));
});

describe.each(Object.entries(zoo))("%s", (title, make) => {
  const expected = golden.zoo[title as keyof typeof golden.zoo];

  test("has PyTorch's names, before and after it has run, with gradients and without", () => {
    for (const run of [() => {}, (model: nn.Module) => void model.forward(rows())]) {
      for (const without of [false, true]) {
        const model = make();
        if (without) noGrad(() => run(model));
        else run(model);
        expect(namesOf(model)).toEqual(expected);
        noGrad(() => model.forward(rows()));
        expect(namesOf(model)).toEqual(expected);
      }
    }
  });

  test("is trained: every leaf that its output is made from, and that wants a gradient", () => {
    const model = make();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const before = model.stateDict();
    const y = model.forward(rows());
    y.mul(randn(y.shape, { generator: new Generator().manualSeed(1) }))
      .sum()
      .backward();
    const leaves = leavesOf(y);
    expect(new Set(model.parameters().filter((p) => p.requiresGrad))).toEqual(leaves);
    optimizer.step();
    for (const [name, p] of model.namedParameters()) {
      expect(p.eq(before[name]).all().item<boolean>(), name).toBe(!p.requiresGrad);
    }
    model.zeroGrad();
    for (const p of model.parameters()) expect(p.grad).toBeNull();
  });

  test("is saved and loaded whole", () => {
    const [model, copy] = [make(), make()];
    model.forward(rows());
    noGrad(() => {
      for (const p of model.parameters()) p.mul_(1.5);
    });
    const bytes = toSafetensors(model.stateDict());
    expect(copy.loadStateDict(fromSafetensors(bytes).tensors)).toEqual({ missing: [], unexpected: [] });
    expect(copy.eval().forward(rows()).data).toEqual(model.eval().forward(rows()).data);
    expect(copy.stateDict({ names: "camelCase" })).toEqual(model.stateDict({ names: "camelCase" }));
    expect(make().loadStateDict(model.stateDict({ names: "camelCase" }))).toEqual({ missing: [], unexpected: [] });
  });

  test("is converted, switched, visited and printed", () => {
    const model = make().to("float64").eval();
    const all = [...model.namedParameters(), ...model.namedBuffers()];
    for (const [name, x] of all) if (x.dtype !== "int32") expect(x.dtype, name).toBe("float64");
    expect(model.forward(rows().to("float64")).dtype).toBe("float64");
    const visited = new Set<nn.Module>();
    model.apply((module) => visited.add(module));
    const modules = model.namedModules();
    expect(visited).toEqual(new Set(modules.map(([, module]) => module)));
    for (const [name, module] of modules) {
      expect(module.training).toBe(false);
      expect(String(model)).toContain(name.split(".").at(-1) ?? "");
    }
  });
});

/** The leaves that want a gradient, found by following what was recorded. */
function leavesOf(y: Tensor): Set<Tensor> {
  const [leaves, seen, left] = [new Set<Tensor>(), new Set<Tensor>(), [y]];
  for (let x = left.pop(); x !== undefined; x = left.pop()) {
    if (seen.has(x)) continue;
    seen.add(x);
    if (x.node !== null) left.push(...x.node.inputs);
    else if (x.requiresGrad) leaves.add(x);
  }
  return leaves;
}

describe("what has no name", () => {
  const holding = (field: unknown) =>
    Object.assign(
      new (class Net extends nn.Module {
        override forward(x: Tensor): Tensor {
          return x;
        }
      })(),
      { field },
    );
  class Plain {
    linear = new nn.Linear(1, 1);
  }
  const p = new nn.Parameter(ones([1]));
  const cases: readonly (readonly [title: string, value: () => unknown])[] = [
    ["a Set", () => new Set([p])],
    ["a Set of modules, in an array", () => [new Set([new nn.ReLU()])]],
    ["an object of a class that is not a module", () => new Plain()],
    ["a key with a dot", () => ({ "a.b": p })],
    ["an empty key", () => ({ "": p })],
    ["a Map by objects", () => new Map([[{}, p]])],
    ["a tensor that wants a gradient, but is no parameter", () => tensor([1], { requiresGrad: true })],
  ];
  test.each(cases)("%s is refused by every walk, and by forward", (_, value) => {
    const walks: ((model: nn.Module) => unknown)[] = [
      (model) => model.parameters(),
      (model) => model.stateDict(),
      (model) => model.loadStateDict({}),
      (model) => model.train(),
      (model) => model.to("float64"),
      (model) => model.zeroGrad(),
      (model) => model.apply(() => {}),
      (model) => model.forward(ones([1])),
    ];
    for (const walk of walks) expect(refusal(() => walk(holding(value()))).expected).toMatch(/\bfield\b/);
  });

  test("but holds nothing is left alone", () => {
    const optimizer = new optim.SGD([p], { lr: 1 });
    for (const value of [new Set([1]), new Date(0), optimizer, new Map([[{}, 3]]), { "a.b": 1 }]) {
      expect(holding(value).parameters()).toEqual([]);
    }
  });
});

test("modules and containers that contain themselves are walked once", () => {
  class Ring extends nn.Module {
    self: nn.Module = this;
    list: unknown[] = [weight(), this];

    constructor() {
      super();
      this.list.push(this.list);
    }

    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const weight = () => new nn.Parameter(ones([1]));
  const ring = new Ring();
  expect(ring.namedParameters().map(([name]) => name)).toEqual(["list.0"]);
  let visits = 0;
  ring.apply(() => visits++);
  expect(visits).toBe(1);
  expect(String(ring)).toBe("Ring(\n  (self): Ring(…)\n  (list.1): Ring(…)\n)");
});

describe("the names of a state dict", () => {
  class Mixed extends nn.Module {
    layerNorm = new nn.LayerNorm(2);
    bnHidden = new nn.BatchNorm1d(2);
    W1 = new nn.Parameter(ones([2]));
    heads = { headA: new nn.Parameter(ones([2])) };

    override forward(x: Tensor): Tensor {
      return x;
    }
  }

  test("are those of a PyTorch model in either spelling", () => {
    const [snake, camel] = [new Mixed().stateDict(), new Mixed().stateDict({ names: "camelCase" })];
    expect(Object.keys(snake)).toEqual(
      expect.arrayContaining(["W1", "layer_norm.weight", "bn_hidden.running_mean", "heads.headA"]),
    );
    expect(Object.keys(camel)).toEqual(
      expect.arrayContaining(["W1", "layerNorm.weight", "bnHidden.running_mean", "heads.headA"]),
    );
    const mixed = Object.fromEntries([...Object.entries(snake).slice(0, 4), ...Object.entries(camel).slice(4)]);
    for (const dict of [snake, camel, mixed]) {
      expect(new Mixed().loadStateDict(dict)).toEqual({ missing: [], unexpected: [] });
    }
  });

  test("stand for one tensor each: twice in two spellings is one too many", () => {
    const dict = { ...new Mixed().stateDict(), "layerNorm.weight": ones([2]) };
    expect(refusal(() => new Mixed().loadStateDict(dict)).got).toBe("unexpected layerNorm.weight");
    expect(refusal(() => new Mixed().stateDict({ names: "camel" as never })).expected).toMatch(/"camelCase" as names/);
  });
});

describe("a declared buffer", () => {
  class Lazy extends nn.Module {
    memory: Tensor | null = this.registerBuffer("memory", null);
    late?: Tensor;

    override forward(x: Tensor): Tensor {
      this.memory = x.detach().mean(0);
      return x;
    }
  }

  test("is state whenever it comes, and what comes later undeclared is none", () => {
    const model = new Lazy();
    expect(Object.keys(model.stateDict())).toEqual([]);
    noGrad(() => model.forward(rows()));
    expect(Object.keys(model.stateDict())).toEqual(["memory"]);
    model.late = zeros([1]);
    expect(Object.keys(model.stateDict())).toEqual(["memory"]);
    model.registerBuffer("late", model.late);
    expect(Object.keys(model.stateDict())).toEqual(["memory", "late"]);
  });

  test("is refused where it cannot be one", () => {
    const model = new Lazy();
    const linear = new nn.Linear(1, 1);
    for (const run of [
      () => model.registerBuffer("forward", ones([1])),
      () => model.registerBuffer("a.b", ones([1])),
      () => model.registerBuffer("", ones([1])),
      () => model.registerBuffer(3 as never, ones([1])),
      () => linear.registerBuffer("weight", ones([1])),
      () => model.registerBuffer("late", new nn.Parameter(ones([1]))),
      () => model.registerBuffer("late", 3 as never),
      () => model.registerBuffer("late", ones([1]), { persistent: 0 as never }),
      () => model.registerBuffer("late", ones([1]), { persist: true } as never),
    ]) {
      expect(refusal(run).where).toBe("Module.registerBuffer");
    }
    expect(model.namedBuffers()).toEqual([]);
  });

  test("a hook that is registered while a module is being built sees no state too early", () => {
    class Hooked extends nn.Module {
      scale: Tensor;

      constructor() {
        super();
        this.registerForwardHook(() => {});
        this.scale = ones([1]);
      }

      override forward(x: Tensor): Tensor {
        return x.mul(this.scale);
      }
    }
    const model = new Hooked();
    model.forward(ones([1]));
    expect(Object.keys(model.stateDict())).toEqual(["scale"]);
  });
});
