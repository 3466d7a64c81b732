import type { Plain } from "evenkeel/analysis";
import { type Plot, reportPage } from "evenkeel/plot";
import library from "../../package.json" with { type: "json" };
import { table } from "../demo/table.ts";
import { wrap } from "../demo/wrap.ts";

/** Whether what was seen agrees with what is said. */
export type Verdict = boolean | "partly";

/** What a claim is judged by: numbers by what they are; null where there is none, as of a run that diverged. */
type Numbers = Readonly<Record<string, number | null>>;

/** Something that a paper or a text says, and what was seen of it here. */
export interface Claim {
  /** Where it is said. */
  readonly source: string;
  /** What is said. */
  readonly says: string;
  /** What was seen. */
  readonly numbers: Numbers;
  readonly agrees: Verdict;
}

const judges = new WeakMap<Claim, (numbers: Numbers) => Verdict>();

/** A claim whose verdict comes from the numbers that it names, and from nothing else. */
export function claim<Own extends Numbers>(
  source: string,
  says: string,
  numbers: Own,
  judge: (numbers: Own) => Verdict,
): Claim {
  const made = { source, says, numbers, agrees: judge(numbers) };
  judges.set(made, judge as (numbers: Numbers) => Verdict);
  return made;
}

/** What the judge of a claim says of other numbers. */
export const judgedBy = (made: Claim, numbers: Numbers): Verdict => judges.get(made)?.(numbers) ?? false;

/** All, some, or none. */
export const inAll = (shown: readonly boolean[]): Verdict => shown.every(Boolean) || (shown.some(Boolean) && "partly");

/** Of a number where there is one, and else of one that nothing is above. */
export const orNone = (value: number | null): number => value ?? Number.POSITIVE_INFINITY;

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

/** How large a run is: small for a test, large for a look, or of the paper's size where an experiment has that, and else large. */
export type Scale = "small" | "large" | "paper";

/** What else an experiment may be given: a folder with CIFAR-10's files. */
interface Given {
  readonly data?: string;
}

/** One experiment: the same scale and seed give the same result. */
export type Experiment = (scale: Scale, seed: number, given?: Given) => Result;

const verdicts = new Map<Verdict, string>([
  [true, "✓ agrees"],
  ["partly", "◐ agrees in part"],
  [false, "✗ does not agree"],
]);

/** The verdict with its sign. */
export const wordsOf = (agrees: Verdict): string => verdicts.get(agrees) ?? "";

/** The numbers that decide. */
const numbersOf = ({ numbers }: Claim): string =>
  Object.entries(numbers)
    .map(([what, value]) => `${what} ${three(value)}`)
    .join("; ");

/** What was seen, as a sentence. */
const seen = (made: Claim): string => `${wordsOf(made.agrees)}: ${numbersOf(made)}.`;

/** A result as lines of text. */
export function printed(result: Result): string[] {
  const claims = result.claims.flatMap((made) => ["", ...wrap(`${made.source}: ${made.says}`), ...wrap(seen(made))]);
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
    figures,
    tables: {
      Verdicts: claims.map((made) => ({
        "what is said": `${made.says} (${made.source})`,
        here: wordsOf(made.agrees),
        "by these numbers": numbersOf(made),
      })),
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
