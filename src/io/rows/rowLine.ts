import type { RecordedRow } from "../../analysis/recording/recording.ts";

/** No line is longer: what has no ends of lines is no file of rows, and is not to fill the memory. */
export const longestLine = 1_048_576;

/** A row as a line of JSON, with its end. */
export const rowLine = ({ step, layer, metric, value }: RecordedRow): string =>
  `${JSON.stringify({ step, layer, metric, value })}\n`;

/** The row that a line is; null for one that is none, or not whole. */
export function rowOf(line: string): RecordedRow | null {
  try {
    const found: unknown = JSON.parse(line);
    return isRow(found) ? found : null;
  } catch {
    return null;
  }
}

export function isRow(value: unknown): value is RecordedRow {
  const { step, layer, metric, value: number } = (value ?? {}) as Partial<RecordedRow>;
  const isNumber = number === null || typeof number === "number";
  return Number.isSafeInteger(step) && typeof layer === "string" && typeof metric === "string" && isNumber;
}
