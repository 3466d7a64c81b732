import { describe, TensorError } from "../../base/errors.ts";

/** One line of a table: names and plain values. */
export type TidyRow = Readonly<Record<string, string | number | null>>;

/**
 * Rows as comma-separated values: a line of names, which are those of the first row, then a line for each row. Numbers
 * are written so that they read back as the same numbers; null is an empty field. No rows give an empty string.
 *
 * @see RFC 4180, with `\n` at the ends of lines. Spreadsheets take a field that begins with `=` for a formula: names of
 * layers and metrics that come from strangers should be looked at first.
 *
 * @throws TensorError for anything but a list of objects.
 *
 * @example
 * ```ts
 * import { toCsv } from "evenkeel/analysis";
 *
 * const rows = [{ step: 0, layer: "0", metric: "mean, of all", value: 0.5 }];
 * console.log(toCsv(rows).trimEnd());
 * // => step,layer,metric,value
 * // 0,0,"mean, of all",0.5
 * ```
 */
export function toCsv(rows: readonly object[]): string {
  const isRow = (row: unknown) => typeof row === "object" && row !== null;
  if (!Array.isArray(rows) || !rows.every(isRow)) {
    throw new TensorError("toCsv", { expected: "a list of rows, objects with the same fields", got: describe(rows) });
  }
  if (rows.length === 0) return "";
  const names = Object.keys(rows[0]);
  const lines = rows.map((row) => names.map((name) => field((row as TidyRow)[name])).join(","));
  return `${[names.map(field).join(","), ...lines].join("\n")}\n`;
}

function field(value: string | number | null | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
