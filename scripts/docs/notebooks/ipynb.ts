import { createHash } from "node:crypto";
import type { SourceCell } from "./source.ts";

/** What a cell has put out, as Jupyter keeps it. */
interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: readonly string[] | string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface NotebookCell {
  readonly cell_type: "markdown" | "code";
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: readonly string[];
  readonly outputs?: readonly Output[];
  readonly execution_count?: number | null;
}

/** A notebook in Jupyter's format, version 4.5. */
export interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** Cells as a notebook that has not run yet; with exercises as they are, or solved. */
export function notebookOf(cells: readonly SourceCell[], { isSolved }: { readonly isSolved: boolean }): Notebook {
  return {
    cells: cells.map(({ kind, text, solution }, i) => {
      const source = linesOf(isSolved ? (solution ?? text) : text);
      if (kind === "markdown") return { cell_type: "markdown", id: `cell-${i}`, metadata: {}, source };
      return { cell_type: "code", id: `cell-${i}`, metadata: {}, source, outputs: [], execution_count: null };
    }),
    metadata: {
      kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/x.typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

const specType = "application/vnd.vegalite.v5+json";

/**
 * A notebook that has run, as it is committed: without times, and with pictures for web viewers in place of specifications,
 * of which a hash is kept that says whether the picture is still the right one.
 */
export function committedForm({ cells, metadata, ...rest }: Notebook): Notebook {
  const { kernelspec, language_info } = metadata;
  return {
    cells: cells.map((cell) => {
      if (cell.cell_type === "markdown") return { ...cell, metadata: {} };
      return { ...cell, metadata: {}, outputs: (cell.outputs ?? []).map(withoutSpec) };
    }),
    metadata: { kernelspec, language_info },
    ...rest,
  };
}

function withoutSpec(output: Output): Output {
  const { [specType]: spec, ...data } = output.data ?? {};
  if (spec === undefined) return output;
  const sha256 = createHash("sha256").update(JSON.stringify(spec)).digest("hex");
  return { ...output, data, metadata: { evenkeel: { sha256 } } };
}

/** What must not differ between two machines: everything but pictures, which depend on fonts. */
export function comparable(notebook: Notebook): string {
  return JSON.stringify(notebook, (name, value) => (name === "image/png" || name === "image/svg+xml" ? "" : value), 1);
}

/** What a code cell has printed and returned, as text. */
export function textOf({ outputs = [] }: NotebookCell): string {
  return outputs.flatMap(({ text = [] }) => text).join("");
}

/** Whether a code cell has drawn something that viewers show. */
export function hasFigure({ outputs = [] }: NotebookCell): boolean {
  return outputs.some(({ data = {} }) => ["image/png", "image/svg+xml", "text/html"].some((type) => type in data));
}
