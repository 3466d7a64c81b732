import { describe, TensorError } from "../../base/errors.ts";
import { type Comparison, summarise } from "./comparison.ts";

/**
 * Comparisons of the same variants from different seeds as one: what {@link compare} makes of all those seeds, to the bit, wherever
 * they were made, such as by the cells of a sweep.
 *
 * @param comparisons - one or more, in the order in which their seeds are to stand.
 * @throws TensorError for what is no result of `compare`, for those that differ in more than their seeds, and for a seed that is in two.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { compare, joinComparisons } from "evenkeel/analysis";
 *
 * const from = (seed: number) =>
 *   compare({
 *     variants: { linear: () => new nn.Linear(2, 1) },
 *     data: (_, generator) => randn([8, 2], { generator }),
 *     loss: (model, x) => model.forward(x).square().mean(),
 *     optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.1 }),
 *     steps: 5,
 *     seed,
 *   });
 * const { options, summary } = joinComparisons([from(0), from(1)]);
 * console.log(options.seed, summary[4].runs); // => [ 0, 1 ] 2
 * ```
 */
export function joinComparisons(comparisons: readonly Comparison[]): Comparison {
  const where = "joinComparisons";
  if (!Array.isArray(comparisons) || comparisons.length === 0) {
    throw new TensorError(where, { expected: "results of compare, one or more", got: describe(comparisons) });
  }
  const [first] = comparisons as readonly Comparison[];
  const seeds = new Set<number>();
  for (const [i, comparison] of comparisons.entries()) {
    const name = `comparisons[${i}]`;
    if (comparison?.kind !== "comparison" || !Array.isArray(comparison.runs)) {
      throw new TensorError(where, { expected: `a result of compare as ${name}`, got: describe(comparison) });
    }
    const [own, other] = [sharedOf(first), sharedOf(comparison)];
    for (const part of Object.keys(own)) {
      if (own[part] === other[part]) continue;
      const expected = `one of ${part} ${own[part]}, as the first has, as ${name}`;
      throw new TensorError(where, { expected, got: other[part] });
    }
    for (const seed of comparison.options.seed) {
      if (seeds.has(seed)) {
        throw new TensorError(where, { expected: `seeds of its own as ${name}`, got: `${seed} again` });
      }
      seeds.add(seed);
    }
  }
  const runs = comparisons.flatMap((comparison) => comparison.runs);
  const costOf = (pass: "forward" | "backward") => comparisons.reduce((sum, { cost }) => sum + cost[pass], 0);
  return {
    ...first,
    options: { ...first.options, seed: [...seeds] },
    cost: { forward: costOf("forward"), backward: costOf("backward") },
    runs,
    summary: summarise(first.options.variants, runs),
  };
}

/** What all have to have alike, as text by its names. */
function sharedOf({ schema, version, options }: Comparison): Readonly<Record<string, string>> {
  const { variants, steps, initial, probes } = options;
  const parts = { schema, version, variants, steps, initial, probes };
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]));
}
