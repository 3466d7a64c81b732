import { evenkeel, type Profile } from "./contender.ts";
import { forResults } from "./contenders/profile.ts";
import { digits, measured, table } from "./format.ts";
import type { Measurements } from "./measure.ts";
import { exact, meets, missedTargets, type Target } from "./targets.ts";
import { gflops, multiplyAdds, type WorkloadName, workloads } from "./workloads.ts";

type Tables = ReadonlyMap<WorkloadName, Measurements>;

/** What would be reached if a step took only so long, for each target that is missed. */
export function misses(profiles: ReadonlyMap<WorkloadName, Profile>, tables: Tables): string[] {
  const found = missedTargets(tables).map(({ target, value }) => {
    const [arithmetic, withArrays] = leastTimes(target, profiles, tables).map((least) =>
      reached(target, tables, least),
    );
    return { target, value, arithmetic, withArrays };
  });
  if (found.length === 0) return [];
  const show = (value: number | null) => (value === null ? "–" : exact(value));
  const verdict = (target: Target, arithmetic: number | null, withArrays: number | null) => {
    if (arithmetic === null) return "not known";
    if (!meets(target, arithmetic)) return "the arithmetic alone";
    return withArrays !== null && !meets(target, withArrays) ? "the arithmetic and the arrays" : "what else there is";
  };
  return [
    `What is missed, and what would be reached if a step took no more than its arithmetic does within WebAssembly, or than
that and the arrays for its results; of \`matmul\`, than its arithmetic at the limit of such instructions. An array that a
user may keep is a new one: making a typed array, and the cache that it is not in, cost more than the numbers in it.`,
    table(
      ["", "target", "this run", "arithmetic alone", "with the arrays", "in the way"],
      found.map(({ target, value, arithmetic, withArrays }) => [
        target.what,
        `${target.sense} ${digits(target.bound)}`,
        exact(value),
        show(arithmetic),
        show(withArrays),
        verdict(target, arithmetic, withArrays),
      ]),
    ),
  ];
}

/** The least microseconds of a step: of its arithmetic, and with the arrays for its results. */
function leastTimes(
  { name }: Target,
  profiles: ReadonlyMap<WorkloadName, Profile>,
  tables: Tables,
): readonly [number | null, number | null] {
  if (name === "matmul") {
    const limit = measured(tables.get("limit")?.get(evenkeel.name));
    return [limit && (2 * multiplyAdds(workloads.matmul)) / gflops(workloads.limit, limit.fastest) / 1e3, null];
  }
  const profile = name === undefined ? undefined : profiles.get(name);
  if (profile === undefined) return [null, null];
  const { withinWebAssembly, shares, microseconds } = profile;
  return [withinWebAssembly * microseconds, (withinWebAssembly + (shares[forResults] ?? 0)) * microseconds];
}

/** What a time of evenkeel would reach. */
function reached({ name, other, sense }: Target, tables: Tables, microseconds: number | null): number | null {
  const theirs = name && other ? measured(tables.get(name)?.get(other)) : null;
  if (theirs === null || microseconds === null) return null;
  return sense === "at most" ? microseconds / theirs.microseconds : theirs.microseconds / microseconds;
}
