import { evenkeel, evenkeelCompiled, pytorch, pytorchAsSet } from "./contender.ts";
import { measured, ratioOf, table } from "./format.ts";
import type { Measurements } from "./measure.ts";
import type { WorkloadName } from "./workloads.ts";

type Tables = ReadonlyMap<WorkloadName, Measurements>;

/** What evenkeel is to reach. */
export interface Target {
  readonly what: string;
  /** The workload, and who is compared on it, where it is one. */
  readonly name?: WorkloadName;
  readonly who?: string;
  readonly other?: string;
  readonly bound: number;
  readonly sense: "at most" | "at least" | "more than";
  /** What this run has, or null where something of it was not measured. */
  value(tables: Tables): number | null;
}

const [ours, made] = [evenkeel.name, evenkeelCompiled.name];

/** The time of evenkeel, or of another, in parts of the second's. */
const ratio = (tables: Tables, name: WorkloadName, other: string, who = ours): number | null => {
  const measurements = tables.get(name);
  return measurements === undefined ? null : ratioOf(measurements.get(who), measurements.get(other));
};

const inSteps = (tables: Tables, name: WorkloadName, who: string): number | null =>
  measured(tables.get(name)?.get(who))?.inSteps ?? null;

/** The largest time of evenkeel in parts of PyTorch's that is aimed at. */
export const boundsToPyTorch: ReadonlyMap<WorkloadName, number> = new Map([
  ["A", 0.5],
  ["A′", 0.4],
  ["B", 0.6],
  ["C", 1.3],
  ["D", 1.6],
  ["D2", 1],
  ["linear", 1],
  ["surface", 1],
]);

const boundsOfCompiled: ReadonlyMap<WorkloadName, number> = new Map([
  ["A", 0.37],
  ["A′", 0.3],
  ["B", 0.5],
]);

const labels: Partial<Record<WorkloadName, string>> = {
  D2: "D, two threads each",
  linear: "25 linear layers of 10",
  surface: "loss surface on A",
  hvp: "Hessian times a vector",
};
const label = (name: WorkloadName) => labels[name] ?? name;

/** Of evenkeel as it is called, or compiled. */
const called = (name: WorkloadName, who: string) => (who === made ? `${label(name)}, compiled` : label(name));

const toPyTorch = (other: string, bounds = boundsToPyTorch, who = ours): Target[] =>
  [...bounds].map(([name, bound]) => ({
    what: `${called(name, who)}: times PyTorch's`,
    name,
    who,
    other,
    bound,
    sense: "at most",
    value: (tables) => ratio(tables, name, other, who),
  }));

const fasterThan = (
  other: string,
  bound: number,
  sense: "at least" | "more than",
  names: readonly WorkloadName[],
  who = ours,
): Target[] =>
  names.map((name) => ({
    what: `${called(name, who)}: ${other}'s time in times evenkeel's`,
    name,
    who,
    other,
    bound,
    sense,
    value: (tables) => {
      const found = ratio(tables, name, other, who);
      return found && 1 / found;
    },
  }));

const targets: readonly Target[] = [
  ...toPyTorch(pytorch.name),
  {
    what: "Hessian times a vector on A: in steps of A",
    bound: 6,
    sense: "at most",
    value: (tables) => inSteps(tables, "hvp", ours),
  },
  ...fasterThan("jax-js", 5, "at least", ["A", "B"]),
  ...fasterThan("jax-js", 1, "more than", ["C", "D"]),
  ...fasterThan("TensorFlow.js", 10, "at least", ["A", "A′", "B", "C", "D", "linear", "matmul", "surface"]),
  ...toPyTorch(pytorch.name, boundsOfCompiled, made),
  {
    what: "Hessian times a vector on A, compiled: in steps of A as it is written",
    bound: 4,
    sense: "at most",
    value: (tables) => inSteps(tables, "hvp", made),
  },
  ...fasterThan("jax-js", 10, "at least", ["A"], made),
  {
    what: "A layer by layer, compiled: in compiled steps of A",
    bound: 1.02,
    sense: "at most",
    value: (tables) => inSteps(tables, "layered", made),
  },
];

/** Three digits, so that what misses a target narrowly does not look as if it met it. */
export const exact = (value: number): string => Number(value.toPrecision(3)).toLocaleString("en");

/** Whether that is enough. */
export function meets({ bound, sense }: Target, value: number): boolean {
  if (sense === "at most") return value <= bound;
  return sense === "at least" ? value >= bound : value > bound;
}

/** What this run misses. */
export function missedTargets(tables: Tables): { readonly target: Target; readonly value: number }[] {
  return targets.flatMap((target) => {
    const value = target.value(tables);
    return value === null || meets(target, value) ? [] : [{ target, value }];
  });
}

/** The targets with what this run has, and whether that is enough; of an incomplete run, those that it measured. */
export function targetsMet(tables: Tables, isComplete: boolean): string[] {
  const found = targets
    .map((target) => ({ target, value: target.value(tables) }))
    .filter(({ value }) => isComplete || value !== null);
  const known = found.filter(({ value }) => value !== null);
  if (known.length === 0) return [];
  const verdict = (target: Target, value: number | null) => {
    if (value === null) return "not measured";
    return meets(target, value) ? "met" : "missed";
  };
  const rows = found.map(({ target, value }) => [
    target.what,
    `${target.sense} ${exact(target.bound)}`,
    value === null ? "–" : exact(value),
    verdict(target, value),
  ]);
  const met = known.filter(({ target, value }) => meets(target, value ?? Number.NaN)).length;
  const missing = found.length - known.length;
  return [
    `This run meets ${met} of ${found.length} targets${missing > 0 ? `; for ${missing} of them, something was not measured` : ""}.`,
    table(["", "target", "this run", ""], rows),
    ...asSet(tables),
  ];
}

/** The same beside PyTorch as the environment has it, if that is not what the others are measured beside. */
function asSet(tables: Tables): string[] {
  const found = toPyTorch(pytorchAsSet.name).flatMap((target) => {
    const value = target.value(tables);
    return value === null ? [] : [{ target, value }];
  });
  if (found.length === 0) return [];
  const rows = found.map(({ target, value }) => {
    const name = target.what.replace(": times PyTorch's", "");
    return [name, `at most ${exact(target.bound)}`, exact(value), meets(target, value) ? "met" : "missed"];
  });
  return [
    `Beside a PyTorch held back by the environment's settings (see "How it is measured"), the same ratios are:`,
    table(["", "target", "this run", ""], rows),
  ];
}
