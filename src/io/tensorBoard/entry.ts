/** A number of one step. */
export interface ScalarEntry {
  /** Under which name it is drawn; what stands before the first `/` is the name of a section. */
  readonly tag: string;
  /** The step, a whole number. */
  readonly step: number;
  /** The number. */
  readonly value: number;
}

/** Numbers of one step, such as a tensor's. */
export interface HistogramEntry {
  /** Under which name they are drawn. */
  readonly tag: string;
  /** The step, a whole number. */
  readonly step: number;
  /** The numbers, of which finite ones are counted; or what was counted elsewhere. */
  readonly histogram: ArrayLike<number> | HistogramCounts;
}

/** A histogram that was counted elsewhere. */
export interface HistogramCounts {
  /** Where bins begin and end, ascending. */
  readonly edges: readonly number[];
  /** How many numbers are in each bin, one fewer than there are edges. */
  readonly counts: readonly number[];
}

/** A text, which TensorBoard takes for Markdown. */
export interface TextEntry {
  /** Under which name it stands. */
  readonly tag: string;
  /** The step, a whole number. */
  readonly step: number;
  /** The text. */
  readonly text: string;
}

/** A picture, such as `render(plot, "png")` makes. */
export interface ImageEntry {
  /** Under which name it stands. */
  readonly tag: string;
  /** The step, a whole number. */
  readonly step: number;
  /** A PNG file. */
  readonly png: Uint8Array;
}

/** A row of a recording: the tag is its metric, and `/` and its layer if it has one; null is NaN. */
export interface RowEntry {
  /** The step, a whole number. */
  readonly step: number;
  /** The layer; empty for the whole model. */
  readonly layer: string;
  /** What was measured. */
  readonly metric: string;
  /** The number; null where it was NaN or infinite. */
  readonly value: number | null;
}

/** What `toTensorBoard` writes. */
export type TensorBoardEntry = RowEntry | ScalarEntry | HistogramEntry | TextEntry | ImageEntry;
