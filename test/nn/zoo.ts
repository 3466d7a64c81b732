import { Generator, nn, noGrad, ones, type Tensor, tensor, zeros } from "evenkeel";

// Modules as people write them: parameters, children and state in every place where they may lie.

const generator = () => new Generator().manualSeed(4);
const linear = () => new nn.Linear(3, 3, { generator: generator() });
const weight = (value = 0.5) => new nn.Parameter(ones([3]).mul(value));

class InArray extends nn.Module {
  weights = [weight(), weight(2)];

  override forward(x: Tensor): Tensor {
    return this.weights.reduce((y, w) => y.mul(w), x);
  }
}

class InNestedArrays extends nn.Module {
  weights = [[weight()], [weight(2), weight(3)]];

  override forward(x: Tensor): Tensor {
    return this.weights.flat().reduce((y, w) => y.mul(w), x);
  }
}

class InObject extends nn.Module {
  weights = { inner: weight(), outerMost: weight(2) };

  override forward(x: Tensor): Tensor {
    return x.mul(this.weights.inner).add(this.weights.outerMost);
  }
}

class InMap extends nn.Module {
  weights = new Map([
    ["b", weight()],
    ["a", weight(2)],
  ]);

  override forward(x: Tensor): Tensor {
    return [...this.weights.values()].reduce((y, w) => y.mul(w), x);
  }
}

class ModulesInArrays extends nn.Module {
  blocks = [[linear(), new nn.Tanh(), new nn.BatchNorm1d(3)], [linear()]];

  override forward(x: Tensor): Tensor {
    return this.blocks.flat().reduce<Tensor>((y, block) => block.forward(y), x);
  }
}

class ModulesInObject extends nn.Module {
  heads = { left: linear(), right: new nn.BatchNorm1d(3) };

  override forward(x: Tensor): Tensor {
    return this.heads.left.forward(x).mul(this.heads.right.forward(x));
  }
}

class ModulesInDict extends nn.Module {
  heads = new nn.ModuleDict({ leftHand: linear() }).set("right", new nn.BatchNorm1d(3));

  override forward(x: Tensor): Tensor {
    return [...this.heads.values()].reduce<Tensor>((y, head) => y.mul(head.forward(x)), x);
  }
}

class ModulesInMap extends nn.Module {
  heads = new Map<string | number, nn.Linear>([
    ["z", linear()],
    [1, linear()],
  ]);

  override forward(x: Tensor): Tensor {
    return [...this.heads.values()].reduce<Tensor>((y, head) => head.forward(y), x);
  }
}

class TiedByLayer extends nn.Module {
  embed = linear();
  out = new nn.Linear(3, 3, { bias: false });

  constructor() {
    super();
    this.out.weight = this.embed.weight;
  }

  override forward(x: Tensor): Tensor {
    return this.out.forward(this.embed.forward(x).tanh());
  }
}

class TiedByField extends nn.Module {
  embed = linear();
  tiedWeight = this.embed.weight;

  override forward(x: Tensor): Tensor {
    return this.embed.forward(x).matmul(this.tiedWeight);
  }
}

class SharedLayer extends nn.Module {
  first = linear();
  second = [this.first, linear()];

  override forward(x: Tensor): Tensor {
    return this.second.reduce<Tensor>((y, layer) => layer.forward(y), this.first.forward(x));
  }
}

class OfItsOwn extends nn.Module {
  weight = weight();
  scale = new nn.Parameter(tensor(2));
  bias = weight(0.1);
  steps = 0;

  override forward(x: Tensor): Tensor {
    this.steps += 1;
    return x.mul(this.weight).mul(this.scale).add(this.bias);
  }
}

class Frozen extends nn.Module {
  base = linear();
  head = linear();

  constructor() {
    super();
    for (const p of this.base.parameters()) p.requiresGrad = false;
  }

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.base.forward(x));
  }
}

class ByHand extends nn.Module {
  weight = weight();
  runningMean = zeros([3]);
  runningVar = ones([3]);
  history: Tensor[] = [];

  override forward(x: Tensor): Tensor {
    const [mean, variance] = [x.mean(0), x.var(0)];
    if (this.training) {
      noGrad(() => {
        this.runningMean = this.runningMean.mul(0.9).add(mean.mul(0.1));
        this.runningVar = this.runningVar.mul(0.9).add(variance.mul(0.1));
        this.history.push(mean);
      });
    }
    return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(this.weight);
  }
}

class Keeping extends nn.Module {
  linear = linear();
  out: Tensor | null = null;
  last: { x?: Tensor; hidden?: Tensor } = {};

  override forward(x: Tensor): Tensor {
    this.out = this.linear.forward(x);
    this.last = { x, hidden: this.out.tanh() };
    return this.out;
  }
}

class WithCapitals extends nn.Module {
  W1 = weight();
  b1 = weight(0.1);
  W_out = weight(2);
  layerNorm = new nn.LayerNorm(3);

  override forward(x: Tensor): Tensor {
    return this.layerNorm.forward(x.mul(this.W1).add(this.b1)).mul(this.W_out);
  }
}

class Transient extends nn.Module {
  scale = weight();
  mean = zeros([3]);
  mask = this.registerBuffer("mask", ones([3]), { persistent: false });

  override forward(x: Tensor): Tensor {
    return x.sub(this.mean).mul(this.mask).mul(this.scale);
  }
}

class AllInOne extends nn.Module {
  block = linear();
  weights = [weight()];
  mean = zeros([3]);
  scale = weight();
  more = [linear()];

  override forward(x: Tensor): Tensor {
    return this.more[0].forward(this.block.forward(x.sub(this.mean)).mul(this.weights[0])).mul(this.scale);
  }
}

/** Each under the name that it has in test/golden/nn/modules.py. */
export const zoo: Readonly<Record<string, () => nn.Module>> = {
  "parameters in an array": () => new InArray(),
  "parameters in nested arrays": () => new InNestedArrays(),
  "parameters in an object": () => new InObject(),
  "parameters in a Map": () => new InMap(),
  "modules in nested arrays": () => new ModulesInArrays(),
  "modules in an object": () => new ModulesInObject(),
  "modules in a ModuleDict": () => new ModulesInDict(),
  "modules in a Map": () => new ModulesInMap(),
  "a weight tied by a layer": () => new TiedByLayer(),
  "a weight tied by a field": () => new TiedByField(),
  "a layer that stands twice": () => new SharedLayer(),
  "parameters of its own, one of no dimensions": () => new OfItsOwn(),
  frozen: () => new Frozen(),
  "running statistics by hand": () => new ByHand(),
  "an output that is kept": () => new Keeping(),
  "names with capitals": () => new WithCapitals(),
  "a buffer that is not saved": () => new Transient(),
  "a Sequential with names": () =>
    new nn.Sequential({
      bnHidden: new nn.BatchNorm1d(3),
      hidden: linear(),
      inner: new nn.Sequential({ out: linear() }),
    }),
  "all in one, in another order": () => new AllInOne(),
};
