import { Unmeasured } from "./contender.ts";
import type { Measurement, Measurements } from "./measure.ts";

type Entry = Measurement | Unmeasured | undefined;

/** The measurement, if there is one. */
export const measured = (m: Entry): Measurement | null => (m === undefined || m instanceof Unmeasured ? null : m);

/** The middle one, or halfway between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** How many times as long as the second the first takes, on different workloads. */
export function growthOf(a: Entry, b: Entry): number | null {
  const [first, second] = [measured(a), measured(b)];
  return first && second && first.microseconds / second.microseconds;
}

/**
 * How many times as long as the second the first takes, on the same workload: the median over the repeats, each beside
 * the other's next to it, so that what slows the machine for a while slows both.
 */
export function ratioOf(a: Entry, b: Entry): number | null {
  const [first, second] = [measured(a), measured(b)];
  return first && second && median(first.each.map((time, i) => time / second.each[i]));
}

export function cell(m: Entry, show: (m: Measurement) => string): string {
  const value = measured(m);
  return value ? show(value) : "–";
}

/** Microseconds, and in brackets times what the other takes. */
export function timeCell(measurements: Measurements, name: string, baseline: string): string {
  const ratio = ratioOf(measurements.get(name), measurements.get(baseline));
  const inBrackets = name === baseline || ratio === null ? "" : ` (${times(ratio)})`;
  return cell(measurements.get(name), (m) => digits(m.microseconds) + inBrackets);
}

export const times = (ratio: number | null): string => (ratio === null ? "–" : `${digits(ratio)} ×`);

export const percent = (share: number): string => `${digits(100 * share)} %`;

/** Two digits of a small number, three of a large one; no run is more exact. */
export function digits(value: number): string {
  const rounded = Number(value.toPrecision(Math.abs(value) < 100 ? 2 : 3));
  return rounded.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Words as a sentence has them: with commas, and `and` before the last. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;

/** Prose in lines of 120 characters; anything else, which begins with no letter, as it is. */
export function wrap(paragraph: string): string {
  if (!/^[`\p{L}]/u.test(paragraph)) return paragraph;
  const lines = [""];
  for (const word of paragraph.trim().split(/\s+/)) {
    const longer = `${lines[lines.length - 1]} ${word}`.trimStart();
    if (longer.length <= 120) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** The page with the section under a heading written anew, before "What stands in the way" where there was none. */
export function withSection(page: string, heading: string, section: string): string {
  const at = page.indexOf(heading);
  const from = at >= 0 ? at : page.indexOf("## What stands in the way");
  const to = at >= 0 ? page.indexOf("\n## ", at) + 1 : from;
  return `${page.slice(0, from)}${section}\n\n${page.slice(to)}`;
}
