import { grad, nn, noGrad, ones, randn, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../close.ts";
import golden from "../golden/nn/modules.json" with { type: "json" };
import { refusal } from "../refusal.ts";

class Tied extends nn.Module {
  readonly encode = new nn.Linear(2, 2, { bias: false });
  readonly blocks = [new nn.Linear(2, 2), new nn.Sequential(new nn.BatchNorm1d(2), new nn.Tanh())];
  readonly tiedWeight = this.encode.weight;
  readonly meanOfInputs = zeros([2]);
  readonly nothing = null;
  #hidden = ones([1]);

  override forward(x: Tensor): Tensor {
    return this.blocks.reduce((y: Tensor, block) => block.forward(y), this.encode.forward(x).mul(this.#hidden));
  }
}

/** The same objects: tensors are walked over by what compares values. */
const expectSame = (actual: readonly Tensor[], expected: readonly Tensor[]) =>
  expect(actual.map((x, i) => x === expected[i])).toEqual(expected.map(() => true));

const mlp = () => new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Tanh(), new nn.Linear(3, 1));

describe("the names in a module", () => {
  test("are PyTorch's, in order of registration, tied weights once", () => {
    expect(new Tied().namedParameters().map(([name]) => name)).toEqual([
      "tied_weight",
      "blocks.0.weight",
      "blocks.0.bias",
      "blocks.1.0.weight",
      "blocks.1.0.bias",
    ]);
    expect(new Tied().namedBuffers().map(([name]) => name)).toEqual([
      "mean_of_inputs",
      "blocks.1.0.running_mean",
      "blocks.1.0.running_var",
      "blocks.1.0.num_batches_tracked",
    ]);
    expect(new Tied().namedModules().map(([name]) => name)).toEqual([
      "",
      "encode",
      "blocks.0",
      "blocks.1",
      "blocks.1.0",
      "blocks.1.1",
    ]);
  });

  test("stand in the state dict for every place of a tied weight", () => {
    const dict = new Tied().stateDict();
    expect(Object.keys(dict)).toContain("tied_weight");
    expect(Object.keys(dict)).toContain("encode.weight");
  });

  test("of a Sequential count its modules", () => {
    expect(Object.keys(mlp().stateDict())).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
      "1.num_batches_tracked",
      "3.weight",
      "3.bias",
    ]);
  });

  test("leave out what an operation has made", () => {
    const layer = new nn.Linear(2, 2) as nn.Linear & { kept?: Tensor };
    layer.kept = layer.forward(ones([1, 2]));
    expect(layer.namedBuffers()).toEqual([]);
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
  });
});

describe("a tied weight", () => {
  test("gets the gradients of both its places", () => {
    const [first, second] = [new nn.Linear(1, 1, { bias: false }), new nn.Linear(1, 1, { bias: false })];
    noGrad(() => first.weight.fill_(3));
    const tied = new nn.Sequential(first, second);
    (second as { weight: nn.Parameter }).weight = first.weight;
    expectSame(tied.parameters(), [first.weight]);
    tied
      .forward(tensor([[2]]))
      .sum()
      .backward();
    expect(first.weight.grad?.item()).toBe(12); // d(2w²)/dw
  });
});

describe("a printed module", () => {
  test("shows the modules within by name, and the numbers of each as Python writes them", () => {
    expect(String(new Tied()).split("\n")).toEqual([
      "Tied(",
      "  (encode): Linear(inFeatures=2, outFeatures=2, bias=false)",
      "  (blocks.0): Linear(inFeatures=2, outFeatures=2, bias=true)",
      "  (blocks.1): Sequential(",
      "    (0): BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)",
      "    (1): Tanh()",
      "  )",
      ")",
    ]);
    expect(String(new nn.BatchNorm1d(2, { eps: 2.5e-12 }))).toContain("eps=2.5e-12,");
    expect(String(new nn.BatchNorm1d(2, { eps: 0.0001 }))).toContain("eps=0.0001,");
    expect(String(new nn.Embedding(2, 2, { maxNorm: 3e20 }))).toContain("maxNorm=3e+20");
  });

  test("is the same in Node's console and in notebooks", () => {
    const model = new Tied();
    const shown = (way: string) => (model as unknown as Record<symbol, () => unknown>)[Symbol.for(way)]();
    expect(shown("nodejs.util.inspect.custom")).toBe(String(model));
    expect(shown("Jupyter.display")).toEqual({ "text/plain": String(model) });
  });
});

describe("modes and visits", () => {
  test("train and eval reach every module within, and return the module", () => {
    const net = new Tied();
    expect(net.eval()).toBe(net);
    expect(net.namedModules().map(([, module]) => module.training)).toEqual(new Array(6).fill(false));
    expect(
      net
        .train()
        .namedModules()
        .every(([, module]) => module.training),
    ).toBe(true);
    net.blocks[1].eval();
    expect(net.encode.training).toBe(true);
  });

  test("apply visits inner modules before outer ones", () => {
    const seen: string[] = [];
    const net = mlp();
    expect(net.apply((module) => seen.push(module.constructor.name))).toBe(net);
    expect(seen).toEqual(["Linear", "BatchNorm1d", "Tanh", "Linear", "Sequential"]);
  });

  test("zeroGrad clears every gradient", () => {
    const net = mlp();
    net
      .forward(randn([4, 2]))
      .sum()
      .backward();
    expect(net.parameters().every((p) => p.grad !== null)).toBe(true);
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  });
});

describe("a forward hook", () => {
  test("sees module, inputs and output after each forward, until it is removed", () => {
    const layer = new nn.Tanh();
    const calls: unknown[] = [];
    const handle = layer.registerForwardHook((...args) => void calls.push(args));
    const x = zeros([2]);
    const y = layer.forward(x);
    expect(calls).toEqual([[layer, [x], y]]);
    handle.remove();
    handle.remove();
    layer.forward(x);
    expect(calls.length).toBe(1);
    expect(layer.forward).toBe(nn.Tanh.prototype.forward);
  });

  test("replaces the output by what it returns, and the next hook gets that", () => {
    const layer = new nn.Identity();
    const first = layer.registerForwardHook((_, __, y) => y.add(1));
    const second = layer.registerForwardHook((_, __, y) => y.mul(10));
    expect(layer.forward(tensor([1])).toArray()).toEqual([20]);
    first.remove();
    expect(layer.forward(tensor([1])).toArray()).toEqual([10]);
    second.remove();
    expect(layer.forward(tensor([1])).toArray()).toEqual([1]);
  });

  test("runs inside a Sequential, is no part of the state, and runs twice if registered twice", () => {
    const net = mlp();
    let count = 0;
    const hook = () => void count++;
    const handles = [net[2].registerForwardHook(hook), net[2].registerForwardHook(hook)];
    const names = Object.keys(net.stateDict());
    net.forward(randn([4, 2]));
    expect(count).toBe(2);
    handles[0].remove();
    net.forward(randn([4, 2]));
    expect(count).toBe(3);
    expect(Object.keys(net.stateDict())).toEqual(names);
  });

  test("may remove itself while it runs", () => {
    const layer = new nn.Identity();
    let count = 0;
    const handle = layer.registerForwardHook(() => {
      count++;
      handle.remove();
    });
    layer.forward(zeros([1]));
    layer.forward(zeros([1]));
    expect(count).toBe(1);
  });

  test("has to be a function", () => {
    expect(() => new nn.Tanh().registerForwardHook(3 as never)).toThrow(/expected a function, got 3/);
  });
});

describe("hooks before a module and in its backward pass", () => {
  class Both extends nn.Module<[Tensor, Tensor]> {
    override forward(x: Tensor, y: Tensor): [Tensor, Tensor] {
      return [x.mul(y), x.add(y).tanh()];
    }
  }

  const float64 = (values: number[], requiresGrad = true) => tensor(values, { dtype: "float64", requiresGrad });
  type Side = readonly (Tensor | null)[];

  test(`see and change what those of PyTorch ${golden.torch} do, with 0 for what has none`, () => {
    const seen: Side[][] = [];
    const see = (_: unknown, ...sides: [Side, Side]) => void seen.push(sides);
    const [x, y] = [float64([0.5, -1]), float64([2, 3])];

    const both = new Both();
    both.registerForwardPreHook((_, [a, b]) => [a.mul(2), b]);
    both.registerFullBackwardHook(see);
    both.registerFullBackwardHook((_, [a, b]) => [(a as Tensor).mul(10), b]);
    const [product, sum] = both.forward(x, y);
    product.sum().add(sum.mul(3).sum()).backward();

    const frozen = new Both();
    frozen.registerFullBackwardHook(see);
    frozen.forward(x.detach(), y)[0].sum().backward();

    const layer = new nn.Linear(2, 1, { dtype: "float64" });
    layer.loadStateDict({ weight: float64([3, 4]).reshape(1, 2).detach(), bias: float64([1]).detach() });
    layer.registerFullBackwardHook(see);
    layer.forward(x.detach()).mul(5).backward();
    layer.forward(x).square().backward();

    const shown = (sides: readonly (readonly (readonly number[] | Tensor | null)[])[]) =>
      sides.map((side) => side.map((g) => (g === null ? null : [...("data" in g ? g.data : g)])));
    const { hooks } = golden;
    expect(seen.length).toBe(hooks.seen.length);
    hooks.seen.forEach((sides, call) => {
      const own = shown(seen[call]);
      shown(sides).forEach((side, s) => {
        expect(own[s].length).toBe(side.length);
        side.forEach((g, i) =>
          expectClose(own[s][i] ?? (g ?? []).map(() => 0), g ?? (own[s][i] ?? []).map(() => 0), 1e-14),
        );
      });
    });
    expect(seen[1][0][0]).toBeNull(); // an input that wants no gradient
    for (const [given, expected] of [
      [x, hooks.x],
      [y, hooks.y],
      [layer.weight, hooks.weight.flat()],
    ] as const) {
      expectClose((given.grad as Tensor).data, expected, 1e-14);
    }
  });

  test("change the gradient of a gradient too, are no part of the model, and leave it as it was", () => {
    const layer = new nn.Tanh();
    const x = float64([0.3]);
    const handles = [
      layer.registerFullBackwardHook((_, [g]) => (g as Tensor).mul(2)),
      layer.registerForwardPreHook(() => {}),
    ];
    const [first] = grad(layer.forward(x).sum(), [x], { createGraph: true });
    const [second] = grad(first.sum(), [x]);
    const t = Math.tanh(0.3);
    expectClose([first.item(), second.item()], [2 * (1 - t * t), -4 * t * (1 - t * t)], 1e-14);
    for (const handle of [...handles, ...handles]) handle.remove();
    expect(layer.forward).toBe(nn.Tanh.prototype.forward);
  });

  test("are refused, and so is what does not fit", () => {
    const layer = new nn.Identity();
    expect(refusal(() => layer.registerForwardPreHook(1 as never)).where).toBe("Module.registerForwardPreHook");
    expect(refusal(() => layer.registerFullBackwardHook(1 as never)).where).toBe("Module.registerFullBackwardHook");
    for (const returned of [[], [ones([1]), ones([1])], ones([2]), 3, [undefined]]) {
      const handle = layer.registerFullBackwardHook(() => returned as never);
      const y = layer.forward(float64([1]));
      expect(refusal(() => y.backward()).where).toBe("Module.registerFullBackwardHook");
      handle.remove();
    }
    const heads = new (class extends nn.Module<object> {
      override forward(x: Tensor): object {
        return { x };
      }
    })();
    heads.registerFullBackwardHook(() => {});
    expect(refusal(() => heads.forward(ones([1]))).expected).toMatch(/an array of tensors/);
  });

  test("watch nothing where nothing is recorded", () => {
    const layer = new nn.Linear(2, 1);
    let calls = 0;
    layer.registerFullBackwardHook(() => void calls++);
    noGrad(() => layer.forward(ones([1, 2])));
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(calls).toBe(1);
  });
});

describe("children and freezing", () => {
  test("children are those right below, each once, by name", () => {
    const net = new Tied();
    expect(net.namedChildren().map(([name]) => name)).toEqual(["encode", "blocks.0", "blocks.1"]);
    expect(net.children()).toEqual([net.encode, ...net.blocks]);
    const twice = new nn.Sequential(net.encode, net.encode);
    expect(twice.namedChildren()).toEqual([["0", net.encode]]);
  });

  test("requiresGrad_ freezes and thaws all parameters within", () => {
    const net = mlp();
    expect(net.requiresGrad_(false)).toBe(net);
    expect(net.parameters().map((p) => p.requiresGrad)).toEqual(new Array(6).fill(false));
    expect(net.forward(randn([4, 2])).requiresGrad).toBe(false);
    net[0].requiresGrad_();
    expect(net.parameters().map((p) => p.requiresGrad)).toEqual([true, true, false, false, false, false]);
    expect(refusal(() => net.requiresGrad_(0 as never)).where).toBe("Module.requiresGrad_");
  });
});

describe("a Sequential with names", () => {
  const named = () => new nn.Sequential({ hidden: new nn.Linear(2, 3), act: new nn.Tanh(), out: new nn.Linear(3, 1) });

  test("has its modules by name and by number, and puts others in their places", () => {
    const net = named();
    expect([net.length, net.get("hidden").weight.shape, net.at(-1), [...net].length]).toEqual([
      3,
      [3, 2],
      net.get("out"),
      3,
    ]);
    expect(net[1]).toBe(net.get("act"));
    expect(net.get(1 as number)).toBe(net[1]);
    expect(Object.keys(net.stateDict())).toEqual(["hidden.weight", "hidden.bias", "out.weight", "out.bias"]);
    const before = net.stateDict();
    net[1] = new nn.ReLU();
    expect(String(net)).toContain("(act): ReLU()");
    const x = ones([1, 2]);
    expect(net.forward(x).toArray()).toEqual(net[2].forward(net[0].forward(x).relu()).toArray());
    expect(net.loadStateDict(before)).toEqual({ missing: [], unexpected: [] });
    expect(refusal(() => net.get("hiden" as never)).expected).toBe(
      "a whole number from -3 to 2, or one of hidden, act, out",
    );
  });

  test("refuses names that cannot be a field's, and what is no module", () => {
    for (const name of ["forward", "length", "training", "0", "a.b", "", "#a", "__proto__", "at"]) {
      const given = Object.fromEntries([[name, new nn.Tanh()]]);
      expect(refusal(() => new nn.Sequential(given)).expected, name).toMatch(/names without dots/);
    }
    expect(() => new nn.Sequential({ act: Math.tanh as never })).toThrow(/expected modules, got the function tanh/);
  });
});

describe("a ModuleDict", () => {
  test("has its modules by names that come and go", () => {
    const heads = new nn.ModuleDict({ words: new nn.Linear(2, 3), act: new nn.Tanh() });
    const { act } = { act: heads.get("act") };
    expect([heads.size, [...heads.keys()], heads.get("words").weight.shape]).toEqual([2, ["words", "act"], [3, 2]]);
    const other = new nn.Linear(2, 5);
    heads.set("words", other).set("bnOut", new nn.BatchNorm1d(3));
    expect([...heads].map(([name, module]) => [name, module === other])).toEqual([
      ["words", true],
      ["act", false],
      ["bnOut", false],
    ]);
    expect([...heads.values()][1]).toBe(act);
    expect(Object.keys(heads.stateDict())[2]).toBe("bnOut.weight");
    expect([heads.delete("act"), heads.delete("act"), heads.has("act"), heads.children().length]).toEqual([
      true,
      false,
      false,
      2,
    ]);
    heads.set("act", act);
    expect([...heads.keys()]).toEqual(["words", "bnOut", "act"]);
    expect([...new nn.ModuleDict(new Map(heads)).entries()]).toEqual([...heads.entries()]);
    expect(String(heads)).toContain("(act): Tanh()");
  });

  test("refuses what cannot be one, names what it has, and is not called", () => {
    const heads = new nn.ModuleDict({ words: new nn.Tanh() });
    for (const name of ["forward", "get", "size", "training", "0", "a.b", "", "#a", "__proto__"]) {
      expect(refusal(() => heads.set(name, new nn.Tanh())).expected, name).toMatch(/names without dots/);
    }
    expect(refusal(() => heads.set("b", Math.tanh as never)).got).toMatch(/function tanh/);
    expect(refusal(() => heads.set(1 as never, new nn.Tanh())).expected).toBe("a text as name");
    expect(refusal(() => heads.get("word" as never)).expected).toBe("one of words");
    expect(refusal(() => heads.forward()).hint).toMatch(/get\(name\)/);
    const ofAClass = new (class {
      act = new nn.Tanh();
    })();
    for (const given of [[new nn.Tanh()], new nn.Tanh(), null, "x", new Set([new nn.Tanh()]), ofAClass, ones([1])]) {
      expect(refusal(() => new nn.ModuleDict(given as never)).expected).toMatch(/object or a Map of modules/);
    }
    expect([...heads.keys()]).toEqual(["words"]);
  });
});

test("a forward that is assigned before the first call is the module's own", () => {
  const [own, other] = [new nn.Tanh(), new nn.Tanh()];
  own.forward = (x) => x.mul(2);
  expect([own, other].map((layer) => layer.forward(tensor([3])).item() === 6)).toEqual([true, false]);
  expect(Object.keys(own)).toContain("forward");
  own.forward = (x) => x.mul(3);
  expect(own.forward(tensor([3])).item()).toBe(9);
});

test("a forward that is assigned while there are hooks is what they see, and what stays when they are gone", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3));
  const seen: number[] = [];
  const handle = model.registerForwardHook((_, __, y) => void seen.push(y.shape[1]));
  model.forward = (x) => x.mul(2);
  const x = ones([1, 2]);
  expect(model.forward(x).toArray()).toEqual([[2, 2]]);
  handle.remove();
  expect(model.forward(x).toArray()).toEqual([[2, 2]]);
  expect(seen).toEqual([2]);
});

describe("converting a module", () => {
  test("keeps the parameters the same objects, with their gradients, and leaves whole numbers", () => {
    const net = mlp();
    net
      .forward(randn([4, 2]))
      .sum()
      .backward();
    const held = net.parameters();
    const before = held.map((p) => p.toArray());
    expect(net.to("float64")).toBe(net);
    const after = net.parameters();
    after.forEach((p, i) => expect(p).toBe(held[i]));
    expect(after.map((p) => [p.dtype, p.grad?.dtype, p.isLeaf, p.requiresGrad])).toEqual(
      held.map(() => ["float64", "float64", true, true]),
    );
    expect(after.map((p) => p.toArray())).toEqual(before);
    expect(net.namedBuffers().map(([, buffer]) => buffer.dtype)).toEqual(["float64", "float64", "int32"]);
    net.zeroGrad();
    net
      .forward(randn([4, 2], { dtype: "float64" }))
      .sum()
      .backward();
    noGrad(() => held[0].sub_(held[0].grad as Tensor)); // as an optimiser would
    expect(net.parameters()[0].toArray()).toEqual(held[0].toArray());
  });

  test("refuses what has no gradient", () => {
    expect(() => mlp().to("int32")).toThrow(/float32 or float64, got int32/);
    expect(() => mlp().to("float16" as never)).toThrow(TensorError);
  });

  test("has its like float64 from the start", () => {
    const layers = [
      new nn.Linear(2, 2, { dtype: "float64" }),
      new nn.BatchNorm1d(2, { dtype: "float64" }),
      new nn.LayerNorm(2, { dtype: "float64" }),
      new nn.Embedding(2, 2, { dtype: "float64" }),
    ];
    const dtypes = layers.flatMap((layer) => Object.values(layer.stateDict()).map((value) => value.dtype));
    expect(new Set(dtypes)).toEqual(new Set(["float64", "int32"]));
  });
});

describe("a state dict", () => {
  test("is a snapshot, and loads into a module of the same shape", () => {
    const [net, other] = [mlp(), mlp()];
    net.forward(randn([4, 2]));
    const dict = net.stateDict();
    noGrad(() => net.parameters()[0].fill_(0));
    expect(dict["0.weight"].toArray()).not.toEqual(net.parameters()[0].toArray());
    expect(Object.values(dict).some((value) => value.requiresGrad)).toBe(false);
    expect(other.loadStateDict(dict)).toEqual({ missing: [], unexpected: [] });
    expect(other.stateDict()).toEqual(dict);
    expect(other.eval().forward(ones([1, 2])).dtype).toBe("float32");
  });

  test("is taken over in the dtype of the module, into the same parameters", () => {
    const net = mlp();
    const held = net.parameters();
    net.loadStateDict(mlp().to("float64").stateDict());
    expectSame(net.parameters(), held);
    expect(held.every((p) => p.dtype === "float32")).toBe(true);
  });

  test("that does not fit is refused with all its problems at once, and nothing is loaded", () => {
    const net = mlp();
    const before = net.stateDict();
    const dict: nn.StateDict = { ...mlp().stateDict(), "0.weight": zeros([9, 9]), extra: zeros([1]) };
    delete dict["3.bias"];
    delete dict["1.weight"];
    dict["1.bias"] = [1, 2, 3] as never;
    const problems = [
      "missing 1.weight, 3.bias",
      "unexpected extra",
      "0.weight: [9, 9] instead of [3, 2]",
      "1.bias: [1, 2, 3] instead of a tensor",
    ];
    for (const problem of problems) {
      expect(() => net.loadStateDict(dict)).toThrow(problem);
    }
    expect(() => net.loadStateDict(dict, { strict: false })).toThrow("0.weight: [9, 9] instead of [3, 2]");
    expect(net.stateDict()).toEqual(before);
    expect(() => net.loadStateDict(null as never)).toThrow(/an object of tensors by name, got null/);
    expect(() => net.loadStateDict(dict, { strikt: true } as never)).toThrow(/Did you mean "strict"/);
  });

  test("is loaded as far as it fits where it need not be strict", () => {
    const net = mlp();
    const result = net.loadStateDict({ "3.bias": tensor([7]), extra: zeros([1]) }, { strict: false });
    expect(result.unexpected).toEqual(["extra"]);
    expect(result.missing).toContain("0.weight");
    expect(net.stateDict()["3.bias"].toArray()).toEqual([7]);
  });

  test("may lack the number of batches, as those of old versions do", () => {
    const net = mlp();
    net.forward(randn([4, 2]));
    const dict = mlp().stateDict();
    delete dict["1.num_batches_tracked"];
    expect(net.loadStateDict(dict)).toEqual({ missing: [], unexpected: [] });
    expect(net.stateDict()["1.num_batches_tracked"].item()).toBe(1);
  });

  test("holds the weights of a loss", () => {
    expect(Object.keys(new nn.CrossEntropyLoss({ weight: ones([3]) }).stateDict())).toEqual(["weight"]);
    expect(Object.keys(new nn.CrossEntropyLoss().stateDict())).toEqual([]);
  });
});

describe("Parameter", () => {
  test("is a leaf that wants a gradient, unless it is frozen, and shares memory", () => {
    const x = zeros([2]);
    const p = new nn.Parameter(x);
    expect([p.isLeaf, p.requiresGrad, p instanceof nn.Parameter]).toEqual([true, true, true]);
    x.fill_(3);
    expect(p.toArray()).toEqual([3, 3]);
    expect(new nn.Parameter(x, { requiresGrad: false }).requiresGrad).toBe(false);
    expect(String(p)).toBe("Parameter containing:\ntensor([3., 3.], requiresGrad=true)");
  });

  test("is refused of whole numbers, and of what is no tensor", () => {
    expect(() => new nn.Parameter(zeros([2], { dtype: "int32" }))).toThrow(TensorError);
    expect(() => new nn.Parameter([1] as never)).toThrow(/expected a tensor, got \[1\]/);
  });
});

describe("Sequential", () => {
  test("is indexed, counted and iterated", () => {
    const net = mlp();
    expect(net.length).toBe(4);
    expect(net[0]).toBeInstanceOf(nn.Linear);
    expect(net.at(-1)).toBe(net[3]);
    expect(net.at(4)).toBeUndefined();
    expect([...net].map((module) => module.constructor.name)).toEqual(["Linear", "BatchNorm1d", "Tanh", "Linear"]);
  });

  test("takes another module in a place", () => {
    const net = mlp();
    net[1] = new nn.Identity();
    expect(String(net)).toContain("(1): Identity()");
    expect(net.forward(ones([1, 2])).shape).toEqual([1, 1]);
  });

  test("of nothing passes its input on", () => {
    const x = zeros([2]);
    expect(new nn.Sequential().forward(x)).toBe(x);
    expect(String(new nn.Sequential())).toBe("Sequential()");
  });

  test("refuses anything but a module", () => {
    expect(() => new nn.Sequential([new nn.Tanh()] as never)).toThrow(/expected modules.*Spread the array/);
    expect(() => new nn.Sequential(Math.tanh as never)).toThrow(/got the function tanh/);
  });
});

describe("a module that returns a structure of tensors", () => {
  class Heads extends nn.Module<[Tensor, { wide: Tensor }]> {
    readonly left = new nn.Linear(2, 1);
    readonly right = new nn.Linear(2, 3);

    override forward(x: Tensor): [Tensor, { wide: Tensor }] {
      return [this.left.forward(x), { wide: this.right.forward(x) }];
    }
  }

  test("is trained, and its hooks see and replace the structure", () => {
    const model = new Heads();
    const shapes: (readonly number[])[] = [];
    model.registerForwardHook((_, [x], [narrow, { wide }]) => {
      shapes.push(x.shape, narrow.shape, wide.shape);
      return [narrow.mul(0), { wide }];
    });
    const [narrow, { wide }] = model.forward(ones([4, 2]));
    expect(shapes).toEqual([
      [4, 2],
      [4, 1],
      [4, 3],
    ]);
    expect(narrow.eq(0).all().item<boolean>()).toBe(true);
    wide.sum().backward();
    expect(model.right.weight.grad?.toArray()).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
  });
});

describe("a weight that takes another's place", () => {
  test("is trained for both, saved under both names, and refused where it does not fit", () => {
    class Tying extends nn.Module {
      readonly embedding = new nn.Embedding(5, 3);
      readonly out = new nn.Linear(3, 5, { bias: false });

      constructor() {
        super();
        this.out.weight = this.embedding.weight;
      }

      override forward(i: Tensor): Tensor {
        return this.out.forward(this.embedding.forward(i));
      }
    }
    const model = new Tying();
    expectSame(model.parameters(), [model.embedding.weight]);
    expect(Object.keys(model.stateDict())).toEqual(["embedding.weight", "out.weight"]);
    const copy = new Tying();
    copy.loadStateDict(model.stateDict());
    const i = tensor([0, 4], { dtype: "int32" });
    expect(copy.forward(i).data).toEqual(model.forward(i).data);
    model.out.weight = new nn.Parameter(ones([5, 4]));
    expect(refusal(() => model.forward(i)).where).toBe("Linear.forward");
  });
});

test("a Sequential gives its layers by number, from either end", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
  expect(model.get(0).weight.shape).toEqual([3, 2]);
  expect(model.get(-1)).toBe(model[1]);
  for (const i of [2, -3, 0.5, Number.NaN]) expect(refusal(() => model.get(i)).where).toBe("Sequential.get");
});
