import { Generator, nn, ones, randn, type Tensor, tensor, zeros } from "evenkeel";

const dtype = "float64";

/** Inputs of a model, and its loss on them. */
export interface Batch {
  readonly x: Tensor;
  readonly loss: () => Tensor;
}

/** A model, and what it is trained on, in batches of any size. */
interface Animal {
  readonly model: nn.Module;
  readonly batch: (n: number) => Batch;
}

/** How a kind of module is made: of the same numbers each time. */
export type Kind = () => Animal;

/** What draws the numbers of one animal. */
function source(): { readonly random: (shape: number[]) => Tensor; readonly generator: Generator } {
  const generator = new Generator().manualSeed(5);
  return { generator, random: (shape) => randn(shape, { generator, dtype }) };
}

const parameter = (x: Tensor): nn.Parameter => new nn.Parameter(x);

/** Batches of inputs `[n, …input]` and targets `[n, …output]`, with a squared error. */
const batchOf = (model: nn.Module, input: readonly number[], output: readonly number[]) => (n: number) => {
  const { random } = source();
  const [x, target] = [random([n, ...input]), random([n, ...output])];
  return { x, loss: (): Tensor => model.forward(x).sub(target).square().mean() };
};

/** A model of `[n, 3]`, with a squared error. */
function regression(make: (s: ReturnType<typeof source>) => nn.Module): Kind {
  return () => {
    const model = make(source());
    return { model, batch: batchOf(model, [3], [2]) };
  };
}

const marks = Symbol("marks");

/** Keeps what it has seen in fields of every sort, by assignment and in place. */
class Diary extends nn.Module {
  linear: nn.Linear;
  weight: nn.Parameter;
  runningMean = zeros([4], { dtype });
  runningVar = ones([4], { dtype });
  steps = 0;
  average: number | undefined;
  out: Tensor | null = null;
  history: number[] = [];
  shapes: (readonly number[])[] = [];
  counts = new Map<string, number>([["calls", 0]]);
  seen = new Set<number>([1]);
  bins = new Float32Array(4);
  bytes = new DataView(new ArrayBuffer(8));
  nested = { deep: { count: 0, list: [[0]], table: new Map([["a", { n: 0 }]]) } };
  raw = [[zeros([2], { dtype })]];
  old? = 7;
  tally = new Tally();
  [marks] = 0;

  constructor({ generator, random }: ReturnType<typeof source>) {
    super();
    this.linear = new nn.Linear(3, 4, { generator, dtype });
    this.weight = parameter(random([4, 2]));
  }

  override forward(x: Tensor): Tensor {
    const y = this.linear.forward(x);
    this.out = y;
    this.runningMean = this.runningMean.mul(0.9).add(y.detach().mean(0).mul(0.1));
    if (this.training) this.runningVar.mul_(0.9);
    this.steps++;
    this.average = (this.average ?? 0) + 1;
    this.history.push(this.steps);
    this.shapes.unshift(x.shape);
    this.counts.set("calls", (this.counts.get("calls") ?? 0) + 1);
    this.counts.set(`at ${this.steps}`, 1);
    this.seen.delete(1);
    this.seen.add(this.steps);
    this.bins[this.steps % 4]++;
    this.bytes.setInt32(0, this.steps);
    this.nested.deep.count++;
    this.nested.deep.list[0].push(1);
    this.nested.deep.list.push([this.steps]);
    const entry = this.nested.deep.table.get("a");
    if (entry !== undefined) entry.n++;
    this.raw[0][0].add_(1);
    this.raw.push([zeros([1])]);
    delete this.old;
    Object.assign(this, { added: this.steps });
    this.tally.add(this.steps);
    this[marks]++;
    return y.tanh().matmul(this.weight);
  }
}

/** A helper that is not a module. */
class Tally {
  total = 0;
  last: Tensor | null = null;
  add(x: number): void {
    this.total += x;
    this.last = tensor(x);
  }
}

/** A network of parameters of its own alone, with batch norm by hand and its running statistics assigned. */
class ByHand extends nn.Module {
  w1: nn.Parameter;
  gain = parameter(ones([4], { dtype }));
  bias = parameter(zeros([4], { dtype }));
  w2: nn.Parameter;
  runningMean = zeros([4], { dtype });
  runningVar = ones([4], { dtype });

  constructor({ random }: ReturnType<typeof source>) {
    super();
    this.w1 = parameter(random([3, 4]));
    this.w2 = parameter(random([4, 2]));
  }

  override forward(x: Tensor): Tensor {
    const h = x.matmul(this.w1);
    let [mean, variance] = [this.runningMean, this.runningVar];
    if (this.training) {
      mean = h.mean(0);
      variance = h.sub(mean).square().mean(0);
      this.runningMean = this.runningMean.mul(0.9).add(mean.detach().mul(0.1));
      this.runningVar = this.runningVar.mul(0.9).add(variance.detach().mul(0.1));
    }
    const normal = h.sub(mean).div(variance.add(0.1).sqrt());
    return normal.mul(this.gain).add(this.bias).tanh().matmul(this.w2);
  }
}

/** One weight under two names, used as it is and transposed; the later name may be used first. */
class Tied extends nn.Module {
  encoder: nn.Parameter;
  decoder: nn.Parameter;
  readonly isReversed: boolean;
  out: nn.Parameter;

  constructor({ random }: ReturnType<typeof source>, isReversed: boolean) {
    super();
    this.encoder = parameter(random([3, 3]));
    this.decoder = this.encoder;
    this.isReversed = isReversed;
    this.out = parameter(random([3, 2]));
  }

  override forward(x: Tensor): Tensor {
    const [first, second] = this.isReversed ? [this.decoder.T, this.encoder] : [this.encoder, this.decoder.T];
    return x.matmul(first).tanh().matmul(second).matmul(this.out);
  }
}

/** Parameters without a layer, one of no dimensions. */
class Raw extends nn.Module {
  weight: nn.Parameter;
  scale = parameter(tensor(1.5, { dtype }));

  constructor({ random }: ReturnType<typeof source>) {
    super();
    this.weight = parameter(random([3, 2]));
  }

  override forward(x: Tensor): Tensor {
    return x.matmul(this.weight).mul(this.scale).tanh();
  }
}

/** Parameters and modules in arrays within arrays, beside one that is a field. */
class Nested extends nn.Module {
  first: nn.Linear;
  biases: nn.Parameter[][];
  layers: nn.Module[];

  constructor({ generator, random }: ReturnType<typeof source>) {
    super();
    this.first = new nn.Linear(3, 4, { generator, dtype });
    this.biases = [[parameter(random([4]))], [parameter(random([2]))]];
    this.layers = [new nn.Tanh(), new nn.Linear(4, 2, { generator, dtype })];
  }

  override forward(x: Tensor): Tensor {
    const h = this.layers[0].forward(this.first.forward(x).add(this.biases[0][0]));
    return this.layers[1].forward(h).add(this.biases[1][0]);
  }
}

/** One layer frozen, and one that is not used. */
class Partly extends nn.Module {
  frozen: nn.Linear;
  used: nn.Linear;
  unused: nn.Linear;

  constructor({ generator }: ReturnType<typeof source>) {
    super();
    this.frozen = new nn.Linear(3, 3, { generator, dtype });
    for (const p of this.frozen.parameters()) p.requiresGrad = false;
    this.used = new nn.Linear(3, 2, { generator, dtype });
    this.unused = new nn.Linear(2, 2, { generator, dtype });
  }

  override forward(x: Tensor): Tensor {
    return this.used.forward(this.frozen.forward(x).tanh());
  }
}

/** One linear layer and one batch norm, each used twice. */
class Shared extends nn.Module {
  linear: nn.Linear;
  norm = new nn.BatchNorm1d(3, { dtype });
  out: nn.Linear;

  constructor({ generator }: ReturnType<typeof source>) {
    super();
    this.linear = new nn.Linear(3, 3, { generator, dtype });
    this.out = new nn.Linear(3, 2, { generator, dtype });
  }

  override forward(x: Tensor): Tensor {
    const once = this.norm.forward(this.linear.forward(x)).tanh();
    return this.out.forward(this.norm.forward(this.linear.forward(once)).tanh());
  }
}

/** Two heads on one body. */
class Heads extends nn.Module {
  body: nn.Linear;
  left: nn.Linear;
  right: nn.Linear;

  constructor({ generator }: ReturnType<typeof source>) {
    super();
    this.body = new nn.Linear(3, 4, { generator, dtype });
    this.left = new nn.Linear(4, 1, { generator, dtype });
    this.right = new nn.Linear(4, 1, { generator, dtype });
  }

  override forward(x: Tensor): Tensor {
    const h = this.body.forward(x).tanh();
    return this.left
      .forward(h)
      .sub(this.right.forward(h).mul(2))
      .mul(ones([2], { dtype }));
  }
}

/** A network with batch norm, a hidden layer and activations that are modules. */
const stack = ({ generator }: ReturnType<typeof source>, affine = true) =>
  new nn.Sequential(
    new nn.Linear(3, 4, { generator, dtype }),
    new nn.BatchNorm1d(4, { affine, dtype }),
    new nn.Tanh(),
    new nn.Linear(4, 2, { generator, dtype }),
  );

/** Modules of many kinds, all but one in float64. */
export const zoo: Readonly<Record<string, Kind>> = {
  "fields of every sort": regression((s) => new Diary(s)),
  "batch norm by hand, in one module": regression((s) => new ByHand(s)),
  tied: regression((s) => new Tied(s, false)),
  "tied, the other way": regression((s) => new Tied(s, true)),
  "raw parameters": regression((s) => new Raw(s)),
  "nested arrays": regression((s) => new Nested(s)),
  "frozen and unused": regression((s) => new Partly(s)),
  "shared layers": regression((s) => new Shared(s)),
  "batch norm": regression((s) => stack(s)),
  "no affine": regression((s) => stack(s, false)),
  "no hidden layer": regression(({ generator }) => new nn.Linear(3, 2, { generator, dtype })),
  "two heads": regression((s) => new Heads(s)),
  "weight decay in the loss": () => {
    const { model, batch } = regression((s) => stack(s))();
    const decay = () => model.parameters().reduce((sum, p) => sum.add(p.square().sum()), tensor(0, { dtype }));
    const decaying = (n: number) => ({ x: batch(n).x, loss: () => batch(n).loss().add(decay().mul(0.01)) });
    return { model, batch: decaying };
  },
  "three dimensions": () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(3, { dtype }), new nn.Sigmoid());
    return { model, batch: batchOf(model, [3, 2], [3, 2]) };
  },
};
