import {
  compiled,
  defaultGenerator,
  detectAnomaly,
  full,
  Generator,
  grad,
  kernelsName,
  manualSeed,
  nn,
  noGrad,
  oneHot,
  optim,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
  useKernels,
  zeros,
} from "evenkeel";
import { afterEach, describe, expect, test } from "vitest";
import { bitsOf, expectAlike, expectEager, expectReplayed, type World } from "./alike.ts";

// What other compilers keep as it was in the first call, in silence: reported of torch.compile and CUDA graphs, jax.jit, tf.function.

const x = (call: number, shape: readonly number[] = [4, 3]) =>
  randn(shape, { generator: new Generator().manualSeed(100 + call) });
const args = (call: number) => [x(call)];
const two = (call: number) => [x(call), x(call + 50)];

const kernels = kernelsName();
afterEach(() => useKernels(kernels));

/** A model that is trained, with its optimiser; what the test changes between calls is handed to `before`. */
function trained(
  before: (parts: Parts, call: number) => void,
  build: () => nn.Module = () =>
    new nn.Sequential(new nn.Linear(3, 8), new nn.BatchNorm1d(8), new nn.Dropout(0.2), new nn.Linear(8, 1)),
) {
  return (): World => {
    manualSeed(4);
    const model = build();
    const parts: Parts = { model, optimizer: new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }), kept: [] };
    return {
      before: (call) => before(parts, call),
      call: (x: Tensor, y: Tensor) => {
        parts.optimizer.zeroGrad();
        const loss = nn.functional.mseLoss(parts.model.forward(x) as Tensor, y);
        loss.backward();
        parts.optimizer.step();
        return loss;
      },
      state: () => ({
        model: parts.model.stateDict(),
        gradients: parts.model.parameters().map((p) => p.grad),
        optimizer: parts.optimizer.stateDict(),
        kept: parts.kept,
      }),
    };
  };
}

interface Parts {
  model: nn.Module;
  optimizer: optim.Optimizer;
  kept: unknown[];
}

const batch = (call: number) => [x(call), x(call, [4, 1])];

describe("what changes between calls counts from then on", () => {
  const at = (when: number, change: (parts: Parts) => unknown) => (parts: Parts, call: number) => {
    if (call === when) change(parts);
  };
  const layers = ({ model }: Parts) => model.namedModules().map(([, layer]) => layer);
  const find = <T>(parts: Parts, kind: new (...given: never[]) => T): T =>
    layers(parts).find((layer) => layer instanceof kind) as unknown as T;

  const others = (): nn.Module => {
    const generator = new Generator().manualSeed(8);
    const first = new nn.Linear(3, 8, { generator });
    return new nn.Sequential(first, new nn.BatchNorm1d(8), new nn.Dropout(0.2), new nn.Linear(8, 1, { generator }));
  };

  test.each<[string, (parts: Parts) => unknown]>([
    ["dropout's p", (parts) => Object.assign(find(parts, nn.Dropout), { p: 0.7 })],
    ["batch norm's eps", (parts) => Object.assign(find(parts, nn.BatchNorm1d), { eps: 0.1 })],
    ["batch norm's momentum", (parts) => Object.assign(find(parts, nn.BatchNorm1d), { momentum: 0.5 })],
    ["training", ({ model }) => model.eval()],
    ["the training of one layer", (parts) => find(parts, nn.Dropout).eval()],
    ["the rate", ({ optimizer }) => Object.assign(optimizer.paramGroups[0], { lr: 0.5 })],
    ["weight decay", ({ optimizer }) => Object.assign(optimizer.paramGroups[0], { weightDecay: 0.3 })],
    [
      "a parameter by another",
      (parts) => Object.assign(find(parts, nn.Linear), { weight: new nn.Parameter(x(7, [8, 3])) }),
    ],
    [
      "a layer by another",
      ({ model }) => Object.assign(model, { "3": new nn.Linear(8, 1, { generator: new Generator().manualSeed(8) }) }),
    ],
    ["whether a parameter learns", (parts) => Object.assign(find(parts, nn.Linear).weight, { requiresGrad: false })],
    ["the numbers of a parameter, by hand", (parts) => find(parts, nn.Linear).weight.data.fill(3, 0, 1)],
    ["a parameter in place", (parts) => noGrad(() => find(parts, nn.Linear).weight.mul_(0.5))],
    ["the state of the model", ({ model }) => model.loadStateDict(others().stateDict())],
    ["the state of the optimiser", ({ optimizer }) => optimizer.loadStateDict(structuredFrom(optimizer))],
    ["a gradient, by hand", ({ model }) => Object.assign(model.parameters()[0], { grad: x(5, [8, 3]) })],
    ["the seed", () => manualSeed(77)],
    ["the kernels", () => useKernels("reference")],
  ])("%s", (_name, change) => {
    for (const when of [1, 2, 5]) {
      for (const looks of [() => true, (call: number) => call === 11]) {
        const { report } = expectAlike(trained(at(when, change)), { args: batch, calls: 12, looks });
        useKernels(kernels);
        expect(report.reason).toBeNull();
        expect(report.replayed).toBeGreaterThan(4);
      }
    }
  });

  const structuredFrom = (optimizer: optim.Optimizer) => {
    const dict = optimizer.stateDict();
    for (const state of Object.values(dict.state))
      for (const [name, value] of Object.entries(state as object))
        if (name === "momentum_buffer") (state as Record<string, unknown>)[name] = (value as Tensor).mul(2);
    return dict;
  };

  test("hooks added later, of modules and of tensors, and taken away again", () => {
    const handles: { remove(): void }[] = [];
    expectAlike(
      trained((parts, call) => {
        const linear = find(parts, nn.Linear);
        if (call === 4) handles.push(linear.registerForwardHook((_layer, _inputs, y) => (y as Tensor).mul(2)));
        if (call === 7) handles.shift()?.remove();
      }),
      { args: batch, calls: 10 },
    );
    expectAlike(
      trained((parts, call) => {
        if (call === 4) find(parts, nn.Linear).weight.registerHook((g) => g.mul(3));
      }),
      { args: batch, calls: 10 },
    );
    expect(handles).toEqual([]);
  });

  test("the dtype of the model", () => {
    const make = trained((parts, call) => {
      if (call !== 4) return;
      parts.model.to("float64");
      parts.optimizer = new optim.SGD(parts.model.parameters(), { lr: 0.05 });
    });
    const inputs = (call: number) => batch(call).map((x) => (call < 4 ? x : x.to("float64")));
    expectAlike(make, { args: inputs, calls: 10 });
  });

  test("a group that is added", () => {
    const extra = () => new nn.Parameter(x(9, [8, 3]));
    const make = trained(
      (parts, call) => {
        if (call === 4) {
          const added = extra();
          parts.kept.push(added);
          (find(parts, nn.Linear) as { weight: Tensor }).weight = added;
          parts.optimizer.addParamGroup({ params: [added], lr: 0.3 });
        }
      },
      () => new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 1)),
    );
    expectAlike(make, { args: batch, calls: 10 });
  });

  test("a group that is added of what had gradients before", () => {
    const make = (): World => {
      manualSeed(4);
      const [a, b] = [new nn.Parameter(x(1, [3])), new nn.Parameter(x(2, [3]))];
      const optimizer = new optim.SGD([a], { lr: 0.1, momentum: 0.9 });
      return {
        before: (call) => {
          if (call === 4) optimizer.addParamGroup({ params: [b], lr: 0.3 });
        },
        call: (x: Tensor) => {
          optimizer.zeroGrad();
          const loss = x.mul(a).mul(b).square().sum();
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: () => [a, b, a.grad, b.grad, optimizer.stateDict()],
      };
    };
    expectAlike(make, { args, calls: 10 });
  });

  test("gradients, which a user keeps, as they are; and those of the model as ever", () => {
    const kept: { readonly of: Tensor; readonly bits: unknown }[] = [];
    const make = trained(({ model }, call) => {
      if (call % 2 === 1)
        for (const { grad } of model.parameters()) if (grad !== null) kept.push({ of: grad, bits: bitsOf(grad) });
    });
    expectReplayed(make, { args: batch, calls: 14, looks: (call) => call === 13 });
    expect(kept.length).toBeGreaterThan(10);
    for (const { of, bits } of kept) expect(bitsOf(of)).toEqual(bits);
  });
});

/** What is refused by name: the words that the reason has. */
describe("what differs from call to call is refused, and named", () => {
  const eager = (name: string, reason: RegExp, make: () => World, given = args) =>
    test(name, () => {
      expectEager(make, reason, { args: given, calls: 8 });
    });

  eager("a number that changes", /1, then 2|2, then 3|3, then 4/, () => {
    let count = 0;
    return { call: (x: Tensor) => x.mul(++count), state: () => [] };
  });
  eager(
    "a number computed from an argument",
    /A number that changes is an argument/,
    () => ({
      call: (x: Tensor, lr: number) => x.mul(lr * 0.5),
    }),
    ((call: number) => [x(call), 1 / (call + 2)]) as never,
  );
  eager("a branch on a counter", /as step \d+ (mul|add)/, () => {
    let count = 0;
    return { call: (x: Tensor) => (count++ % 2 === 0 ? x.mul(2) : x.add(2)) };
  });
  eager("an array outside that is bound anew", /an array that the call before has made/, () => {
    let running = zeros([4, 3]);
    return {
      call: (x: Tensor) => {
        running = running.mul(0.9).add(x);
        return running;
      },
    };
  });
  eager("a tensor made of JavaScript's numbers", /a tensor that it makes of numbers/, () => {
    let count = 0;
    return { call: (x: Tensor) => x.add(tensor([count, count, ++count])) };
  });
  eager("one number in a tensor", /other numbers, made by tensor/, () => {
    let count = 0;
    return { call: (x: Tensor) => x.add(tensor(++count)) };
  });
  eager(
    "a full tensor of another number",
    /other numbers, made by full/,
    () => {
      let count = 0;
      return { call: (x: Tensor) => x.add(full([3], ++count)) };
    },
    undefined,
  );
  eager("a list of tensors that grows", /step|arrays/, () => {
    const list: Tensor[] = [];
    return {
      call: (x: Tensor) => {
        list.push(x.mul(2));
        return list.reduce((sum, y) => sum.add(y));
      },
    };
  });
  eager(
    "a tensor outside that is another in each call",
    /from outside that is another one|an array from outside/,
    () => {
      let count = 0;
      const each = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => x(i, [3]));
      return { call: (x: Tensor) => x.add(each[count++ % 8]) };
    },
  );
  eager("item() inside", /item\(\)/, () => ({ call: (x: Tensor) => x.div(x.abs().max().item<number>()) }));
  eager("data inside", /data/, () => ({ call: (x: Tensor) => x.mul(x.data[0]) }));
  eager("toArray() inside", /toArray\(\)/, () => ({ call: (x: Tensor) => x.mul((x.toArray() as number[][])[0][0]) }));
  eager("the printing of a tensor inside", /printing/, () => ({
    call: (x: Tensor) => x.mul(`${x}`.length),
  }));
  eager("an operation of one's own", /the operation twice, which is not the library's/, () => ({
    call: (x: Tensor) => x.through({ name: "twice", forward: (k, x) => k.add(x, x), vjp: [(g) => g.mul(2)] }),
  }));
  eager("a hook of a tensor", /a hook of a tensor/, () => ({
    call: (x: Tensor) => {
      const leaf = x.detach();
      leaf.requiresGrad = true;
      const y = leaf.mul(2);
      y.registerHook((g) => g.mul(3));
      return grad(y.sum(), [leaf]);
    },
  }));
  eager("a hook of a module", /a hook of a module|a change of kernels, of hooks/, () => {
    const layer = new nn.Tanh();
    layer.registerForwardHook((_layer, _inputs, y) => (y as Tensor).mul(2));
    return { call: (x: Tensor) => layer.forward(x) };
  });
  eager("an argument that is changed in place", /a change in place of an argument/, () => ({
    call: (x: Tensor) => x.mul_(2),
  }));
  eager("retainGrad", /retainGrad/, () => {
    const w = new nn.Parameter(x(1, [3]));
    return {
      call: (x: Tensor) => {
        const y = x.mul(w);
        y.retainGrad();
        y.sum().backward();
        return y.grad;
      },
    };
  });
  // The same in the calls that are recorded, as labels of a small batch may be by chance.
  const labels = [2, 0, 1];
  for (const [name, make] of Object.entries({
    "a tensor of labels": (x: Tensor) => nn.functional.crossEntropy(x, tensor([...labels, 0], { dtype: "int32" })),
    "labels as oneHot takes them": (x: Tensor) => x.add(oneHot([...labels, 0], 3)),
    "a list of one number": (x: Tensor) => x.add(tensor([labels[0]])),
    "a typed array": (x: Tensor) => x.add(tensor(Float32Array.from(labels))),
    "indices as lists": (x: Tensor) => x.index(labels),
  })) {
    eager(`${name}, which is the same at first`, /numbers of JavaScript/, () => ({ call: make }));
  }
  eager("the state of a generator put back inside", /Generator\.[gs]etState/, () => {
    const generator = new Generator().manualSeed(1);
    const state = generator.getState();
    return { call: (x: Tensor) => x.add(rand([3], { generator: generator.setState(state) })), state: () => generator };
  });
  eager("a generator that is made inside", /Generator/, () => ({
    call: (x: Tensor) => x.add(rand([3], { generator: new Generator().manualSeed(3) })),
  }));
  eager("backward with createGraph", /createGraph/, () => {
    const w = new nn.Parameter(x(1, [3]));
    return {
      call: (x: Tensor) => {
        w.grad = null;
        x.mul(w).square().sum().backward(undefined, { createGraph: true });
        return w.grad;
      },
    };
  });
  eager("detectAnomaly inside", /detectAnomaly/, () => ({ call: (x: Tensor) => detectAnomaly(() => x.mul(2)) }));
  eager("a group that is added inside", /addParamGroup/, () => {
    const optimizer = new optim.SGD([new nn.Parameter(x(1, [3]))], { lr: 0.1 });
    return {
      call: (x: Tensor) => {
        if (optimizer.paramGroups.length < 2) optimizer.addParamGroup({ params: [new nn.Parameter(zeros([3]))] });
        return x.mul(2);
      },
    };
  });
  eager("the state of an optimiser loaded inside", /loadStateDict/, () => {
    const w = new nn.Parameter(x(1, [3]));
    const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
    const start = optimizer.stateDict();
    return {
      call: (x: Tensor) => {
        optimizer.loadStateDict(start);
        optimizer.zeroGrad();
        x.mul(w).square().sum().backward();
        optimizer.step();
      },
      state: () => [w, optimizer.stateDict()],
    };
  });
});

describe("what may differ is taken as it comes", () => {
  test("numbers as arguments, as they are and negated", () => {
    const make = (): World => ({ call: (x: Tensor, rate: number) => [x.mul(rate), x.sub(rate), x.add(1)] });
    expectReplayed(make, { args: (call) => [x(call), 1 / (call + 3)], calls: 8 });
  });

  test("seeds that are set inside", () => {
    expectReplayed(
      () => ({
        call: (x: Tensor) => {
          manualSeed(3);
          return x.add(rand([3]));
        },
      }),
      { args },
    );
    expectReplayed(
      () => {
        const generator = new Generator();
        return {
          call: (x: Tensor) => x.add(rand([3], { generator: generator.manualSeed(3) })),
          state: () => generator,
        };
      },
      { args },
    );
  });

  test("numbers that were the same at first, and change later", () => {
    const make = (): World => ({ call: (x: Tensor, rate: number) => x.mul(rate) });
    expectReplayed(make, { args: (call) => [x(call), call < 4 ? 0.5 : 1 / call], calls: 10 });
  });

  test("a number that equals another at first", () => {
    const make = (): World => ({ call: (x: Tensor, a: number, b: number) => x.mul(a).add(b) });
    expectAlike(make, { args: (call) => [x(call), call < 3 ? call + 2 : 7, call < 3 ? call + 2 : call], calls: 10 });
  });

  test("a number that is another one negated, or rounded, at first", () => {
    const make = (): World => ({ call: (x: Tensor, a: number, b: number) => x.mul(a).add(b) });
    for (const of of [(a: number) => -a, Math.fround]) {
      const given = (call: number) => [x(call), 0.1 * (call + 2), call < 3 ? of(0.1 * (call + 2)) : call];
      expectReplayed(make, { args: given, calls: 12 }, 5);
    }
  });

  test("a number that is returned", () => {
    const make = (): World => ({ call: (x: Tensor, rate: number) => ({ y: x.mul(rate), rate }) });
    expectAlike(make, { args: (call) => [x(call), call + 2], calls: 8 });
  });

  test("a number that is not used", () => {
    const make = (): World => ({ call: (x: Tensor, _at: number) => x.mul(2) });
    expectReplayed(make, { args: (call) => [x(call), call], calls: 8 });
  });

  test("a number in a list of options", () => {
    const make = (): World => ({ call: (x: Tensor, rate: number) => x.pow(2).sum().mul(rate).add(rate) });
    expectReplayed(make, { args: (call) => [x(call), call + 2], calls: 8 });
  });

  test("other shapes, of 3 kinds and of 9", () => {
    const make = (): World => ({ call: (x: Tensor) => x.mul(2).sum(0) });
    expectReplayed(make, { args: (call) => [x(call, [(call % 3) + 1, 2])], calls: 20 }, 6);
    const said: string[] = [];
    const f = compiled((x: Tensor) => x.mul(2), { warn: (message) => said.push(message) });
    for (let call = 0; call < 40; call++) {
      const given = x(call, [(call % 9) + 1]);
      expect(bitsOf(f(given))).toEqual(bitsOf(given.mul(2)));
    }
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/8 kinds/);
    expect(f.report().replayed).toBeGreaterThan(0);
  });

  test("the same tensor twice, and then two, and the other way round", () => {
    const make = (): World => ({ call: (a: Tensor, b: Tensor) => [a.mul(2).sub(b), b.add(1)] });
    for (const isFirst of [true, false]) {
      const given = (call: number) => {
        const a = x(call);
        return call < 4 === isFirst ? [a, a] : [a, x(call + 50)];
      };
      expectAlike(make, { args: given, calls: 12 });
    }
  });

  test("the same leaf twice, and its gradient", () => {
    const make = (): World => ({
      call: (a: Tensor, b: Tensor) => {
        a.mul(b).add(a).sum().backward();
        return [a.grad, b.grad];
      },
    });
    for (const isFirst of [true, false]) {
      const leaf = (seed: number) => {
        const made = x(seed);
        made.requiresGrad = true;
        return made;
      };
      const given = (call: number) => {
        const a = leaf(call);
        return call < 4 === isFirst ? [a, a] : [a, leaf(call + 50)];
      };
      expectAlike(make, { args: given, calls: 12 });
    }
  });

  test("views of one tensor, and then others", () => {
    const make = (): World => ({ call: (a: Tensor, b: Tensor) => a.sum(0).add(b.sum()) });
    for (const isFirst of [true, false]) {
      const given = (call: number) => {
        const a = x(call);
        return [a, call < 4 === isFirst ? a.reshape([12]) : x(call + 50, [12])];
      };
      expectAlike(make, { args: given, calls: 12 });
    }
  });

  test("a parameter as an argument, and then another tensor", () => {
    for (const isFirst of [true, false]) {
      const make = (): World => {
        const w = new nn.Parameter(x(1, [4, 3]));
        const optimizer = new optim.SGD([w], { lr: 0.1 });
        const other = x(2, [4, 3]);
        other.requiresGrad = true;
        let count = 0;
        const f = (a: Tensor) => {
          optimizer.zeroGrad();
          const loss = a.mul(w).square().sum();
          loss.backward();
          optimizer.step();
          return [loss, a.mul(1)];
        };
        const made = compiled(f, { warn: () => {} });
        let isPlain = false;
        return {
          before: () => void count++,
          call: (isCompiled: boolean) => {
            isPlain = !isCompiled;
            other.grad = null;
            const given = count < 5 === isFirst ? w : other;
            return isPlain ? f(given) : made(given);
          },
          state: () => [w, w.grad, other.grad, optimizer.stateDict()],
        };
      };
      const [own, plain] = [make(), make()];
      for (let call = 0; call < 12; call++) {
        own.before?.(call);
        plain.before?.(call);
        const found = (own.call as (is: boolean) => Tensor[])(true);
        const expected = (plain.call as (is: boolean) => Tensor[])(false);
        expect(found.map((y) => [...y.data])).toEqual(expected.map((y) => [...y.data]));
        expect(bitsOf(own.state?.()), `call ${call + 1}, first = ${isFirst}`).toEqual(bitsOf(plain.state?.()));
      }
    }
  });

  test("an argument that is returned is a copy, in every call", () => {
    const f = compiled((x: Tensor) => x);
    for (let call = 0; call < 5; call++) {
      const given = x(call);
      const y = f(given);
      const before = bitsOf(given);
      y.zero_();
      expect(bitsOf(given)).toEqual(before);
    }
  });

  test("a parameter that is returned stays as it was, when it is trained on", () => {
    const make = (): World => {
      const w = new nn.Parameter(x(1, [3]));
      const optimizer = new optim.SGD([w], { lr: 0.1 });
      return {
        call: (x: Tensor) => {
          optimizer.zeroGrad();
          x.mul(w).square().sum().backward();
          optimizer.step();
          return { w, g: w.grad };
        },
      };
    };
    expectReplayed(make, { args });
  });

  test("modes within: noGrad, evaluation and back", () => {
    const make = (): World => {
      manualSeed(2);
      const model = new nn.Sequential(new nn.Linear(3, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5));
      return {
        call: (x: Tensor) => {
          const y = noGrad(() => model.forward(x));
          return [y, model.forward(x).sum()];
        },
        state: () => model.stateDict(),
      };
    };
    expectReplayed(make, { args });
    const switching = (): World => {
      const world = make();
      manualSeed(2);
      const model = new nn.Sequential(new nn.Linear(3, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5));
      return {
        ...world,
        call: (x: Tensor) => {
          model.eval();
          const calm = model.forward(x);
          model.train();
          return [calm, model.forward(x)];
        },
        state: () => [model.stateDict(), model.training],
      };
    };
    expectAlike(switching, { args });
  });

  test("noGrad around it, now and then", () => {
    const w = new nn.Parameter(x(1, [3]));
    const f = compiled((x: Tensor) => {
      const y = x.mul(w).sum();
      if (y.requiresGrad) y.backward();
      return y;
    });
    for (let call = 0; call < 12; call++) {
      w.grad = null;
      const given = x(call);
      if (call % 3 === 2) noGrad(() => f(given));
      else f(given);
      expect(w.grad === null).toBe(call % 3 === 2);
    }
  });
});

describe("what goes wrong inside", () => {
  test("is the error of the function, and the next call is right", () => {
    for (const when of [1, 2, 4, 6]) {
      const make = trainedClassifier();
      const given = (call: number) => {
        const labels = randint(0, 3, [4], { generator: new Generator().manualSeed(call) });
        if (call === when) labels.data[2] = 7;
        return [x(call), labels];
      };
      const { report } = expectAlike(make, { args: given, calls: 10 });
      expect(report.replayed).toBeGreaterThan(2);
    }
  });

  function trainedClassifier() {
    return (): World => {
      manualSeed(4);
      const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Dropout(0.3), new nn.Linear(8, 3));
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: () => [model.stateDict(), model.parameters().map((p) => p.grad), optimizer.stateDict()],
      };
    };
  }

  test("an error in a recorded call leaves nothing listening", () => {
    const f = compiled((x: Tensor) => {
      x.mul(2);
      throw new Error("mine");
    });
    for (let call = 0; call < 3; call++) expect(() => f(x(call))).toThrow("mine");
    expect(x(1).sum().item()).toBe(x(1).sum().item());
  });

  test("a function that returns a promise is refused", () => {
    const f = compiled(async (x: Tensor) => x.mul(2));
    expect(() => f(x(1))).toThrow("expected a function that returns at once");
  });

  test("arguments that are neither tensors nor plain are refused", () => {
    const f = compiled((given: unknown) => given);
    expect(() => f([x(1)])).toThrow("Make it a tensor, or pass its items one by one.");
    expect(() => f({ x: x(1) })).toThrow("as argument 1");
    expect(() => f(() => 1)).toThrow("as argument 1");
    expect(() => compiled(3 as never)).toThrow("expected a function");
    expect(() => compiled(() => 1, { strickt: true } as never)).toThrow("strickt");
  });

  test("detectAnomaly around it is refused by name, and finds what it looks for", () => {
    const said: string[] = [];
    const f = compiled((x: Tensor) => x.log(), { warn: (message) => said.push(message) });
    for (let call = 0; call < 4; call++) f(x(call).abs());
    expect(() => detectAnomaly(() => f(zeros([4, 3])))).toThrow("finite values");
    expect(said.join()).toMatch(/detectAnomaly/);
  });

  test("strict throws, naming the step", () => {
    let count = 0;
    const f = compiled((x: Tensor) => x.mul(++count), { strict: true });
    expect(() => {
      for (let call = 0; call < 5; call++) f(x(call));
    }).toThrow(/expected calls that take the same steps, got 1, then 2|got 2, then 3|got 3, then 4/);
  });

  test("a check finds what a schedule changes later", () => {
    for (const check of [1, 3]) {
      const said: string[] = [];
      let count = 0;
      const f = compiled((x: Tensor) => x.mul(count++ < 6 ? 1 : 0.1), { check, warn: (message) => said.push(message) });
      let call = 0;
      for (; call < 60 && said.length === 0; call++) f(x(call));
      expect(said.join()).toMatch(/1, then 0\.1/);
      expect(bitsOf(f(x(1)))).toEqual(bitsOf(x(1).mul(0.1)));
      expect(f.report().reason).toBe(said[0].replace(" It is called as it is written.", ""));
    }
  });

  test("a check leaves what it looks at as it would have been", () => {
    const make = trainedClassifier();
    const given = (call: number) => [x(call), randint(0, 3, [4], { generator: new Generator().manualSeed(call) })];
    for (const check of [1, 2, 5]) {
      const { report } = expectAlike(make, { args: given, calls: 20, options: { check } });
      expect(report.reason).toBeNull();
    }
  });

  test("warns once", () => {
    const said: string[] = [];
    const f = compiled((x: Tensor) => x.sum().item(), { warn: (message) => said.push(message) });
    for (let call = 0; call < 9; call++) f(x(call));
    expect(said.length).toBe(1);
  });

  test("a tensor made inside and read later is refused, or holds what it held", () => {
    const made: Tensor[] = [];
    const f = compiled((x: Tensor) => {
      const y = x.mul(3);
      made.push(y);
      return y.sum();
    });
    const expected: unknown[] = [];
    for (let call = 0; call < 6; call++) {
      f(x(call));
      if (call < 2) expected.push(bitsOf(x(call).mul(3).data));
    }
    expect(made.length).toBe(2);
    for (const y of made) {
      expect(() => y.data).toThrow("made inside a compiled function");
      expect(() => y.sum().item()).toThrow("made inside a compiled function");
    }
  });
});

describe("within one another", () => {
  test("compiled functions of compiled functions compute the same", () => {
    const make = (): World => {
      const w = new nn.Parameter(x(1, [3]));
      const inner = compiled((x: Tensor) => x.mul(w).tanh());
      const outer = (x: Tensor) => inner(x.mul(2)).add(1);
      return { call: outer, state: () => w };
    };
    expectReplayed(make, { args });
  });

  test("two functions of one model take turns", () => {
    const make = (isCompiled: boolean) => {
      manualSeed(5);
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const step = (x: Tensor) => {
        optimizer.zeroGrad();
        const loss = model.forward(x).square().mean();
        loss.backward();
        optimizer.step();
        return loss;
      };
      const look = (x: Tensor) => noGrad(() => model.forward(x));
      return { model, step: isCompiled ? compiled(step) : step, look: isCompiled ? compiled(look) : look };
    };
    const [own, plain] = [make(true), make(false)];
    for (let call = 0; call < 20; call++) {
      const given = x(call);
      expect([...own.step(given).data]).toEqual([...plain.step(given).data]);
      for (const { model } of [own, plain]) model.eval();
      expect([...own.look(given).data]).toEqual([...plain.look(given).data]);
      for (const { model } of [own, plain]) model.train();
    }
    expect(bitsOf(own.model.stateDict())).toEqual(bitsOf(plain.model.stateDict()));
  });

  test("states that are changed in place go on", () => {
    const make = (): World => {
      const running = zeros([3]);
      const count = zeros([], { dtype: "int32" });
      return {
        call: (x: Tensor) => {
          running.mul_(0.9).add_(x.mean(0).mul(0.1));
          count.add_(1);
          return running.mul(2);
        },
        state: () => [running, count],
      };
    };
    expectReplayed(make, { args });
  });

  test("the default generator is used as ever", () => {
    expectReplayed(() => ({ call: (x: Tensor) => x.add(randn([4, 3])).mul(rand([3])) }), { args });
    expect(defaultGenerator.initialSeed()).toBeDefined();
    expectReplayed(() => ({ call: (a: Tensor, b: Tensor) => a.add(b) }), { args: two });
  });
});
