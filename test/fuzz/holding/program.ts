import {
  apply,
  Generator,
  grad,
  type HookHandle,
  nn,
  optim,
  type Primitive,
  randint,
  randn,
  type Tensor,
  useKernels,
} from "evenkeel";

// A program trains networks and holds on to values, as its seed says.

/** Sizes around those from which memory is used again (32), lies in the arena (64) and is worked on by SIMD (128, 256). */
const widths = [1, 2, 3, 5, 7, 8, 9, 11, 16, 17, 31, 33, 40] as const;
const rowCounts = [2, 3, 4, 8, 16, 17, 33] as const;

/** Numbers in [0, 1), from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Held {
  readonly what: string;
  readonly numbers: () => Iterable<number> & { readonly length: number };
  readonly was: Float64Array;
}

/** All that a program computed, and what of it has changed since it was held. */
export interface Outcome {
  readonly computed: readonly Float64Array[];
  readonly changed: readonly string[];
  /** The largest number of elements of what was held. */
  readonly largest: number;
}

const fault = new Error("a fault of the program's");

/** Runs the program of a seed. */
export function runProgram(seed: number): Outcome {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  const generator = new Generator().manualSeed(seed);
  const held: Held[] = [];
  const computed: Float64Array[] = [];

  const hold = (what: string, x: Tensor | null, isLive = false) => {
    if (x === null) return;
    const was = Float64Array.from(x.data);
    computed.push(was);
    if (isLive) return;
    const { data } = x;
    held.push({ what, numbers: () => x.data, was }, { what: `${what}: its data`, numbers: () => data, was });
  };

  const dtype = pick(["float32", "float64"] as const);
  const [n, width, hidden, classes] = [pick(rowCounts), pick(widths), pick(widths), 1 + pick(widths)];
  const makeModel = () => {
    const layers: nn.Module[] = [new nn.Linear(width, hidden, { bias: random() < 0.5, dtype, generator })];
    for (let i = below(3); i >= 0; i--) {
      if (random() < 0.6) layers.push(new nn.BatchNorm1d(hidden, { dtype }));
      layers.push(pick([() => new nn.Tanh(), () => new nn.ReLU(), () => new nn.Sigmoid()])());
      if (random() < 0.5) layers.push(new nn.Linear(hidden, hidden, { dtype, generator }));
    }
    return new nn.Sequential(...layers, new nn.Linear(hidden, classes, { dtype, generator }));
  };
  const models = random() < 0.3 ? [makeModel(), makeModel()] : [makeModel()];
  const sharesOne = models.length === 2 && random() < 0.5;
  const optimizers = models.map((model, i) => {
    const own = model.parameters();
    const params = sharesOne && i === 1 ? [...own, models[0].parameters()[0]] : own;
    return random() < 0.5 ? new optim.SGD(params, { lr: 0.01, momentum: 0.9 }) : new optim.Adam(params);
  });
  const x = randn([n, width], { generator, dtype });
  const labels = randint(0, classes, [n], { generator });
  const handles: HookHandle[] = [];
  const across = new Map<string, Tensor>();
  const views: (readonly [p: Tensor, view: Tensor])[] = [];

  const operation = (): Primitive => {
    const op: Primitive = {
      name: "holding",
      forward: (k, a) => {
        const y = k.add(a, a);
        return y;
      },
      vjp: [
        (g, y) => {
          hold("the gradient in a pullback", g);
          hold("the output in a pullback", y);
          hold("what a pullback makes", g.mul(3));
          return g.mul(2);
        },
      ],
    };
    if (random() < 0.5) return op;
    class Operation {}
    for (const [name, value] of Object.entries(op)) Object.defineProperty(Operation, name, { value });
    return Operation as unknown as Primitive;
  };

  /** A loss of a model, with whatever the program puts between. */
  const lossOf = (model: nn.Sequential): Tensor => {
    let y = model.forward(x);
    if (random() < 0.3) hold("an output", y);
    if (random() < 0.2) y = random() < 0.5 ? apply(operation(), y) : y.apply(operation());
    if (random() < 0.2) {
      const inner = y.tanh();
      inner.registerHook((g) => {
        hold("the gradient at an inner tensor", g);
        const made = g.mul(2);
        hold("what a hook makes", made);
        if (random() < 0.5) y.registerHook((h) => hold("the gradient of a hook's hook", h));
        return random() < 0.5 ? made : undefined;
      });
      y = inner;
    }
    if (random() < 0.2)
      y = y
        .reshape(-1)
        .reshape([n, classes])
        .add(y.mean(0, { keepdim: true }));
    if (random() < 0.1) {
      y.retainGrad();
      across.set("retained", y);
    }
    return nn.functional.crossEntropy(y, labels);
  };

  const actions: readonly ((i: number) => void)[] = [
    (i) => {
      lossOf(models[i]).backward();
    },
    (i) => {
      const loss = lossOf(models[i]);
      for (let again = below(3); again >= 0; again--) {
        for (const g of grad(loss, models[i].parameters())) hold("a gradient by grad", g);
      }
    },
    (i) => {
      const loss = lossOf(models[i]);
      loss.backward();
      if (random() < 0.5) loss.backward();
    },
    (i) => {
      const loss = lossOf(models[i]);
      const recorded = grad(loss, models[i].parameters(), { createGraph: true });
      for (let between = below(3); between > 0; between--) grad(loss, models[i].parameters());
      const along = recorded.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
      if (random() < 0.3) along.backward();
      else for (const g of grad(along, models[i].parameters())) hold("a second gradient", g);
    },
    (i) => lossOf(models[i]).backward(null, { createGraph: true }),
    (i) => {
      const p = pick(models[i].parameters());
      const assigned = randn(p.shape, { generator, dtype });
      p.grad = assigned;
      if (random() < 0.5) hold("an assigned gradient", p.grad, true);
      models[i].zeroGrad();
      hold("an assigned gradient, cleared", assigned);
    },
    (i) => {
      const p = pick(models[i].parameters());
      handles.push(
        p.registerHook((g) => {
          hold("the gradient at a leaf", g);
          hold("what a leaf's hook makes", g.add(1));
        }),
      );
    },
    () => handles.splice(below(handles.length + 1), 1)[0]?.remove(),
    (i) => {
      const { grad: g } = pick(models[i].parameters());
      if (g !== null) hold("the gradient of a parameter, copied", g.clone());
      models[i].zeroGrad(); // else the next backward adds to what is held
      hold("the gradient of a parameter", g);
    },
    (i) => {
      const p = pick(models[i].parameters());
      const view = p.detach().reshape(-1).reshape(p.shape);
      hold("a parameter", view, true);
      views.push([p, view]);
    },
    (i) => {
      const kept = models[i].stateDict();
      for (const value of Object.values(kept)) hold("a state", value);
      if (random() < 0.5) models[i].loadStateDict(kept);
    },
    (i) => {
      const handle = pick([...models[i]]).registerForwardHook((_, inputs, y) => {
        hold("the input of a layer", inputs[0] as Tensor);
        hold("the output of a layer", y);
        if (random() < 0.2) throw fault;
      });
      handles.push(handle);
    },
    (i) => {
      const y = models[i].forward(x);
      y.registerHook(() => {
        throw fault;
      });
      y.sum().backward();
    },
    (i) => {
      optimizers[i].step(() => {
        lossOf(models[i]).backward();
        if (random() < 0.2) throw fault;
        return 0;
      });
    },
    () => {
      const leaf = x.clone();
      leaf.requiresGrad = true;
      leaf.registerHook((g) => {
        hold("what a hook of the leaf that is walked from makes", g.mul(2));
        return g.mul(3);
      });
      leaf.backward(x);
      hold("its gradient", leaf.grad);
    },
    () => hold("a retained gradient", across.get("retained")?.grad ?? null, true),
    () => useKernels(pick(["wasm", "reference"] as const)),
    (i) => {
      const p = pick(models[i].parameters());
      const y = p.mul(2).reshape(-1).reshape(p.shape);
      hold("a view of a view", y);
      hold("changed in place", y.detach().clone().add_(y.detach()));
    },
  ];

  try {
    for (let line = 6 + below(20); line >= 0; line--) {
      const i = below(models.length);
      try {
        pick(actions)(i);
        if (random() < 0.5) optimizers[i].step();
        if (random() < 0.5) optimizers[i].zeroGrad();
      } catch (error) {
        if (error !== fault) throw error;
      }
    }
    for (const model of models) for (const p of model.parameters()) computed.push(Float64Array.from(p.data));
  } finally {
    useKernels("wasm");
  }
  const isChanged = ({ numbers, was }: Held) => {
    let i = 0;
    for (const value of numbers()) if (!Object.is(value, was[i++])) return true;
    return false;
  };
  const changed = held.filter(isChanged).map(({ what }) => what);
  if (views.some(([p, view]) => p.data !== view.data)) changed.push("the memory of a parameter, not that of its view");
  return { computed, changed, largest: Math.max(0, ...held.map(({ was }) => was.length)) };
}
