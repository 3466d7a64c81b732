import type { Shape } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { cat } from "../../functions/combine.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkSize } from "../module/checks.ts";
import { BatchNorm1d } from "./batchNorm1d.ts";
import type { BatchNormLayerOptions } from "./batchNormLayer.ts";
import type { NormalisedOver } from "./normalisedOver.ts";

/**
 * Batch norm by ghost batches: a batch is cut into parts of `ghostBatchSize` examples, in their order, and each is normalised as if it
 * were a batch of its own, so that large batches have the noise of small ones.
 *
 * While training, the running statistics move once for each ghost batch, one after the other, as those of {@link BatchNorm1d} would:
 * `running ← (1 − momentum)·running + momentum·ghost`, the variance unbiased; each counts in `numBatchesTracked`. While evaluating, it
 * is batch norm. A batch of at most `ghostBatchSize` examples is one ghost batch; a larger one that it does not divide is refused,
 * for a rest of other size would have other noise.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same, with `n` a multiple of `ghostBatchSize`, or not above it.
 *
 * @throws {@link TensorError} as {@link BatchNorm1d}, and for a batch that is not cut into whole ghost batches. Nothing has changed
 * then.
 * @see Hoffer, Hubara & Soudry 2017, "Train longer, generalize better", arXiv:1705.08741, Algorithm 1, whose running statistics
 * are this sum too, with standard deviations in place of variances, and weights counted from the last ghost batch.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const norm = new nn.GhostBatchNorm1d(1, 2, { eps: 0 });
 * console.log(norm.forward(tensor([[1], [3], [10], [30]])).flatten().detach()); // => tensor([-1.,  1., -1.,  1.])
 * console.log(norm.numBatchesTracked?.item()); // => 2
 * ```
 */
export class GhostBatchNorm1d extends BatchNorm1d {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "GhostBatchNorm1d";
  /** @internal */
  static override readonly evenkeelLayer: string = "GhostBatchNorm1d";
  /** How many examples a ghost batch has. */
  readonly ghostBatchSize: number;

  /**
   * @param numFeatures - how many features there are.
   * @param ghostBatchSize - how many examples a ghost batch has, 1 or more.
   * @param options - those of {@link BatchNorm1d}.
   */
  constructor(numFeatures: number, ghostBatchSize: number, options: BatchNormLayerOptions = {}) {
    checkSize("GhostBatchNorm1d", "ghostBatchSize", ghostBatchSize, 1);
    super(numFeatures, options);
    this.ghostBatchSize = ghostBatchSize;
  }

  override forward(x: Tensor): Tensor {
    this.check(x);
    const { ghostBatchSize: size } = this;
    const [n] = x.shape;
    const usesBatch = this.training || this.runningMean === null;
    if (!usesBatch || n <= size) return super.forward(x);
    if (n % size !== 0) {
      throw new TensorError(this.where, {
        expected: `a batch of a multiple of ${size} examples, or of no more`,
        got: `an input of shape ${show(x.shape)}`,
        hint: "A last batch that is smaller is left out by a DataLoader with { dropLast: true }.",
      });
    }
    const starts = Array.from({ length: n / size }, (_, i) => i * size);
    return cat(starts.map((start) => super.forward(x.slice(0, start, start + size))));
  }

  /** @internal */
  override normalisedOver(shape: Shape): NormalisedOver {
    const [n, ...rest] = shape;
    const { by } = super.normalisedOver(shape);
    const size = Math.min(n, this.ghostBatchSize);
    const sizes = [size === 0 ? 1 : n / size, size, ...rest];
    return { sizes, axes: [...sizes.keys()].filter((dim) => dim !== 0 && dim !== 2), affineAxes: [1], by };
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    return `${this.numFeatures}, ghostBatchSize=${this.ghostBatchSize}${super.extraRepr().slice(`${this.numFeatures}`.length)}`;
  }
}
