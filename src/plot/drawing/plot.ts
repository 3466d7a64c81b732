/** A figure as a Vega-Lite specification: plain JSON with its data in it, which `render` or any Vega-Lite viewer draws. */
export interface Plot {
  /** The address of the schema, which says which version of Vega-Lite it is written for. */
  readonly $schema: string;
  /** The title, and what is said below it. */
  readonly title: PlotTitle;
  /** The same in one text, for readers who cannot see the plot. */
  readonly description: string;
  /** The rest of the specification. */
  readonly [name: string]: unknown;
}

/** What stands above a plot. */
export interface PlotTitle {
  /** What is shown. */
  readonly text: string;
  /** What is to be known of it: what was left out, and why. */
  readonly subtitle: readonly string[];
  /** Whether it begins above the labels of the axis, as where panels are stacked; else above the panel. */
  readonly frame?: "bounds";
}
