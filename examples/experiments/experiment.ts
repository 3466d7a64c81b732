import type { Plain } from "evenkeel/analysis";
import { type Plot, reportPage } from "evenkeel/plot";
import library from "../../package.json" with { type: "json" };
import { table } from "../demo/table.ts";
import { wrap } from "../demo/wrap.ts";

/** Something that a paper or a text says, and what was seen of it here. */
interface Claim {
  /** Where it is said. */
  readonly source: string;
  /** What is said. */
  readonly says: string;
  /** What was seen, in numbers. */
  readonly seen: string;
  /** Whether the two agree. */
  readonly agrees: boolean | "partly";
}

/** What an experiment found, as plain data. */
export interface Result {
  readonly title: string;
  /** Everything that it depends on. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The table that is printed, the head first. */
  readonly table: readonly (readonly string[])[];
  /** Pictures in letters, below the table, each by its title. */
  readonly pictures?: Readonly<Record<string, readonly string[]>>;
  /** Pictures for the page. */
  readonly figures: readonly Plot[];
  readonly claims: readonly Claim[];
  /** What the papers leave open, and what was chosen. */
  readonly open: readonly string[];
  /** The numbers behind the table. */
  readonly data: unknown;
}

/** How large a run is: small for a test, large for a look. */
type Scale = "small" | "large";

/** One experiment: the same scale and seed give the same result. */
export type Experiment = (scale: Scale, seed: number) => Result;

const verdicts = new Map<boolean | "partly", string>([
  [true, "agrees"],
  [false, "does not agree"],
  ["partly", "agrees in part"],
]);

/** A result as lines of text. */
export function printed(result: Result): string[] {
  const claims = result.claims.flatMap(({ source, says, seen, agrees }) => [
    "",
    ...wrap(`${source}: ${says}`),
    ...wrap(`Here: ${seen} It ${verdicts.get(agrees)}.`),
  ]);
  const pictures = Object.entries(result.pictures ?? {}).flatMap(([title, lines]) => ["", ...wrap(title), ...lines]);
  const open = result.open.length === 0 ? [] : ["", ...wrap(`Left open: ${result.open.join(" ")}`)];
  return [result.title, "", ...table(result.table), ...pictures, ...claims, ...open];
}

/** A result as one HTML page, which opens from disk. */
export function pageOf({
  title,
  settings,
  table: [head, ...rows],
  pictures = {},
  figures,
  claims,
  open,
}: Result): Promise<string> {
  return reportPage({
    title,
    text: claims.map(
      ({ source, says, seen, agrees }) => `${source}: ${says} Here: ${seen} It ${verdicts.get(agrees)}.`,
    ),
    figures,
    tables: {
      "What was measured": rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i], cell]))),
      "Left open": open.map((what) => ({ what })),
    },
    listings: pictures,
    configuration: {
      "evenkeel version": library.version,
      ...(JSON.parse(JSON.stringify(settings)) as Record<string, Plain>),
    },
  });
}

/** `1.23e-4`, `0.0123`, `12.3`: three digits. */
export function three(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
