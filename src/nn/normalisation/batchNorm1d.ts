import type { Tensor } from "../../tensor/tensor.ts";
import { checkRows } from "../module/checks.ts";
import { hidden } from "../module/hidesOutput.ts";
import { BatchNormLayer, type BatchNormLayerOptions } from "./batchNormLayer.ts";

/** Options of {@link BatchNorm1d}. */
export interface BatchNorm1dOptions extends BatchNormLayerOptions {}

/**
 * Normalises each feature over the batch, then scales and shifts it:
 * `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * While training, mean and variance are those of the batch (the variance biased), and the running statistics move
 * towards them (the variance unbiased): `running ← (1 − momentum)·running + momentum·batch`, in `forward`, also under
 * `noGrad`. With a momentum of null, the n-th batch counts `1/n`. While evaluating, the running statistics take the
 * batch's place, as constants. Without them (`trackRunningStats: false`) it behaves alike in both modes.
 *
 * Written by hand it is often `(x − x.mean(0))/x.std(0)`, with a running mean and a running std. That is
 * `{ variance: "unbiased", eps: 0, momentum: 0.001, runningAverage: "std" }`, whatever the momentum. `variance:
 * "unbiased"` makes the output smaller by `√((n − 1)/n)`. With `runningAverage: "std"` what moves is
 * `√runningVar ← (1 − momentum)·√runningVar + momentum·std`, so that `runningVar` is the square of the average and stays
 * a variance: names and evaluation are the same, and so is what a state dict means. With an `eps` of 0 a constant
 * feature gives NaN.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same. Statistics are over `n`, or `n` and `l`.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per feature where the statistics
 * are the batch's. Nothing has changed then.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithms 1 and 2.
 * @see PyTorch `torch.nn.BatchNorm1d`, same defaults, same statistics. There `num_batches_tracked` is int64, and has
 * counted a batch that is then refused; momentum may be any number; and without parameters and running statistics the
 * number of features is not checked. 1.13 takes an `eps` of 0, as here; later versions refuse it in training. It
 * has neither `variance` nor `runningAverage`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const norm = new nn.BatchNorm1d(2);
 * const x = tensor([[1, 10], [3, 14], [8, 12]]);
 * console.log(norm.forward(x).mean(0).abs().lt(1e-6)); // => tensor([true, true])
 * console.log(norm.runningMean, norm.runningVar); // => tensor([0.4000, 1.2000]) tensor([2.2000, 1.3000])
 * console.log(norm.eval().forward(tensor([[0.4, 1.2]])).abs().lt(1e-6)); // => tensor([[true, true]])
 * ```
 */
export class BatchNorm1d extends BatchNormLayer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BatchNorm1d";
  /** @internal */
  static override readonly evenkeelLayer: string = "BatchNorm1d";

  /** @param options - see {@link BatchNorm1dOptions}. */
  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    super(new.target.evenkeelLayer, numFeatures, options);
  }

  /** @internal The rarer forms make more than one array, of which the tape knows one. */
  get hidesOutput(): object | null {
    const { variance, runningAverage } = this;
    const isUsual = variance === "biased" && runningAverage === "variance";
    return isUsual ? hidden(this.forward, BatchNorm1d.prototype.forward) : null;
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkRows(this.where, x, this.numFeatures);
  }
}
