import Papa from "papaparse";

/** A table as the lab takes it: columns of numbers, each with mean 0 and deviation 1, and the class of each row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  /** Rows that were left out, for a cell was empty or no number. */
  readonly leftOut: number;
  /** Rows behind the first {@link mostRows}, which are not used. */
  readonly notUsed: number;
}

/** So many rows of a table are used; more would not be seen in the time of a run. */
export const mostRows = 20_000;
const mostColumns = 200;
const mostClasses = 50;

/**
 * Reads a table: a first row of names, then numbers, and in the last column what is to be told from them. What cannot be used is an error that
 * says why.
 */
export function readTable(text: string): Table {
  const [header, ...lines] = cellsOf(text);
  if (header === undefined) throw new Error("The file is empty: expected a row of names, then rows of numbers.");
  if (header.length < 2 || header.length > mostColumns + 1) {
    throw new Error(`Expected 2 to ${mostColumns + 1} columns, got ${header.length}: numbers, and the class last.`);
  }
  const found: number[][] = [];
  const labels: string[] = [];
  let [leftOut, notUsed] = [0, 0];
  for (const cells of lines) {
    const values = cells.slice(0, -1).map((cell) => (cell === "" ? Number.NaN : Number(cell)));
    const label = cells[cells.length - 1];
    if (cells.length !== header.length || label === "" || !values.every(Number.isFinite)) leftOut++;
    else if (found.length === mostRows) notUsed++;
    else {
      found.push(values);
      labels.push(label);
    }
  }
  const classes = [...new Set(labels)].sort();
  if (found.length < 20) {
    throw new Error(
      `Expected 20 rows of numbers or more, got ${found.length}; ${leftOut} have cells that are no numbers.`,
    );
  }
  if (classes.length < 2 || classes.length > mostClasses) {
    throw new Error(
      `Expected 2 to ${mostClasses} classes in the last column, "${header[header.length - 1]}", got ${classes.length}.`,
    );
  }
  const place = new Map(classes.map((name, i) => [name, i]));
  return {
    columns: header.slice(0, -1),
    rows: standardised(found),
    classes,
    labels: labels.map((label) => place.get(label) ?? 0),
    leftOut,
    notUsed,
  };
}

/** The cells of each line. By Papa Parse, for quotes, separators and line ends are what hand-written readers get wrong. */
const cellsOf = (text: string): string[][] =>
  Papa.parse<string[]>(text, { skipEmptyLines: "greedy", transform: (cell) => cell.trim() }).data;

function standardised(rows: readonly (readonly number[])[]): number[][] {
  const scales = rows[0].map((_, j) => {
    const mean = rows.reduce((sum, row) => sum + row[j] / rows.length, 0);
    const variance = rows.reduce((sum, row) => sum + (row[j] - mean) ** 2 / rows.length, 0);
    return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
  });
  return rows.map((row) => row.map((value, j) => (value - scales[j].mean) / scales[j].deviation));
}
