import { checkOptions } from "../../base/options.ts";
import type { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Noise1dOptions, noise1dOptionNames, noiseLaw, noisy, showLaw } from "../layers/noise1d.ts";
import { BatchNorm1d, type BatchNorm1dOptions } from "./batchNorm1d.ts";
import { batchNormOptionNames } from "./batchNormLayer.ts";

/** Options of {@link NoisyBatchNorm1d}: those of batch norm, and those of the noise. */
export interface NoisyBatchNorm1dOptions extends BatchNorm1dOptions, Noise1dOptions {}

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
export class NoisyBatchNorm1d extends BatchNorm1d {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "NoisyBatchNorm1d";
  /** @internal */
  static override readonly evenkeelLayer: string = "NoisyBatchNorm1d";
  /** Half the range of a unit's shift. */
  readonly nMu: number;
  /** The most that a unit's scale can be. */
  readonly nSigma: number;
  /** Half the range of a value's shift about its unit's. */
  readonly rMu: number;
  /** The standard deviation of a value's scale about its unit's. */
  readonly rSigma: number;
  /** Where the noise comes from, if not from the default generator. */
  readonly generator: Generator | undefined;

  /** @param options - see {@link NoisyBatchNorm1dOptions}. */
  constructor(numFeatures: number, options: NoisyBatchNorm1dOptions = {}) {
    checkOptions("NoisyBatchNorm1d", options, [...batchNormOptionNames, ...noise1dOptionNames]);
    const law = noiseLaw("NoisyBatchNorm1d", options);
    const { nMu: _nMu, nSigma: _nSigma, rMu: _rMu, rSigma: _rSigma, generator: _generator, ...batchNorm } = options;
    super(numFeatures, batchNorm);
    this.nMu = law.nMu;
    this.nSigma = law.nSigma;
    this.rMu = law.rMu;
    this.rSigma = law.rSigma;
    this.generator = law.generator;
  }

  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return this.training ? noisy(y, this) : y;
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, ${showLaw(this)}`;
  }
}
