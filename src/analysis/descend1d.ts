import { grad } from "../autograd/grad.ts";
import { isTensor } from "../brand.ts";
import { tensor } from "../create.ts";
import { describe, TensorError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { Cost } from "./loss.ts";

/** What {@link descend1d} may be told. */
export interface Descend1dOptions {
  /** Where to start, once each. */
  readonly starts: readonly number[];
  /** The learning rate of gradient descent. */
  readonly lr: number;
  /** The most steps from each start. Default `100`. */
  readonly steps?: number;
  /** A descent has arrived where the slope is no steeper than this. Default `1e-6`. */
  readonly tolerance?: number;
}

/** One descent. */
export interface Descent {
  /** Where it was at each step, the start first. */
  readonly x: readonly number[];
  /** The loss at each place; null where it is not finite. */
  readonly loss: readonly (number | null)[];
  /** `"arrived"` at a slope of 0, `"diverged"` to where the loss is not finite, or `"moving"` after the last step. */
  readonly outcome: "arrived" | "diverged" | "moving";
  /** The step after which it had arrived; null if it has not. */
  readonly arrivedAfter: number | null;
  /** How often it stepped over a minimum: how often the slope changed its sign. */
  readonly overshoots: number;
}

/** What {@link descend1d} returns. */
export interface Descents {
  /** The descents, a start each. */
  readonly descents: readonly Descent[];
  /** How they went. */
  readonly options: Required<Descend1dOptions>;
  /** The evaluations of the function, and of its derivative. */
  readonly cost: Cost;
}

const where = "descend1d";

/**
 * Gradient descent on a function of one number, `x ← x − lr·f'(x)`, from several starts: a slice of a landscape as the
 * text draws it, with three initialisations that fare differently.
 *
 * For a slice of a model's loss let `fn` move the parameters along a direction, by `lineProbe`'s steps for example.
 *
 * @param fn - from a float64 tensor of one number to the loss, made by operations on it.
 * @throws TensorError if there is no start, or `fn` returns anything but one number that depends on its argument.
 * @see The text, "Let's take a look at what the convergence behavior in the loss landscape looks like without BN for 3
 * different initialization points".
 *
 * @example
 * ```ts
 * import { descend1d } from "evenkeel/analysis";
 *
 * const { descents } = descend1d((x) => x.square(), { starts: [1, -4], lr: 0.5 });
 * console.log(descents.map(({ x, outcome }) => [x.length, outcome])); // => [ [ 2, 'arrived' ], [ 2, 'arrived' ] ]
 * console.log(descend1d((x) => x.square(), { starts: [1], lr: 1.5 }).descents[0].overshoots > 50); // => true
 * ```
 */
export function descend1d(fn: (x: Tensor) => Tensor, options: Descend1dOptions): Descents {
  checkOptions(where, options, ["starts", "lr", "steps", "tolerance"]);
  const { starts, lr, steps = 100, tolerance = 1e-6 } = options ?? {};
  const isSane =
    Array.isArray(starts) &&
    starts.length > 0 &&
    starts.every(Number.isFinite) &&
    Number.isFinite(lr) &&
    Number.isInteger(steps) &&
    steps >= 0 &&
    tolerance >= 0;
  if (!isSane) {
    throw new TensorError(where, {
      expected: "finite starts, a finite lr, steps as a whole number of 0 or more, and a tolerance of 0 or more",
      got: describe(options),
    });
  }
  let evaluations = 0;
  const descents = starts.map((start): Descent => {
    const [xs, losses] = [[start], [] as (number | null)[]];
    let overshoots = 0;
    let before = 0;
    for (let step = 0; ; step++) {
      const { value, slope } = slopeAt(fn, xs[step]);
      evaluations++;
      losses.push(Number.isFinite(value) ? value : null);
      if (!Number.isFinite(value) || !Number.isFinite(slope)) {
        return { x: xs, loss: losses, outcome: "diverged", arrivedAfter: null, overshoots };
      }
      if (before * slope < 0) overshoots++;
      before = slope;
      if (Math.abs(slope) <= tolerance) {
        return { x: xs, loss: losses, outcome: "arrived", arrivedAfter: step, overshoots };
      }
      if (step === steps) return { x: xs, loss: losses, outcome: "moving", arrivedAfter: null, overshoots };
      xs.push(xs[step] - lr * slope);
    }
  });
  const settings = { starts: [...starts], lr, steps, tolerance };
  return { descents, options: settings, cost: { forward: evaluations, backward: evaluations } };
}

function slopeAt(fn: (x: Tensor) => Tensor, at: number): { readonly value: number; readonly slope: number } {
  const x = tensor(at, { dtype: "float64", requiresGrad: true });
  const y = fn(x);
  if (!isTensor(y) || y.numel() !== 1 || !y.requiresGrad) {
    throw new TensorError(where, {
      expected: "one number that depends on x, from the function",
      got: describe(y),
      hint: "Use tensor operations on x, such as x.square().",
    });
  }
  return { value: y.item(), slope: grad(y, [x])[0].item() };
}
