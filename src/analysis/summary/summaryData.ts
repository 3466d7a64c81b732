import type { Shape } from "../../base/dtype.ts";
import type { Cost } from "../measuring/loss.ts";
import type { BatchNormMode } from "../measuring/preserving.ts";
import type { SaturationThresholds } from "../measuring/saturation.ts";

/** What a layer has, or a model in all. */
export interface SummaryCounts {
  /** The elements of its parameters, those of a shared one counted once. */
  readonly parameters: number;
  /** Those of them that want a gradient. */
  readonly trained: number;
  /** The bytes that the parameters take. */
  readonly parameterBytes: number;
  /** Multiplications, each with its addition, in products of matrices and in convolutions, over all examples and calls. */
  readonly multiplyAdds: number;
  /** The bytes of outputs, over all calls; one that shares the memory of another, as after `Flatten`, takes none. */
  readonly activationBytes: number;
  /** The fraction of finite outputs of tanh, sigmoid and ReLU modules that are saturated, 0 to 1; null where there are none. */
  readonly saturated: number | null;
}

/** One layer of a {@link Summary}. */
export interface SummaryLayer extends SummaryCounts {
  /** Its dotted name; empty for the model itself. */
  readonly layer: string;
  /** Its class, such as `"Linear"`. */
  readonly type: string;
  /** How often it ran; 0 for one that has parameters and did not. */
  readonly calls: number;
  /** The shapes of the tensors that it returned; of calls that return the same shapes, those of one. */
  readonly outputShapes: readonly Shape[];
}

/** What `summary` returns. */
export interface Summary {
  /** What it is. */
  readonly kind: "summary";
  /** The options used. */
  readonly options: {
    /** From where on an activation counted as saturated. */
    readonly thresholds: SaturationThresholds;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** One forward pass; two where `forward` makes modules. */
  readonly cost: Cost;
  /** The layers in the order in which they were called, then those with parameters that were not. */
  readonly layers: readonly SummaryLayer[];
  /** The sums over layers. */
  readonly total: SummaryCounts;
  /** The bytes of the tensors that `forward` was given. */
  readonly inputBytes: number;
}
