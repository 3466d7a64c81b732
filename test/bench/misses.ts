import { evenkeel, evenkeelCompiled, type Profile } from "./contender.ts";
import { forResults } from "./contenders/profile.ts";
import { measured, ratioOf, table } from "./format.ts";
import type { Measurements } from "./measure.ts";
import { exact, meets, missedTargets, type Target } from "./targets.ts";
import { gflops, type WorkloadName, workloads } from "./workloads.ts";

type Tables = ReadonlyMap<WorkloadName, Measurements>;

/** What would be reached if a step took only so long, for each target that is missed. */
export function misses(profiles: ReadonlyMap<WorkloadName, Profile>, tables: Tables): string[] {
  const found = missedTargets(tables).map(({ target, value }) => {
    const [arithmetic, withArrays] = leastShares(target, profiles, tables).map((share) =>
      reached(target, value, share),
    );
    return { target, value, arithmetic, withArrays };
  });
  if (found.length === 0 || profiles.size === 0) return [];
  const show = (value: number | null) => (value === null ? "–" : exact(value));
  const verdict = (target: Target, arithmetic: number | null, withArrays: number | null) => {
    if (arithmetic === null) return "not known";
    if (!meets(target, arithmetic)) return "the arithmetic alone";
    return withArrays !== null && !meets(target, withArrays) ? "the arithmetic and the arrays" : "what else there is";
  };
  return [
    `What is missed, and what would be reached if a step took no more than its arithmetic does within WebAssembly, or than
that and the arrays for its results; of \`matmul\`, than its arithmetic at the limit of such instructions; of two threads,
than half of D's arithmetic. An array that a user may keep is a new one: making a typed array, and the cache that it is
not in, cost more than the numbers in it.`,
    table(
      ["", "target", "this run", "arithmetic alone", "with the arrays", "in the way"],
      found.map(({ target, value, arithmetic, withArrays }) => [
        target.what,
        `${target.sense} ${exact(target.bound)}`,
        exact(value),
        show(arithmetic),
        show(withArrays),
        verdict(target, arithmetic, withArrays),
      ]),
    ),
  ];
}

/** The least share of a step: of its arithmetic, and with the arrays for its results. */
function leastShares(
  { name, who }: Target,
  profiles: ReadonlyMap<WorkloadName, Profile>,
  tables: Tables,
): readonly [number | null, number | null] {
  if (name === "matmul") {
    const [limit, product] = (["limit", "matmul"] as const).map((of) => measured(tables.get(of)?.get(evenkeel.name)));
    if (!limit || !product) return [null, null];
    return [gflops(workloads.matmul, product.microseconds) / gflops(workloads.limit, limit.fastest), null];
  }
  if (name === "D2") return [shareOfTwo(profiles, tables), null];
  const profile = name === undefined ? undefined : profiles.get(name);
  if (profile === undefined) return [null, null];
  const { withinWebAssembly, shares } = profile;
  if (who === evenkeelCompiled.name) {
    // Its arithmetic is the same, and its results lie where they lay before.
    const of = name === undefined ? undefined : tables.get(name);
    const longer = ratioOf(of?.get(evenkeel.name), of?.get(who));
    return [longer && withinWebAssembly * longer, null];
  }
  return [withinWebAssembly, withinWebAssembly + (shares[forResults] ?? 0)];
}

/** Of a step of D with two threads, half of what its arithmetic takes with one. */
function shareOfTwo(profiles: ReadonlyMap<WorkloadName, Profile>, tables: Tables): number | null {
  const profile = profiles.get("D");
  const [alone, shared] = (["D", "D2"] as const).map((of) => measured(tables.get(of)?.get(evenkeel.name)));
  return profile && alone && shared ? (profile.withinWebAssembly * alone.microseconds) / shared.microseconds / 2 : null;
}

/** What would be reached in so much of the time. */
function reached({ sense }: Target, value: number, share: number | null): number | null {
  if (share === null) return null;
  return sense === "at most" ? value * share : value / share;
}
