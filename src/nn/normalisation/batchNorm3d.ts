import type { Tensor } from "../../tensor/tensor.ts";
import { checkPlaces } from "../module/checks.ts";
import { BatchNormLayer, type BatchNormLayerOptions } from "./batchNormLayer.ts";

/** Options of {@link BatchNorm3d}. */
export interface BatchNorm3dOptions extends BatchNormLayerOptions {}

/**
 * Normalises each channel of volumes over the batch and its places, then scales and shifts it:
 * `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * Mean and variance are over `n`, `d`, `h` and `w`. In all else it is {@link BatchNorm1d}: the statistics of the batch while training,
 * running ones, which move towards them, in evaluation.
 *
 * Shapes: `[n, numFeatures, d, h, w]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per channel where the statistics are the
 * batch's. Nothing has changed then.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, section 3.2.
 * @see PyTorch `torch.nn.BatchNorm3d`; the differences are those of {@link BatchNorm1d}.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const norm = new nn.BatchNorm3d(4);
 * const y = norm.forward(randn([8, 4, 2, 3, 3]));
 * console.log(y.mean([0, 2, 3, 4]).abs().lt(1e-6).all().item()); // => true
 * ```
 */
export class BatchNorm3d extends BatchNormLayer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BatchNorm3d";
  /** @internal */
  static override readonly evenkeelLayer: string = "BatchNorm3d";

  /** @param options - see {@link BatchNorm3dOptions}. */
  constructor(numFeatures: number, options: BatchNorm3dOptions = {}) {
    super("BatchNorm3d", numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkPlaces(this.where, x, this.numFeatures, ["d", "h", "w"]);
  }
}
