import { nn, type Tensor } from "evenkeel";

/** What an activation said: `[examples, units]`, row by row. */
export interface Said {
  readonly output: ArrayLike<number>;
  readonly units: number;
}

/** What went into it, too. */
interface Seen extends Said {
  readonly input: ArrayLike<number>;
}

/** Watches one activation of a network, for its bitmap and for a unit that is followed. */
export class Watch {
  last: Seen | null = null;

  constructor(activation: nn.Module) {
    activation.registerForwardHook((_, [input], output) => {
      const [x, y] = [input, output] as [Tensor, Tensor];
      this.last = { input: x.data.slice(), output: y.data.slice(), units: x.shape[1] };
    });
  }
}

/** The activations of a network, from the first hidden layer to the last. */
export const activationsOf = (model: nn.Sequential): nn.Module[] =>
  model
    .namedModules()
    .map(([, module]) => module)
    .filter((m) => m instanceof nn.Tanh || m instanceof nn.Sigmoid || m instanceof nn.ReLU);

/** The numbers of one unit, over the examples. */
export const unitOf = (values: ArrayLike<number>, units: number, unit: number): Float32Array =>
  Float32Array.from({ length: values.length / units }, (_, i) => values[i * units + unit]);

/** A percentile of sorted numbers, 0 to 1, between neighbours by a straight line. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
