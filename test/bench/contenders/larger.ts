/** What a GPU is bought for, in evenkeel: convolutions on images, and a language model; line by line as in pytorch.py. */
import type { Workload } from "../workloads.ts";
import type { Prepared } from "./serve.ts";

type Library = typeof import("evenkeel");
type Module = import("evenkeel").nn.Module;
type Tensor = import("evenkeel").Tensor;

type Images = Extract<Workload, { kind: "images" }>;
type Language = Extract<Workload, { kind: "language" }>;

/** What a library can do of it. */
export function larger(library: Library) {
  const { nn, noGrad, ones, optim, randint, randn } = library;
  library.manualSeed(1);

  function trained(model: Module, x: Tensor, labels: Tensor): Prepared {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const loss = () => nn.functional.crossEntropy(model.forward(x) as Tensor, labels);
    const step = () => {
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    };
    return { step, loss: () => noGrad(() => loss().item()) };
  }

  function images({ side, channels, classes, batch }: Images): Prepared {
    const layers = channels
      .slice(1)
      .flatMap((after, i) => [
        new nn.Conv2d(channels[i], after, 3, { padding: 1 }),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
      ]);
    const places = (side >> (channels.length - 1)) ** 2;
    const last = new nn.Linear(channels[channels.length - 1] * places, classes);
    const model = new nn.Sequential(...layers, new nn.Flatten(), last);
    return trained(model, randn([batch, channels[0], side, side]), randint(0, classes, [batch]));
  }

  class Block extends nn.Module {
    readonly norm1;
    readonly norm2;
    readonly attention;
    readonly thinking;
    readonly ahead: Tensor;

    constructor({ width, heads, window }: Language) {
      super();
      this.norm1 = new nn.LayerNorm(width);
      this.norm2 = new nn.LayerNorm(width);
      this.attention = new nn.MultiheadAttention(width, heads, { batchFirst: true });
      this.thinking = new nn.Sequential(
        new nn.Linear(width, 4 * width),
        new nn.GELU(),
        new nn.Linear(4 * width, width),
      );
      this.ahead = this.registerBuffer("ahead", ones([window, window]).triu(1).gt(0), { persistent: false });
    }

    override forward(x: Tensor): Tensor {
      const y = this.norm1.forward(x);
      const [heard] = this.attention.forward(y, y, y, { attnMask: this.ahead, needWeights: false });
      const then = x.add(heard);
      return then.add(this.thinking.forward(this.norm2.forward(then)));
    }
  }

  class LanguageModel extends nn.Module {
    readonly letters;
    readonly places;
    readonly blocks;
    readonly norm;
    readonly out;

    constructor(form: Language) {
      super();
      const { characters, window, width, blocks } = form;
      this.letters = new nn.Embedding(characters, width);
      this.places = new nn.Embedding(window, width);
      this.blocks = new nn.Sequential(...Array.from({ length: blocks }, () => new Block(form)));
      this.norm = new nn.LayerNorm(width);
      this.out = new nn.Linear(width, characters);
    }

    override forward(codes: Tensor): Tensor {
      const x = this.letters.forward(codes).add(this.places.weight);
      return this.out.forward(this.norm.forward(this.blocks.forward(x))).flatten(0, 1);
    }
  }

  function language(form: Language): Prepared {
    const [codes, following] = [0, 1].map(() => randint(0, form.characters, [form.batch, form.window]));
    return trained(new LanguageModel(form), codes, following.flatten());
  }

  return { images, language };
}
