import { chunk, Generator, manualSeed, nn, noGrad, ones, optim, randint, stack, type Tensor, tensor } from "evenkeel";
import { characters, endMark } from "../demo/data.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";
import { codesOf, draw, shuffledNames, textOf } from "./shared/names.ts";

const F = nn.functional;
const settings = {
  small: { names: 400, window: 16, width: 32, heads: 4, blocks: 2, batch: 8, steps: 20, generated: 60 },
  whole: { names: 8000, window: 32, width: 64, heads: 4, blocks: 3, batch: 16, steps: 2000, generated: 300 },
};
const [lr, dropout, largestNorm] = [3e-3, 0.1, 1];

/** What a network is made of. */
interface Form {
  readonly window: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
}

/** Each place asks those before it and itself, in several heads at once: `[b, t, width]` → the same. */
class Attention extends nn.Module {
  readonly asked: nn.Linear;
  readonly out: nn.Linear;
  readonly dropout = new nn.Dropout(dropout);
  readonly heads: number;
  /** True where a place may not look: ahead. */
  readonly ahead: Tensor;

  constructor({ width, heads, window }: Form) {
    super();
    this.heads = heads;
    this.asked = new nn.Linear(width, 3 * width, { bias: false }); // queries, keys and values in one product
    this.out = new nn.Linear(width, width);
    this.ahead = this.registerBuffer("ahead", ones([window, window]).triu(1).gt(0), { persistent: false });
  }

  override forward(x: Tensor): Tensor {
    const [b, t, width] = x.shape;
    const size = width / this.heads;
    const inHeads = (y: Tensor) => y.reshape(b, t, this.heads, size).transpose(1, 2); // [b, heads, t, size]
    const [queries, keys, values] = chunk(this.asked.forward(x), 3, 2).map(inHeads);
    const ahead = this.ahead.slice(0, 0, t).slice(1, 0, t);
    const match = queries.matmul(keys.transpose(2, 3)).div(Math.sqrt(size));
    const share = this.dropout.forward(match.maskedFill(ahead, Number.NEGATIVE_INFINITY).softmax(3));
    const heard = share.matmul(values).transpose(1, 2).reshape(b, t, width);
    return this.out.forward(heard);
  }
}

/** Attention, then a small network for each place; both add to what was there. */
class Block extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attention: Attention;
  readonly norm2: nn.LayerNorm;
  readonly thinking: nn.Sequential;

  constructor(form: Form) {
    super();
    const { width } = form;
    this.norm1 = new nn.LayerNorm(width);
    this.attention = new Attention(form);
    this.norm2 = new nn.LayerNorm(width);
    this.thinking = new nn.Sequential(
      new nn.Linear(width, 4 * width),
      new nn.GELU(),
      new nn.Linear(4 * width, width),
      new nn.Dropout(dropout),
    );
  }

  override forward(x: Tensor): Tensor {
    const heard = x.add(this.attention.forward(this.norm1.forward(x)));
    return heard.add(this.thinking.forward(this.norm2.forward(heard)));
  }
}

/** Codes `[b, t]` to the logits of what comes next at each place, `[b, t, characters]`. */
class Gpt extends nn.Module {
  readonly window: number;
  readonly letters: nn.Embedding;
  readonly places: nn.Embedding;
  readonly blocks: nn.Sequential;
  readonly norm: nn.LayerNorm;
  readonly out: nn.Linear;

  constructor(form: Form) {
    super();
    const { window, width, blocks } = form;
    this.window = window;
    this.letters = new nn.Embedding(characters.length, width);
    this.places = new nn.Embedding(window, width);
    this.blocks = new nn.Sequential(...Array.from({ length: blocks }, () => new Block(form)));
    this.norm = new nn.LayerNorm(width);
    this.out = new nn.Linear(width, characters.length);
    // Small, so that letter and place are about equally loud, and no guess is bold at first.
    for (const { weight } of [this.letters, this.places, this.out]) nn.init.normal_(weight, { std: 0.02 });
  }

  override forward(codes: Tensor): Tensor {
    const places = this.places.weight.slice(0, 0, codes.shape[1]);
    const x = this.letters.forward(codes).add(places);
    return this.out.forward(this.norm.forward(this.blocks.forward(x)));
  }

  /** The codes that follow these, drawn one by one. */
  generate(codes: readonly number[], count: number, generator: Generator): number[] {
    const text = [...codes];
    noGrad(() => {
      for (let i = 0; i < count; i++) {
        const seen = tensor([text.slice(-this.window)], { dtype: "int32" });
        const logits = this.forward(seen).select(1, -1).flatten();
        text.push(draw(logits.softmax(0), generator));
      }
    });
    return text.slice(codes.length);
  }
}

/** What chapter 6 has gone through. */
export interface GptSeen extends Seen {
  /** How long the gradient was at each step, before it was clipped. */
  readonly norms: readonly number[];
  /** The names of all that is saved of the network. */
  readonly saved: readonly string[];
  /** What the trained network writes. */
  readonly text: string;
}

/** Chapter 6: a small GPT that reads names one after the other, and goes on by itself. */
export function gpt(size: Size, print: Print): GptSeen {
  const { names, batch, steps, generated, ...form } = settings[size];
  const text = tensor(codesOf(shuffledNames(3).slice(0, names).join(".")), { dtype: "int32" });
  manualSeed(13); // the first weights, and what is dropped
  const model = new Gpt(form);
  const optimizer = new optim.AdamW(model.parameters(), { lr });
  const generator = new Generator().manualSeed(14);
  const tell = progress(print, steps);
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < steps; step++) {
    const starts = randint(0, text.numel() - form.window, [batch], { generator }).toArray<number[]>();
    const windows = (from: number) => stack(starts.map((i) => text.slice(0, i + from, i + from + form.window)));
    const logits = model.forward(windows(0));
    const loss = F.crossEntropy(logits.flatten(0, 1), windows(1).flatten());
    optimizer.zeroGrad();
    loss.backward();
    norms.push(nn.utils.clipGradNorm_(model.parameters(), largestNorm).item());
    optimizer.step();
    losses.push(loss.item());
    tell(step, loss.item());
  }
  model.eval();
  const written = textOf(model.generate([endMark], generated, new Generator().manualSeed(15)));
  print(written.replaceAll(".", "\n"));
  return { losses: { training: losses }, norms, saved: Object.keys(model.stateDict()), text: written };
}
