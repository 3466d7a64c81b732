import { Generator, nn, type Tensor } from "evenkeel";
import { characters, contextLength } from "./data.ts";

const embeddingSize = 10;

export interface NetworkOptions {
  readonly hiddenUnits: number;
  readonly batchNorm: boolean;
  readonly seed: number;
}

/** Guesses the next character: embedding, linear, batch norm or none, tanh, linear. */
export class Network extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly hidden: nn.Linear;
  readonly batchNorm: nn.BatchNorm1d | null;
  readonly tanh = new nn.Tanh();
  readonly output: nn.Linear;

  constructor({ hiddenUnits, batchNorm, seed }: NetworkOptions) {
    super();
    const generator = new Generator().manualSeed(seed);
    this.embedding = new nn.Embedding(characters.length, embeddingSize, { generator });
    // Batch norm takes a bias away again, and has its own.
    this.hidden = new nn.Linear(contextLength * embeddingSize, hiddenUnits, { bias: !batchNorm, generator });
    this.batchNorm = batchNorm ? new nn.BatchNorm1d(hiddenUnits) : null;
    this.output = new nn.Linear(hiddenUnits, characters.length, { generator });
    this.scaleBadly(generator.manualSeed(seed));
  }

  /** Makes all weights standard normal, whatever the number of inputs. The bias that only one network has comes last. */
  private scaleBadly(generator: Generator): void {
    const { embedding, hidden, output } = this;
    for (const weight of [embedding.weight, hidden.weight, output.weight, output.bias, hidden.bias]) {
      if (weight !== null) nn.init.normal_(weight, { generator });
    }
  }

  /** The tanh outputs, `[n, hiddenUnits]`. */
  activations(contexts: Tensor): Tensor {
    const embedded = this.embedding.forward(contexts).flatten(1);
    const preActivation = this.hidden.forward(embedded);
    return this.tanh.forward(this.batchNorm?.forward(preActivation) ?? preActivation);
  }

  /** The logits, `[n, characters]`. */
  override forward(contexts: Tensor): Tensor {
    return this.output.forward(this.activations(contexts));
  }
}
