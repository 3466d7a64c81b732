import { Generator, manualSeed, nn, noGrad, optim, randint, type Tensor, tensor } from "evenkeel";
import { characters } from "../demo/data.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";
import { inventName, shuffledNames, toExamples } from "./shared/names.ts";

const F = nn.functional;
const settings = {
  small: { names: 400, hidden: 24, steps: 25 },
  whole: { names: 8000, hidden: 96, steps: 4000 },
};
const [contextLength, embedding, batch, lr] = [8, 10, 32, 0.1];

/** Places side by side become one: `[b, places, c]` → `[b, places/2, 2c]`, and `[b, 2c]` where one place is left. */
class JoinNeighbours extends nn.Module {
  override forward(x: Tensor): Tensor {
    const [b, places, c] = x.shape;
    return places === 2 ? x.reshape(b, 2 * c) : x.reshape(b, places / 2, 2 * c);
  }
}

/** Batch norm where features are last, `[b, places, c]`: its mean is over examples and places alike. */
class NormOfLast extends nn.Module {
  readonly norm: nn.BatchNorm1d;

  constructor(features: number) {
    super();
    this.norm = new nn.BatchNorm1d(features);
  }

  override forward(x: Tensor): Tensor {
    // BatchNorm1d has features second, in PyTorch too: [b, c, places].
    return x.ndim === 2 ? this.norm.forward(x) : this.norm.forward(x.transpose(1, 2)).transpose(1, 2);
  }
}

/** What chapter 5 has gone through. */
export interface TreeSeen extends Seen {
  /** Names that the trained network makes up. */
  readonly names: readonly string[];
}

/** Chapter 5: eight letters joined two by two, as in a tree, with batch norm at each height. */
export function tree(size: Size, print: Print): TreeSeen {
  const { names: count, hidden, steps } = settings[size];
  const names = shuffledNames(3).slice(0, count);
  const held = Math.floor(0.9 * count);
  const { contexts, next } = toExamples(names.slice(0, held), contextLength);
  const validation = toExamples(names.slice(held), contextLength);

  manualSeed(10);
  const joined = (inputs: number): nn.Module[] => [
    new JoinNeighbours(),
    new nn.Linear(2 * inputs, hidden, { bias: false }),
    new NormOfLast(hidden),
    new nn.Tanh(),
  ];
  const model = new nn.Sequential(
    new nn.Embedding(characters.length, embedding),
    ...joined(embedding),
    ...joined(hidden),
    ...joined(hidden),
    new nn.Linear(hidden, characters.length),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, Math.floor(0.75 * steps));
  const generator = new Generator().manualSeed(11);
  const tell = progress(print, steps);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const i = randint(0, next.numel(), [batch], { generator });
    const loss = F.crossEntropy(model.forward(contexts.index(i)), next.index(i));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    losses.push(loss.item());
    tell(step, loss.item());
  }

  model.eval(); // batch norm by its running statistics: one example is enough
  const validated = noGrad(() => F.crossEntropy(model.forward(validation.contexts), validation.next).item());
  print(`On names that were held out the loss is ${validated.toFixed(4)}.`);
  const following = (codes: readonly number[]) => {
    const context = [...new Array<number>(contextLength).fill(0), ...codes].slice(-contextLength);
    return noGrad(() =>
      model
        .forward(tensor([context], { dtype: "int32" }))
        .softmax(1)
        .flatten(),
    );
  };
  const drawing = new Generator().manualSeed(12);
  const invented = Array.from({ length: 10 }, () => inventName(following, drawing));
  print(`Names: ${invented.join(", ")}`);
  return { losses: { training: losses, validation: [validated] }, names: invented };
}
