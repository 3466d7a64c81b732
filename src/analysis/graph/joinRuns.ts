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

/** What follows what: `Linear → (Linear → Tanh) × 25 → Linear`. */
export function describeRun(types: readonly string[]): string {
  const parts: string[] = [];
  for (let at = 0; at < types.length; ) {
    const { period, times } = repetition(types, at);
    const part = types.slice(at, at + period).join(" → ");
    parts.push(times === 1 ? part : `${period > 1 ? `(${part})` : part} × ${times}`);
    at += period * times;
  }
  if (parts.length <= mostNamed) return parts.join(" → ");
  return `${parts.slice(0, 2).join(" → ")} → … → ${parts[parts.length - 1]}, ${types.length} modules`;
}

/** What is repeated from a place on: of all repetitions the one that reaches furthest, and of those the shortest. */
function repetition(types: readonly string[], at: number): { readonly period: number; readonly times: number } {
  let best = { period: 1, times: 1 };
  for (let period = 1; at + 2 * period <= types.length; period++) {
    let end = at + period;
    while (end < types.length && types[end] === types[end - period]) end++;
    const times = Math.floor((end - at) / period);
    if (times > 1 && period * times > best.period * best.times) best = { period, times };
  }
  return best;
}
