import { arch, cpus, release, totalmem, type } from "node:os";
import {
  evenkeel,
  evenkeelCompiled,
  onNewerEngine,
  openblasSettings,
  type Profile,
  peers,
  pytorch,
  Unmeasured,
} from "./contender.ts";
import { cell, digits, growthOf, listed, measured, percent, ratioOf, table, timeCell, times, wrap } from "./format.ts";
import { engines, leastTimes, profiles } from "./limits.ts";
import type { Measurement, Measurements } from "./measure.ts";
import { misses } from "./misses.ts";
import { type OperationTime, operationsSection } from "./operations/section.ts";
import { type AnalysisTime, analysesSection } from "./parts/analyses.ts";
import { targetsMet } from "./targets.ts";
import {
  type Growth,
  type GrowthName,
  gflops,
  growths,
  matmulSize,
  surfaceSide,
  type WorkloadName,
  workloads,
} from "./workloads.ts";

/** What a run has found. */
export interface Results {
  /** The libraries, in the order of the columns: evenkeel, the same compiled, PyTorch, the others. */
  readonly names: readonly string[];
  /** The versions of those that started. */
  readonly versions: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<WorkloadName, Measurements>;
  readonly series: ReadonlyMap<GrowthName, readonly Measurements[]>;
  /** Where the time of evenkeel's steps goes. */
  readonly profiles: ReadonlyMap<WorkloadName, Profile>;
  /** How long analyses take. */
  readonly analyses: readonly AnalysisTime[];
  /** What operations took. */
  readonly operations: readonly OperationTime[];
  /** Whether everything was asked for, and what has no figure could not be had. */
  readonly isComplete: boolean;
}

const [ours, compiled, baseline] = [evenkeel.name, evenkeelCompiled.name, pytorch.name];

const steps: Partial<Record<WorkloadName, string>> = {
  A: "**A** 30-200-27, batch 32",
  layered: "**A** in a module that calls its layers",
  "A′": "**A′** the same by hand, with an embedding",
  B: "**B** 30-100-100-100-100-100-27, batch 32",
  C: "**C** 784-256-256-10, batch 128",
  D: "**D** 784-1024-1024-10, batch 256",
  D2: "**D** with two threads each",
  linear: "25 linear layers of 10, batch 1,000",
};

/** The whole page. Its sentences hold whatever the figures are, or are made from them. */
export function report(results: Results): string {
  const sections = [
    ["---\ntitle: Performance\ngroup: How it works\n---\n\n# Performance", ...summary(results)],
    ["## Targets", ...targetsMet(results.tables, results.isComplete)],
    ["## The machine", machine(results)],
    ["## Training steps", ...trainingSteps(results)],
    ["## Products, curvature, surfaces", ...others(results)],
    analysesSection(results.analyses),
    operationsSection(results.operations),
    [
      "## What stands in the way",
      ...profiles(results.profiles, results.tables),
      ...leastTimes(results.tables),
      ...misses(results.profiles, results.tables),
    ],
    ["## A newer engine", ...engines(results.tables)],
    ["## As sizes grow", ...growth(results)],
    ["## How it is measured", ...method(results)],
    ["## What is missing, and why", gaps(results)],
  ];
  const written = sections.filter(([, ...paragraphs]) => paragraphs.some((paragraph) => paragraph !== ""));
  return `${written.flat().filter(Boolean).map(wrap).join("\n\n")}\n`;
}

function summary(results: Results): string[] {
  const date = new Date().toISOString().slice(0, 10);
  const ratiosOf = (who: string) =>
    [...results.tables]
      .filter(([name]) => name in steps)
      .flatMap(([, measurements]) => ratioOf(measurements.get(who), measurements.get(baseline)) ?? []);
  const between = (ratios: readonly number[]) => `${digits(Math.min(...ratios))} to ${digits(Math.max(...ratios))}`;
  const [ratios, ratiosCompiled] = [ours, compiled].map(ratiosOf);
  const range =
    ratios.length === 0
      ? `PyTorch was not measured beside it.`
      : `A training step of the networks below takes evenkeel ${between(ratios)} times as long as PyTorch${slower(ratios)}.` +
        (ratiosCompiled.length === 0 ? "" : ` Compiled, it takes ${between(ratiosCompiled)} times as long.`);
  return [`What \`npm run bench\` measured on ${date}. The whole page is its output: nothing in it is edited.`, range];
}

function slower(ratios: readonly number[]): string {
  const count = ratios.filter((ratio) => ratio > 1).length;
  return `; it is the slower of the two in ${count} of ${ratios.length}`;
}

function machine({ versions }: Results): string {
  const processors = cpus();
  const rows = [
    ["processor", `${processors[0].model.trim()}, ${processors.length} cores, ${arch()}`],
    ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["system", `${type()} ${release().split("-")[0]}`],
    ["Node.js", process.versions.node],
    ...[...versions].filter(([name]) => ![evenkeelCompiled, ...onNewerEngine].some((spec) => spec.name === name)),
  ];
  return rows.map(([what, value]) => `- ${what}: ${value}`).join("\n");
}

function trainingSteps({ names, tables }: Results): string[] {
  const rows = [...tables].flatMap(([name, measurements]) => {
    const title = steps[name];
    return title === undefined ? [] : [[title, ...names.map((n) => timeCell(measurements, n, baseline))]];
  });
  if (rows.length === 0) return [];
  return [
    `Microseconds for one whole step: gradients cleared, forward, cross-entropy, backward, gradient descent at 0.1. In
brackets, times what PyTorch takes.`,
    table(["", ...names], rows),
    `A to D are Linear – BatchNorm1d – Tanh – … – Linear, the hidden layers without bias. A′ is makemore's network as one
types it in: rows of an embedding by index, normalisation by \`mean\` and \`std\` with running statistics, a new batch by
\`randint\` in every step, parameters moved by hand. The 25 linear layers of 10 have batch norm between them, and no tanh. ${names.includes(compiled) ? compiledSteps : ""}`,
  ];
}

const compiledSteps = `"${compiled}" is the same step in \`compiled\`, which makes it again on memory that stays where it is;
A in a module that calls its layers one by one is there to see whether they cost what those of a \`Sequential\` do.`;

function others({ names, tables }: Results): string[] {
  const [matmul, hvp, surface] = [tables.get("matmul"), tables.get("hvp"), tables.get("surface")];
  const rows: string[][] = [];
  const row = (title: string, measurements: Measurements, show: (m: Measurement, name: string) => string) =>
    rows.push([title, ...names.map((name) => cell(measurements.get(name), (m) => show(m, name)))]);

  const rate = (m: Measurement) => gflops(workloads.matmul, m.microseconds);
  if (matmul !== undefined) {
    const peak = measured(matmul.get(baseline));
    row(`\`matmul\` ${matmulSize}³, GFLOP/s`, matmul, (m) => digits(rate(m)));
    if (peak) row("… of PyTorch's, as the peak", matmul, (m) => percent(rate(m) / rate(peak)));
    const limit = measured(tables.get("limit")?.get(ours));
    if (limit) {
      const share = (m: Measurement) => percent(rate(m) / gflops(workloads.limit, limit.fastest));
      row("… of the limit of unfused 128-bit SIMD", matmul, (m, name) => (name === ours ? share(m) : "–"));
    }
  }
  if (hvp !== undefined) {
    row("Hessian times a vector on A, µs", hvp, (m) => digits(m.microseconds));
    row("… in its own steps of A", hvp, ({ inSteps }) => (inSteps === undefined ? "–" : digits(inSteps)));
  }
  if (surface !== undefined) {
    row(`loss surface on A, ${surfaceSide} × ${surfaceSide}, s`, surface, (m) =>
      digits((m.microseconds * surfaceSide ** 2) / 1e6),
    );
  }
  if (rows.length === 0) return [];
  return [
    table(["", ...names], rows),
    `The peak is what PyTorch's own product reaches on this machine with one thread, not the processor's data sheet; the
other limit is that of "What stands in the way". Each repeat of the Hessian times a vector is followed by one of A by the same library, as it is
written. The surface moves all parameters along two directions and reads the loss of 4,096 examples, without gradients; its time is
that of one point, measured as a step is, times ${(surfaceSide ** 2).toLocaleString("en")}.`,
  ];
}

function growth({ series }: Results): string[] {
  return [...series].flatMap(([name, rows]) => {
    const { network, letter, values, refused }: Growth = growths[name];
    const isRefused =
      refused && [...rows[values.indexOf(refused.value)].values()].every((m) => m instanceof Unmeasured);
    const cells = rows.map((measurements, i) => [
      `${letter} = ${values[i].toLocaleString("en")}`,
      ...[ours, baseline].map((n) => cell(measurements.get(n), (m) => digits(m.microseconds))),
      times(ratioOf(measurements.get(ours), measurements.get(baseline))),
    ]);
    return [
      `A training step in microseconds by ${name}: ${network}.`,
      table(["", ours, baseline, "ratio"], cells),
      growthSentence(letter, values, rows) +
        (isRefused ? ` ${letter} = ${refused.value} has no time: ${refused.because}.` : ""),
    ];
  });
}

/** What the last two sizes say: how much longer the larger takes. */
function growthSentence(letter: string, values: readonly number[], rows: readonly Measurements[]): string {
  const [from, to] = values.slice(-2).map((value) => value.toLocaleString("en"));
  const parts = [ours, baseline].flatMap((name) => {
    const [before, last] = rows.slice(-2).map((measurements) => measurements.get(name));
    const ratio = growthOf(last, before);
    return ratio === null ? [] : [`${digits(ratio)} times as long for ${name}`];
  });
  return parts.length === 0 ? "" : `From ${letter} = ${from} to ${to} a step becomes ${parts.join(", ")}.`;
}

function method({ names, tables, series }: Results): string[] {
  const spreads = [
    ...[...tables].flatMap(([name, times]) => (name === "limit" ? [] : [times])),
    ...[...series.values()].flat(),
  ]
    .flatMap((measurements) => [...measurements.values()].flatMap((m) => measured(m)?.spread ?? []))
    .toSorted((a, b) => a - b);
  const noise =
    spreads.length === 0
      ? ""
      : `Between the fastest repeat and the slowest lie, in the middle of all entries, ` +
        `${percent(spreads[Math.floor(spreads.length / 2)])} of the median, at worst ${percent(spreads[spreads.length - 1])}.`;
  return [
    `Each library runs in a process of its own, with one thread unless two are said, in float32. It warms up for half a
second; then come nine repeats of about 0.2 s each, the libraries in turn, while the others wait. The figure is the median; a ratio is
the median of those of repeats that stood side by side, so that what slows the machine for a while slows both; of the
limits, the figure is the fastest of twenty repeats of 0.1 s. ${noise}`,
    held(),
    `evenkeel is measured as built, with the optimiser and the modules that its users have. ${names.includes(compiled) ? compiledMethod : ""}`,
    peers.some(({ name }) => names.includes(name)) ? peersMethod : "",
  ];
}

/** What the environment would have PyTorch do. */
function held(): string {
  if (openblasSettings.length === 0) return "";
  const settings = openblasSettings.map((name) => `\`${name}=${process.env[name]}\``);
  return `The environment sets ${listed(settings)}, which would have an OpenBLAS use other kernels than it chooses for this
processor by itself. PyTorch is measured without ${settings.length === 1 ? "it" : "them"}, and once more as set, where the page says so.`;
}

const compiledMethod = `Compiled, each step is one call of what \`compiled\` makes of it, and has no time where it is not made again; the
running statistics of A′ are then changed in place.`;

/** How the libraries are used that are neither evenkeel nor PyTorch. */
const peersMethod = `Where another library lacks a layer or an optimiser, it is written from what there is, in
\`test/bench/contenders\`: batch norm in the three of them, the embedding in jax-js and TensorFlow.js by a product with
one-hot rows, tanh and gradient descent in JS-PyTorch, which computes in float64. jax-js runs compiled by \`jit\`,
TensorFlow.js on its WebAssembly backend.`;

function gaps({ tables, series }: Results): string {
  const entries: [title: string, Measurements][] = [
    ...tables,
    ...[...series].flatMap(([name, rows]) => {
      const { values, refused }: Growth = growths[name];
      return rows.flatMap((m, i): [string, Measurements][] =>
        values[i] === refused?.value ? [] : [[`${name} ${values[i]}`, m]],
      );
    }),
  ];
  const reasons = new Map<string, string[]>();
  for (const [title, measurements] of entries) {
    for (const [name, m] of measurements) {
      if (!(m instanceof Unmeasured)) continue;
      const key = `**${name}**: ${m.message.replace(/[.\s]+$/, "")}`;
      reasons.set(key, [...(reasons.get(key) ?? []), title]);
    }
  }
  return [...reasons].map(([reason, titles]) => `- ${reason} (${titles.join(", ")})`).join("\n");
}
