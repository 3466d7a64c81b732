import { notNegative } from "../../base/optionKinds.ts";
import { type OptionKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { zeros } from "../../functions/factories.ts";
import { aGenerator, type Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { drawFrom } from "../init/fill.ts";
import { checkPlaces, checkRows, checkSize } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link Noise1d} and {@link Noise2d}: the spreads of the noise, those of the paper by default. */
export interface NoiseOptions {
  /** The shift of a unit in one step is `μ ~ U(−nMu, nMu)`. Default `0.5`. */
  readonly nMu?: number;
  /** The scale of a unit in one step is `σ ~ U(1, nSigma)`; 1 or more. Default `1.25`. */
  readonly nSigma?: number;
  /** The shift of one value is `m ~ U(μ − rMu, μ + rMu)`. Default `0.1`. */
  readonly rMu?: number;
  /** The scale of one value is `s ~ N(σ, rSigma)`, `rSigma` its standard deviation. Default `0.1`. */
  readonly rSigma?: number;
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** Options of {@link Noise1d}. */
export type Noise1dOptions = NoiseOptions;

const fromOne: OptionKind = {
  expected: "a finite number of 1 or more",
  accepts: (value) => notNegative.accepts(value) && (value as number) >= 1,
};

/** The rules of {@link NoiseOptions}. */
export const noiseRules = {
  nMu: { is: notNegative, default: 0.5 },
  nSigma: { is: fromOne, default: 1.25 },
  rMu: { is: notNegative, default: 0.1 },
  rSigma: { is: notNegative, default: 0.1 },
  generator: { is: aGenerator },
} as const satisfies OptionRules<NoiseOptions>;

/** What the noise is drawn from. */
export interface NoiseLaw extends Required<Omit<NoiseOptions, "generator">> {
  readonly generator: Generator | undefined;
}

/** `s·x + m`, with noise drawn anew: per unit, then per value. */
export function noisy(x: Tensor, { nMu, nSigma, rMu, rSigma, generator }: NoiseLaw): Tensor {
  if (x.numel() === 0) return x;
  const random = drawFrom({ generator });
  const { shape, dtype } = x;
  const units = shape.map((size, dim) => (dim === 1 ? size : 1));
  const mu = zeros(units, { dtype }).uniform_(-nMu, nMu, random);
  const sigma = zeros(units, { dtype }).uniform_(1, nSigma, random);
  const m = zeros(shape, { dtype }).uniform_(-rMu, rMu, random).add(mu);
  const s = zeros(shape, { dtype }).normal_(0, rSigma, random).add(sigma);
  return x.mul(s).add(m);
}

/** How the law is printed. */
export function showLaw({ nMu, nSigma, rMu, rSigma }: NoiseLaw): string {
  return Object.entries({ nMu, nSigma, rMu, rSigma })
    .map(([name, value]) => `${name}=${showNumber(value)}`)
    .join(", ");
}

/** What noise is on inputs of any number of dimensions. */
abstract class Noise extends Module implements NoiseLaw {
  /** How many features there are. */
  readonly numFeatures: number;
  /** Half the range of a unit's shift. */
  declare readonly nMu: number;
  /** The most that a unit's scale can be. */
  declare readonly nSigma: number;
  /** Half the range of a value's shift about its unit's. */
  declare readonly rMu: number;
  /** The standard deviation of a value's scale about its unit's. */
  declare readonly rSigma: number;
  /** Where the random numbers come from, if not from the default generator. */
  declare readonly generator: Generator | undefined;

  /** @internal */
  protected constructor(where: string, numFeatures: number, options: NoiseOptions) {
    const law = optionsOf(where, options, noiseRules);
    checkSize(where, "numFeatures", numFeatures);
    super();
    this.numFeatures = numFeatures;
    Object.assign(this, law);
  }

  /** @internal Refuses an input of a shape that is not for this class. */
  protected abstract check(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.check(x);
    return this.training ? noisy(x, this) : x;
  }

  override extraRepr(): string {
    return `${this.numFeatures}, ${showLaw(this)}`;
  }
}

/**
 * Shifts and scales values at random while training, by a law that itself changes at random from step to step and from
 * unit to unit: the noise of {@link NoisyBatchNorm1d} without batch norm, which is the control that it needs.
 *
 * Every `forward` in training draws, for each unit, `μ ~ U(−nMu, nMu)` and `σ ~ U(1, nSigma)`; then, for each value,
 * `m ~ U(μ − rMu, μ + rMu)` and `s ~ N(σ, rSigma)`; and returns `y = s·x + m`. To the gradient, `s` and `m` are
 * constants: it is multiplied by `s`. Evaluating, it passes its input on as it is, and draws nothing.
 *
 * They are drawn in that order, all units or values of one kind before the next. The paper writes `N(σ, rSigma)` without
 * a word on whether `rSigma` is a variance; here it is the standard deviation, as `rMu` is in the units of `μ`.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same. Each place along `l` is a value of its own.
 *
 * @throws {@link TensorError} for an option out of its range, or an input of another shape or no float.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, Algorithm 1 and
 * section A.2.1.
 *
 * @example
 * ```ts
 * import { Generator, nn, zeros } from "evenkeel";
 *
 * const noise = new nn.Noise1d(3, { generator: new Generator().manualSeed(0) });
 * const y = noise.forward(zeros([100, 3]));
 * console.log(y.abs().max().item() < 0.6); // => true
 * console.log(noise.eval().forward(zeros([1, 3]))); // => tensor([[0., 0., 0.]])
 * ```
 */
export class Noise1d extends Noise {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Noise1d";
  /** @internal */
  static readonly evenkeelLayer: string = "Noise1d";

  /** @param options - see {@link NoiseOptions}. */
  constructor(numFeatures: number, options: NoiseOptions = {}) {
    super("Noise1d", numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkRows("Noise1d.forward", x, this.numFeatures);
  }
}

/**
 * {@link Noise1d} of pictures: a law for each channel, and noise for each of its places.
 *
 * Shapes: `[n, numFeatures, h, w]` → the same.
 *
 * @throws {@link TensorError} for an option out of its range, or an input of another shape or no float.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, Algorithm 1 and
 * section A.2.1.
 *
 * @example
 * ```ts
 * import { Generator, nn, zeros } from "evenkeel";
 *
 * const noise = new nn.Noise2d(3, { generator: new Generator().manualSeed(0) });
 * console.log(noise.forward(zeros([8, 3, 5, 5])).abs().max().item() < 0.6); // => true
 * ```
 */
export class Noise2d extends Noise {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Noise2d";
  /** @internal */
  static readonly evenkeelLayer: string = "Noise2d";

  /** @param options - see {@link NoiseOptions}. */
  constructor(numFeatures: number, options: NoiseOptions = {}) {
    super("Noise2d", numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkPlaces("Noise2d.forward", x, this.numFeatures, ["h", "w"]);
  }
}
