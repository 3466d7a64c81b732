import { type Claim, inAll, median, type Result, three, type Verdict, wordsOf } from "./experiment.ts";

/** A claim as it was judged from several seeds. */
interface Judged {
  readonly source: string;
  readonly says: string;
  /** Whether it agreed from all of them, from some, or from none. */
  readonly agrees: Verdict;
  /** From how many it agreed, wholly. */
  readonly count: number;
  readonly of: number;
  /** The numbers that decide, each the median and, in brackets, the least and the largest. */
  readonly numbers: string;
}

/** The claims of an experiment, from results of several seeds. */
export function overSeeds(results: readonly Result[]): Judged[] {
  return results[0].claims.map(({ source, says }, i) => {
    const claims = results.map((result) => result.claims[i]);
    const count = claims.filter(({ agrees }) => agrees === true).length;
    const isPart = count === 0 && claims.some(({ agrees }) => agrees === "partly");
    const agrees = isPart ? "partly" : inAll(claims.map((claim) => claim.agrees === true));
    return { source, says, agrees, count, of: claims.length, numbers: spreadOf(claims) };
  });
}

function spreadOf(claims: readonly Claim[]): string {
  return Object.keys(claims[0].numbers)
    .map((what) => {
      const values = claims.flatMap(({ numbers }) => numbers[what] ?? []);
      const none = claims.length - values.length;
      if (values.length === 0) return `${what} –`;
      const [least, most] = [Math.min(...values), Math.max(...values)].map(three);
      const range = least === most ? "" : ` (${least} to ${most})`;
      return `${what} ${three(median(values))}${range}${none === 0 ? "" : `, none from ${none} of ${claims.length}`}`;
    })
    .join("; ");
}

/** All experiments as one table, the head first. */
export function verdictRows(experiments: Readonly<Record<string, readonly Result[]>>): string[][] {
  const rows = Object.entries(experiments).flatMap(([name, results]) =>
    overSeeds(results).map(({ source, says, agrees, count, of, numbers }) => [
      name,
      `${says} (${source})`,
      `${wordsOf(agrees)}, ${count} of ${of}`,
      numbers,
    ]),
  );
  return [["experiment", "what is said", "here", "by these numbers: median (least to largest)"], ...rows];
}

const [begin, end] = ["<!-- verdicts: npm run experiments -- --docs -->", "<!-- end of verdicts -->"];

/** A page with the table between its marks written anew. */
export function withVerdicts(page: string, rows: readonly (readonly string[])[]): string {
  const [head, ...others] = rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  const table = [head, "| --- | --- | --- | --- |", ...others].join("\n");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error("The page has no marks between which the table stands.");
  return `${page.slice(0, from)}${begin}\n\n${table}\n\n${page.slice(to)}`;
}
