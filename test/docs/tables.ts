import { readFileSync } from "node:fs";
import { root } from "./examples.ts";

/** A row of a table of a page. */
export interface Row {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly cells: readonly string[];
}

/** The rows of all tables of a page, without their heads. */
export function tablesOf(file: string): Row[] {
  let heading = "";
  return readFileSync(`${root}${file}`, "utf8")
    .split("\n")
    .flatMap((line, i, lines) => {
      if (line.startsWith("## ")) heading = line.slice(3);
      const isHead = /^\| ---/.test(lines[i + 1] ?? "") || /^\| ---/.test(line);
      if (!line.startsWith("| ") || isHead) return [];
      const cells = line.replace(/^\||\|$/g, "").split(/(?<!\\)\|/);
      return [{ heading, cells: cells.map((cell) => cell.trim()) }];
    });
}

/** What stands between backticks. */
export const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
