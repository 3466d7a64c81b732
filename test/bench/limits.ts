import { evenkeel, onNewerEngine, type Profile, pytorch, pytorchAsSet } from "./contender.ts";
import { cell, digits, listed, measured, percent, ratioOf, table, timeCell, times } from "./format.ts";
import type { Measurement, Measurements } from "./measure.ts";
import { boundsToPyTorch } from "./targets.ts";
import { gflops, matmulSize, multiplyAdds, type WorkloadName, workloads } from "./workloads.ts";

type Tables = ReadonlyMap<WorkloadName, Measurements>;

const [ours, baseline] = [evenkeel.name, pytorch.name];

/** What takes less of every step is summed up. */
const least = 0.005;

/** Where the time of a step goes. */
export function profiles(found: ReadonlyMap<WorkloadName, Profile>, tables: Tables): string[] {
  if (found.size === 0) return [];
  const names = new Set([...found.values()].flatMap(({ shares }) => Object.keys(shares)));
  const shares = [...names].map((name) => ({
    name,
    each: [...found.values()].map((profile) => profile.shares[name] ?? 0),
  }));
  const shown = shares
    .filter(({ each }) => Math.max(...each) >= least)
    .toSorted((a, b) => Math.max(...b.each) - Math.max(...a.each));
  const withinWebAssembly = ({ withinWebAssembly, microseconds }: Profile) => withinWebAssembly * microseconds;
  const toPyTorch = [...found].map(([name, profile]) => {
    const ratio = ratioOf(tables.get(name)?.get(ours), tables.get(name)?.get(baseline));
    return times(ratio && profile.withinWebAssembly * ratio);
  });
  return [
    `Of the time of a step of evenkeel, in the default kernels:`,
    table(
      ["", ...found.keys()],
      [
        ...shown.map(({ name, each }) => [name, ...each.map(percent)]),
        ["a step in that process, µs", ...[...found.values()].map(({ microseconds }) => digits(microseconds))],
        ["of these within WebAssembly, µs", ...[...found.values()].map(withinWebAssembly).map(digits)],
        ["that alone, to PyTorch's step", ...toPyTorch],
      ],
    ),
    `This is from V8's own profiler, which looks at the stack every 0.1 ms, by the file of the source that is at work,
in a process whose only difference is that functions are not inlined: else their time would be their callers'. The time
of WebAssembly is that of the kernel which calls it. What is spent within it is arithmetic: were recording, walking back,
memory and copies to take no time at all, a step would still take that long with these kernels. What is below ${percent(least)} everywhere is left out.`,
  ];
}

/** How long the products of a step take at least, and what that means for the targets. */
export function leastTimes(tables: Tables): string[] {
  const limit = measured(tables.get("limit")?.get(ours));
  if (limit === null) return [];
  // The fastest repeat: a limit is not to be taken from a busy moment.
  const most = gflops(workloads.limit, limit.fastest);
  const found = [...boundsToPyTorch].flatMap(([name, bound]) => {
    const [own, other] = [ours, baseline].map((who) => measured(tables.get(name)?.get(who)));
    const work = multiplyAdds(workloads[name]);
    if (!own || !other || Number.isNaN(work)) return [];
    const fastest = (2 * work) / most / 1e3 / (name === "D2" ? 2 : 1);
    const asSet = measured(tables.get(name)?.get(pytorchAsSet.name));
    const title = name === "D2" ? "D, two threads" : name;
    return [{ title, bound, work, fastest, own, ratio: fastest / other.microseconds, asSet }];
  });
  if (found.length === 0) return [];
  const beyond = found.filter(({ ratio, bound }) => ratio > bound);
  const product = measured(tables.get("matmul")?.get(baseline));
  const beside =
    product === null
      ? ""
      : ` PyTorch's product, which may use wider registers and fused multiply-adds, reaches
${times(gflops(workloads.matmul, product.microseconds) / most)} that.`;
  const ownProduct = measured(tables.get("matmul")?.get(ours));
  const wasBusy = ownProduct !== null && gflops(workloads.matmul, ownProduct.fastest) > most;
  const withSet = found.some(({ asSet }) => asSet !== null);
  return [
    `The default kernels multiply and add in WebAssembly's 128-bit SIMD, by two instructions: the one that does both at
once rounds otherwise on one processor than on another. On this engine and machine such instructions do at most
${digits(most)} GFLOP/s with one thread: measured in this run by a loop that does nothing else, on tiles of 2 by 16 sums
whose operands are in the first-level cache.${beside} The products of a step alone then take at least:`,
    table(
      [
        ...["", "multiply-adds, millions", "at the limit, µs", "evenkeel's step, µs", "limit to PyTorch's step"],
        ...(withSet ? ["to PyTorch's as set"] : []),
        "target",
      ],
      found.map(({ title, bound, work, fastest, own, ratio, asSet }) => [
        title,
        digits(work / 1e6),
        `${digits(fastest)} (${percent(fastest / own.microseconds)})`,
        digits(own.microseconds),
        times(ratio),
        ...(withSet ? [times(asSet && fastest / asSet.microseconds)] : []),
        digits(bound),
      ]),
    ),
    wasBusy
      ? "The product of matrices was faster than this limit: the machine was busy when it was measured, and it is too low."
      : "",
    beyond.length === 0
      ? "No target is out of reach for that reason."
      : `Out of reach for the default kernels on this machine, whatever the rest of a step takes: ${listed(
          beyond.map(
            ({ title, bound, ratio }) => `a ratio below ${digits(ratio)} on ${title} (the target is ${digits(bound)})`,
          ),
        )}.`,
  ];
}

/** The newer engine beside the one that runs the benchmark. */
export function engines(tables: Tables): string[] {
  const names = [ours, ...onNewerEngine.map(({ name }) => name)];
  const measuredOnNewer = (name: WorkloadName): Measurements[] => {
    const measurements = tables.get(name);
    return measurements && names.slice(1).some((who) => measured(measurements.get(who))) ? [measurements] : [];
  };
  const steps = (["A", "A′", "B", "C", "D"] as const).flatMap((name) =>
    measuredOnNewer(name).map((found) => [`${name}, µs`, ...names.map((who) => timeCell(found, who, baseline))]),
  );
  const rates = (name: "matmul" | "limit", title: string, show: (m: Measurement) => number) =>
    measuredOnNewer(name).map((found) => [
      title,
      ...names.map((who) => cell(found.get(who), (m) => digits(gflops(workloads[name], show(m))))),
    ]);
  const rows = [
    ...steps,
    ...rates("matmul", `\`matmul\` ${matmulSize}³, GFLOP/s`, (m) => m.microseconds),
    ...rates("limit", "the limit, GFLOP/s", (m) => m.fastest),
  ];
  if (rows.length === 0) return [];
  return [
    `The same library on a newer engine. In brackets, times what PyTorch takes. The last column is with
\`useKernels("wasm-relaxed")\`, whose products are fused multiply-adds where the processor has them, so that its bits
may differ between machines; its limit is that of such instructions.`,
    table(["", `evenkeel on Node.js ${process.versions.node}`, ...names.slice(1)], rows),
  ];
}
