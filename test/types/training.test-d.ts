import { data, nn, optim, type Tensor } from "evenkeel";
import { describe, expectTypeOf, test } from "vitest";

declare const x: Tensor;

class Pair extends nn.Module {
  readonly left = new nn.Linear(2, 3);
  readonly weight: nn.Parameter = new nn.Parameter(x);

  override forward(a: Tensor, options: { readonly scale: number }): Tensor {
    return this.left.forward(a).mul(options.scale);
  }
}

describe("a module", () => {
  test("has the forward that its class says", () => {
    const pair = new Pair();
    expectTypeOf(pair.forward).parameters.toEqualTypeOf<[a: Tensor, options: { readonly scale: number }]>();
    expectTypeOf(pair.forward(x, { scale: 2 })).toEqualTypeOf<Tensor>();
    expectTypeOf(pair.parameters()).toEqualTypeOf<nn.Parameter[]>();
    expectTypeOf(pair.stateDict()).toEqualTypeOf<nn.StateDict>();
    expectTypeOf(pair.eval()).toEqualTypeOf<Pair>();
    expectTypeOf(pair).toExtend<nn.Module>();
    // @ts-expect-error two inputs
    pair.forward(x);
  });

  test("has to have a forward that returns a tensor", () => {
    // @ts-expect-error none
    class None extends nn.Module {}
    class Wrong extends nn.Module {
      // @ts-expect-error a number
      override forward(a: Tensor): number {
        return a.item();
      }
    }
    expectTypeOf<None | Wrong>().toExtend<nn.Module | object>();
  });

  test("takes its options by name", () => {
    expectTypeOf(new nn.Linear(2, 3, { bias: false }).weight).toEqualTypeOf<nn.Parameter>();
    expectTypeOf(new nn.BatchNorm1d(2, { momentum: null }).forward(x)).toEqualTypeOf<Tensor>();
    // @ts-expect-error PyTorch's name
    new nn.BatchNorm1d(2, { track_running_stats: false });
    // @ts-expect-error a boolean argument
    new nn.Linear(2, 3, false);
    // @ts-expect-error sizes are required
    new nn.Linear(2);
  });

  test("may return any structure of tensors, which its hooks and callers see", () => {
    class Heads extends nn.Module<{ mean: Tensor; parts: [Tensor, Tensor] }> {
      override forward(a: Tensor, b: Tensor): { mean: Tensor; parts: [Tensor, Tensor] } {
        return { mean: a, parts: [a, b] };
      }
    }
    const heads = new Heads();
    expectTypeOf(heads.forward(x, x).parts[1]).toEqualTypeOf<Tensor>();
    heads.registerForwardHook((_, inputs, output) => {
      expectTypeOf(inputs).toEqualTypeOf<[a: Tensor, b: Tensor]>();
      expectTypeOf(output.mean).toEqualTypeOf<Tensor>();
    });
    // @ts-expect-error another structure
    heads.registerForwardHook(() => x);
    // @ts-expect-error what comes next wants a tensor
    new nn.Sequential(heads);
  });

  test("shares a weight by assignment", () => {
    const [out, embedding] = [new nn.Linear(3, 5), new nn.Embedding(5, 3)];
    out.weight = embedding.weight;
    out.bias = null;
    // @ts-expect-error no parameter
    out.weight = x;
  });

  test("Sequential knows its layers", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
    expectTypeOf(model.get(0).weight).toEqualTypeOf<nn.Parameter>();
    expectTypeOf(model.get(1)).toEqualTypeOf<nn.Tanh>();
    expectTypeOf(model).toExtend<nn.Sequential>();
    // @ts-expect-error there is no third
    model.get(2).training;
    // @ts-expect-error an activation has no weight
    model.get(1).weight;
  });

  test("ModuleDict knows its modules by name", () => {
    const heads = new nn.ModuleDict({ hidden: new nn.Linear(2, 3), act: new nn.Tanh() });
    expectTypeOf(heads.get("hidden")).toEqualTypeOf<nn.Linear>();
    expectTypeOf(heads.get("act")).toEqualTypeOf<nn.Tanh>();
    // @ts-expect-error: there is none of that name
    heads.get("out");
    expectTypeOf(new nn.ModuleDict().set("digits", new nn.Linear(8, 10)).get("digits")).toEqualTypeOf<nn.Module>();
  });

  test("Sequential takes modules, and gives them back", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    expectTypeOf(model.forward(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(model[0]).toEqualTypeOf<nn.Module>();
    expectTypeOf(model.at(-1)).toEqualTypeOf<nn.Module | undefined>();
    expectTypeOf([...model]).toEqualTypeOf<nn.Module[]>();
    // @ts-expect-error a function
    new nn.Sequential((a: Tensor) => a.relu());
    // @ts-expect-error an array
    new nn.Sequential([new nn.ReLU()]);
  });
});

describe("data", () => {
  test("a loader of tensors gives a tuple of as many", () => {
    const loader = new data.DataLoader(new data.TensorDataset(x, x), { batchSize: 2, shuffle: true });
    for (const batch of loader) {
      expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>();
      // @ts-expect-error there is no third
      batch[2];
    }
    expectTypeOf(loader.length).toEqualTypeOf<number>();
  });

  test("a loader of items gives them in columns", () => {
    const items: { image: Tensor; label: number; name: string; size: [number, boolean] }[] = [];
    type Columns = { image: Tensor; label: Tensor; name: string[]; size: [Tensor, Tensor] };
    for (const batch of new data.DataLoader(items)) expectTypeOf(batch).toEqualTypeOf<Columns>();
    for (const batch of new data.DataLoader([1, 2, 3])) expectTypeOf(batch).toEqualTypeOf<Tensor>();
  });

  test("a split keeps the type of the items", () => {
    const [first] = data.randomSplit(new data.TensorDataset(x, x), [0.5, 0.5]);
    expectTypeOf(first.get(0)).toEqualTypeOf<[Tensor, Tensor]>();
  });

  test("refuses options of other names", () => {
    // @ts-expect-error PyTorch's name
    new data.DataLoader([1], { batch_size: 2 });
    // @ts-expect-error no dataset
    new data.DataLoader(3);
  });
});

describe("optimisers", () => {
  test("take parameters or groups, and options by name", () => {
    expectTypeOf(new optim.SGD([x], { lr: 0.1, momentum: 0.9 }).paramGroups[0].momentum).toEqualTypeOf<number>();
    expectTypeOf(new optim.SGD([{ params: [x], lr: 0.1 }])).toExtend<optim.Optimizer>();
    expectTypeOf(new optim.Adam([x], { betas: [0.9, 0.99] }).paramGroups[0].lr).toEqualTypeOf<number>();
    expectTypeOf(new optim.AdamW([x])).toExtend<optim.Optimizer>();
    // @ts-expect-error SGD has no default learning rate
    new optim.SGD([x]);
    // @ts-expect-error misspelt
    new optim.SGD([x], { lr: 0.1, weightdecay: 1 });
    // @ts-expect-error two of them
    new optim.Adam([x], { betas: [0.9] });
    // @ts-expect-error a module: its parameters()
    new optim.Adam(new nn.ReLU());
  });

  test("step returns what the closure returns", () => {
    const optimizer = new optim.Adam([x]);
    expectTypeOf(optimizer.step(() => x)).toEqualTypeOf<Tensor>();
    expectTypeOf(optimizer.step()).toEqualTypeOf<undefined>();
  });

  test("schedulers take an optimiser", () => {
    const optimizer = new optim.SGD([x], { lr: 0.1 });
    expectTypeOf(new optim.lrScheduler.StepLR(optimizer, 30)).toExtend<optim.lrScheduler.LRScheduler>();
    // @ts-expect-error no optimiser
    new optim.lrScheduler.StepLR(0.1, 30);
  });
});
