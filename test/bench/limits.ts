import { evenkeel, onNewerEngine, type Profile, pytorch } from "./contender.ts";
import { cell, digits, listed, measured, percent, table, timeCell, times } from "./format.ts";
import type { Measurement, Measurements } from "./measure.ts";
import { boundsToPyTorch } from "./targets.ts";
import { matmulSize, multiplyAdds, type WorkloadName, workloads } from "./workloads.ts";

type Tables = ReadonlyMap<WorkloadName, Measurements>;

const [ours, baseline] = [evenkeel.name, pytorch.name];

/** What takes less of every step is summed up. */
const least = 0.005;

/** Where the time of a step goes. */
export function profiles(found: ReadonlyMap<WorkloadName, Profile>): string[] {
  if (found.size === 0) return [];
  const names = new Set([...found.values()].flatMap((profile) => Object.keys(profile)));
  const shares = [...names].map((name) => ({
    name,
    each: [...found.values()].map((profile) => profile[name] ?? 0),
  }));
  const shown = shares
    .filter(({ each }) => Math.max(...each) >= least)
    .toSorted((a, b) => Math.max(...b.each) - Math.max(...a.each));
  return [
    `Of the time of a step of evenkeel, in the default kernels:`,
    table(
      ["", ...found.keys()],
      shown.map(({ name, each }) => [name, ...each.map(percent)]),
    ),
    `This is from V8's own profiler, which looks at the stack every 0.1 ms, by the file of the source that is at work,
in a process whose only difference is that functions are not inlined: else their time would be their callers'. The time
of WebAssembly is that of the kernel which calls it. What is below ${percent(least)} everywhere is left out.`,
  ];
}

/** How long the products of a step take at least, and what that means for the targets. */
export function leastTimes(tables: Tables): string[] {
  const limit = measured(tables.get("limit")?.get(ours));
  if (limit === null) return [];
  // The fastest repeat: a limit is not to be taken from a busy moment.
  const perMicrosecond = multiplyAdds(workloads.limit) / limit.fastest;
  const found = [...boundsToPyTorch].flatMap(([name, bound]) => {
    const [own, other] = [ours, baseline].map((who) => measured(tables.get(name)?.get(who)));
    const work = multiplyAdds(workloads[name]);
    if (!own || !other || Number.isNaN(work)) return [];
    const fastest = work / perMicrosecond / (name === "D2" ? 2 : 1);
    return [{ name: name === "D2" ? "D, two threads" : name, bound, work, fastest, own, other }];
  });
  if (found.length === 0) return [];
  const beyond = found.filter(({ fastest, bound, other }) => fastest / other.microseconds > bound);
  const product = measured(tables.get("matmul")?.get(baseline));
  const beside =
    product === null
      ? ""
      : ` PyTorch's product, which has wider registers and fused multiply-adds, reaches
${times(gflops("matmul", product.microseconds) / gflops("limit", limit.fastest))} that.`;
  return [
    `The default kernels multiply and add in WebAssembly's 128-bit SIMD, by two instructions: one that does both at once
rounds otherwise on one processor than on another. On this engine and machine such instructions do at most
${digits(gflops("limit", limit.fastest))} GFLOP/s with one thread: measured in this run by a loop that does nothing else,
on tiles of 2 by 16 sums whose operands are in the first-level cache.${beside} The products of a step alone then take at
least:`,
    table(
      [
        "",
        "multiply-adds, millions",
        "at the limit, µs",
        "evenkeel's step, µs",
        "at the limit, of PyTorch's step",
        "target",
      ],
      found.map(({ name, bound, work, fastest, own, other }) => [
        name,
        digits(work / 1e6),
        `${digits(fastest)} (${percent(fastest / own.microseconds)})`,
        digits(own.microseconds),
        times(fastest / other.microseconds),
        digits(bound),
      ]),
    ),
    beyond.length === 0
      ? `No target is out of reach for that reason.`
      : `Out of reach for the default kernels on this machine, whatever the rest of a step takes: ${listed(
          beyond.map(
            ({ name, bound, fastest, other }) =>
              `a ratio below ${digits(fastest / other.microseconds)} on ${name} (the target is ${digits(bound)})`,
          ),
        )}.`,
  ];
}

const gflops = (name: "matmul" | "limit", microseconds: number): number =>
  (2 * multiplyAdds(workloads[name])) / microseconds / 1e3;

/** The newer engine beside the one that runs the benchmark. */
export function engines(tables: Tables): string[] {
  const names = [ours, ...onNewerEngine.map(({ name }) => name)];
  const isMeasured = (measurements: Measurements) =>
    names.slice(1).some((name) => measured(measurements.get(name)) !== null);
  const steps = (["A", "A′", "B", "C", "D"] as const).flatMap((name) => {
    const measurements = tables.get(name);
    return measurements && isMeasured(measurements)
      ? [[`${name}, µs`, ...names.map((who) => timeCell(measurements, who, baseline))]]
      : [];
  });
  const rates = (["matmul", "limit"] as const).flatMap((name) => {
    const measurements = tables.get(name);
    if (!measurements || !isMeasured(measurements)) return [];
    const rate = (m: Measurement) => digits(gflops(name, name === "limit" ? m.fastest : m.microseconds));
    return [
      [
        name === "matmul" ? `\`matmul\` ${matmulSize}³, GFLOP/s` : "the limit, GFLOP/s",
        ...names.map((who) => cell(measurements.get(who), rate)),
      ],
    ];
  });
  if (steps.length + rates.length === 0) return [];
  return [
    `The same library on a newer engine. In brackets, times what PyTorch takes. The last column is with
\`useKernels("wasm-relaxed")\`, whose fused multiply-adds round otherwise where the processor has none.`,
    table(["", `Node.js ${process.versions.node}`, ...names.slice(1)], [...steps, ...rates]),
  ];
}
