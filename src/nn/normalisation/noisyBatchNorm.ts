import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type NoiseLaw, type NoiseOptions, noiseRules, noisy, showLaw } from "../layers/noise.ts";
import { BatchNorm1d } from "./batchNorm1d.ts";
import { BatchNorm2d } from "./batchNorm2d.ts";
import { type BatchNormLayerOptions, batchNormRules } from "./batchNormLayer.ts";

/** Options of {@link NoisyBatchNorm1d} and {@link NoisyBatchNorm2d}: those of batch norm, and those of the noise. */
export interface NoisyBatchNormOptions extends BatchNormLayerOptions, NoiseOptions {}

/** Options of {@link NoisyBatchNorm1d}. */
export type NoisyBatchNorm1dOptions = NoisyBatchNormOptions;

const rules = /* @__PURE__ */ Object.assign(
  {},
  batchNormRules,
  noiseRules,
) satisfies OptionRules<NoisyBatchNormOptions>;

/** The options of the noise as a law, and the others. */
function parted(where: string, options: NoisyBatchNormOptions): [law: NoiseLaw, batchNorm: BatchNormLayerOptions] {
  const { nMu, nSigma, rMu, rSigma, generator, ...batchNorm } = optionsOf(where, options, rules);
  return [{ nMu, nSigma, rMu, rSigma, generator }, batchNorm];
}

/**
 * Batch norm, and after it noise that keeps the distributions moving: if batch norm helped by holding them still, this
 * would undo it.
 *
 * While training, it is `y = s·batchNorm(x) + m`, with `s` and `m` as {@link Noise1d} draws them: `μ ~ U(−nMu, nMu)` and
 * `σ ~ U(1, nSigma)` for each unit and each step, `m ~ U(μ − rMu, μ + rMu)` and `s ~ N(σ, rSigma)` for each value, with
 * `rSigma` the standard deviation; constants to the gradient. Evaluating, it is batch norm. Running statistics are of
 * the input, before any noise.
 *
 * It has the parameters and buffers of {@link BatchNorm1d}, under the same names. An analysis needs the same loss each
 * time: seed the `generator` anew in the function that computes it.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same.
 *
 * @throws {@link TensorError} as {@link BatchNorm1d}, and for an option of the noise out of its range.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, Algorithm 1 and
 * section A.2.1, whose numbers are the defaults.
 *
 * @example
 * ```ts
 * import { Generator, nn, randn } from "evenkeel";
 *
 * const generator = new Generator().manualSeed(0);
 * const norm = new nn.NoisyBatchNorm1d(3, { generator });
 * const x = randn([64, 3], { generator });
 * console.log(norm.forward(x).mean(0).abs().max().item() > 0.05); // => true
 * console.log(norm.eval().forward(x).eq(norm.forward(x)).all().item()); // => true
 * ```
 */
export class NoisyBatchNorm1d extends BatchNorm1d implements NoiseLaw {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "NoisyBatchNorm1d";
  /** @internal */
  static override readonly evenkeelLayer: string = "NoisyBatchNorm1d";
  /** Half the range of a unit's shift. */
  declare readonly nMu: number;
  /** The most that a unit's scale can be. */
  declare readonly nSigma: number;
  /** Half the range of a value's shift about its unit's. */
  declare readonly rMu: number;
  /** The standard deviation of a value's scale about its unit's. */
  declare readonly rSigma: number;
  /** Where the noise comes from, if not from the default generator. */
  declare readonly generator: Generator | undefined;

  /** @param options - see {@link NoisyBatchNormOptions}. */
  constructor(numFeatures: number, options: NoisyBatchNormOptions = {}) {
    const [law, batchNorm] = parted("NoisyBatchNorm1d", options);
    super(numFeatures, batchNorm);
    Object.assign(this, law);
  }

  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return this.training ? noisy(y, this) : y;
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    return `${super.extraRepr()}, ${showLaw(this)}`;
  }
}

/**
 * {@link NoisyBatchNorm1d} of pictures: batch norm over `n`, `h` and `w`, and noise by a law for each channel.
 *
 * Shapes: `[n, numFeatures, h, w]` → the same.
 *
 * @throws {@link TensorError} as {@link BatchNorm2d}, and for an option of the noise out of its range.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, Algorithm 1 and
 * section A.2.1, whose numbers are the defaults.
 *
 * @example
 * ```ts
 * import { Generator, nn, randn } from "evenkeel";
 *
 * const norm = new nn.NoisyBatchNorm2d(3, { generator: new Generator().manualSeed(0) });
 * const x = randn([8, 3, 5, 5]);
 * console.log(norm.forward(x).mean([0, 2, 3]).abs().max().item() > 0.05); // => true
 * ```
 */
export class NoisyBatchNorm2d extends BatchNorm2d implements NoiseLaw {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "NoisyBatchNorm2d";
  /** @internal */
  static override readonly evenkeelLayer: string = "NoisyBatchNorm2d";
  /** Half the range of a unit's shift. */
  declare readonly nMu: number;
  /** The most that a unit's scale can be. */
  declare readonly nSigma: number;
  /** Half the range of a value's shift about its unit's. */
  declare readonly rMu: number;
  /** The standard deviation of a value's scale about its unit's. */
  declare readonly rSigma: number;
  /** Where the noise comes from, if not from the default generator. */
  declare readonly generator: Generator | undefined;

  /** @param options - see {@link NoisyBatchNormOptions}. */
  constructor(numFeatures: number, options: NoisyBatchNormOptions = {}) {
    const [law, batchNorm] = parted("NoisyBatchNorm2d", options);
    super(numFeatures, batchNorm);
    Object.assign(this, law);
  }

  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return this.training ? noisy(y, this) : y;
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    return `${super.extraRepr()}, ${showLaw(this)}`;
  }
}
