import type { Draft } from "./draftGraph.ts";

/** Makes one node of all modules that follow one another with nothing going in or out between them. */
export function joinRuns(drafts: readonly Draft[]): Draft[] {
  const uses = new Map<Draft, number>();
  for (const { sources } of drafts) for (const source of sources) uses.set(source, (uses.get(source) ?? 0) + 1);
  const runs: Draft[][] = [];
  const runOf = new Map<Draft, Draft[]>();
  for (const draft of drafts) {
    const [before] = draft.sources;
    const follows =
      draft.calls.length > 0 && draft.sources.length === 1 && before.calls.length > 0 && uses.get(before) === 1;
    const run = follows ? (runOf.get(before) as Draft[]) : [];
    if (!follows) runs.push(run);
    run.push(draft);
    runOf.set(draft, run);
  }
  const joined = new Map<Draft[], Draft>();
  for (const run of runs) {
    joined.set(run, {
      tensor: run[run.length - 1].tensor,
      operations: run.flatMap(({ operations }) => operations),
      calls: run.flatMap(({ calls }) => calls),
      absorbed: [...new Set(run.flatMap(({ absorbed }) => absorbed))],
      sources: run[0].sources.map((source) => joined.get(runOf.get(source) as Draft[]) as Draft),
    });
  }
  return [...joined.values()];
}

/** The longest list of classes that is written out. */
const mostNamed = 6;

/** What follows what: `(Linear → Tanh) × 25 → Linear`. */
export function describeRun(types: readonly string[]): string {
  const n = types.length;
  const period = types.findIndex((_, p) => p > 0 && types.every((type, i) => i < p || type === types[i - p]));
  if (period > 0 && n >= 2 * period) {
    const times = Math.floor(n / period);
    const part = types.slice(0, period).join(" → ");
    const repeated = `${period > 1 ? `(${part})` : part} × ${times}`;
    return [repeated, ...types.slice(times * period)].join(" → ");
  }
  if (n <= mostNamed) return types.join(" → ");
  return `${types.slice(0, 2).join(" → ")} → … → ${types[n - 1]}, ${n} modules`;
}
