/** What a page asks of the worker: to run a block, or a cell of a notebook, whose top level later cells see. */
export interface RunRequest {
  readonly id: number;
  readonly code: string;
  readonly isCell: boolean;
}

/** What the worker tells of a run. */
export type RunMessage = { readonly id: number } /** What it needs is loaded: from here on its time counts. */ & (
  | { readonly kind: "begun" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "shown"; readonly content: Shown; readonly place?: string }
  | { readonly kind: "error"; readonly error: RunError }
  | { readonly kind: "done" }
);

/** A picture for light pages and one for dark ones, which may be the same; or the HTML of a table; or text. */
export type Shown =
  | { readonly type: "picture"; readonly light: string; readonly dark: string; readonly alt: string }
  | { readonly type: "table"; readonly html: string }
  | { readonly type: "text"; readonly text: string };

/** An error as a reader sees it. */
export interface RunError {
  readonly name: string;
  /** All of it: that of a TensorError says where it was thrown, what was expected, what came, and what to try. */
  readonly message: string;
  /** Where in the block, counted from 1, if it is known. */
  readonly line: number | null;
}
