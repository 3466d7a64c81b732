import type { Tensor } from "../../tensor/tensor.ts";
import { checkPlaces } from "../module/checks.ts";
import { BatchNormLayer, type BatchNormLayerOptions } from "./batchNormLayer.ts";

/** Options of {@link BatchNorm2d}. */
export interface BatchNorm2dOptions extends BatchNormLayerOptions {}

/**
 * Normalises each channel of pictures over the batch and its places, then scales and shifts it:
 * `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * Mean and variance are over `n`, `h` and `w`. In all else it is {@link BatchNorm1d}: the statistics of the batch while training,
 * running ones, which move towards them, in evaluation.
 *
 * Shapes: `[n, numFeatures, h, w]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per channel where the statistics are the
 * batch's. Nothing has changed then.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, section 3.2.
 * @see PyTorch `torch.nn.BatchNorm2d`; the differences are those of {@link BatchNorm1d}.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const model = new nn.Sequential(new nn.Conv2d(1, 4, 3, { bias: false }), new nn.BatchNorm2d(4), new nn.ReLU());
 * const y = model.forward(randn([8, 1, 6, 6]));
 * console.log(y.shape); // => [ 8, 4, 4, 4 ]
 * ```
 */
export class BatchNorm2d extends BatchNormLayer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BatchNorm2d";
  /** @internal */
  static override readonly evenkeelLayer: string = "BatchNorm2d";

  /** @param options - see {@link BatchNorm2dOptions}. */
  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super(new.target.evenkeelLayer, numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkPlaces(this.where, x, this.numFeatures, ["h", "w"]);
  }
}
