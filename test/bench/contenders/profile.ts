import { readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { SourceMap } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Where memory for results is found, or made. */
export const forResults = "arrays for results";
const copies = "copies to and from WebAssembly";
const collection = "garbage collection";

/** What goes to memory, and not to arithmetic. */
export const ofMemory: readonly string[] = [forResults, copies, collection];

/** What a part of the source is called on the page; by the kernel's file, or else by the layer. */
const parts: Readonly<Record<string, string>> = {
  matmul: "products of matrices",
  batchNorm: "batch norm",
  unary: "elementwise, mostly tanh",
  binary: "elementwise, mostly tanh",
  elementwise: "elementwise, mostly tanh",
  crossEntropy: "cross-entropy",
  optimizer: "gradient descent",
  reduce: "sums",
  machine: copies,
  ...Object.fromEntries(["array", "pool", "arena", "fresh"].map((file) => [file, forResults])),
};

const rest = "all else: recording, walking back, modules";

/** How often the stack is looked at, in microseconds. */
const interval = 100;

/** Shares of a time. */
export interface Shares {
  /** By part of the library. */
  readonly shares: Record<string, number>;
  /** Of all that, what is spent within WebAssembly. */
  readonly withinWebAssembly: number;
}

/** The shares of the time that `run` takes: from the stack, looked at every 0.1 ms. */
export async function profiled(run: () => Promise<unknown>): Promise<Shares> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval });
  await session.post("Profiler.start");
  await run();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return sharesIn(profile);
}

function sharesIn({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const names = new Map<number, string>();
  const nameOf = (id: number): string => {
    const own = frames.get(id)?.functionName;
    if (own === "(garbage collector)") return collection;
    const sources: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame) sources.push(sourceOf(frame));
    }
    // The innermost: WebAssembly has no source, so its time is that of the file that calls it.
    const kernel = sources.find((source) => source.includes("src/kernels/"));
    if (kernel !== undefined) return parts[basename(kernel, ".ts")] ?? "other kernels";
    return sources.some((source) => source.includes("src/")) ? rest : "";
  };
  const times = new Map<string, number>();
  let [total, within] = [0, 0];
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? nameOf(id);
    names.set(id, name);
    if (name === "") continue; // before, after, and in between: the benchmark's own
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]);
    total += timeDeltas[i];
    if (frames.get(id)?.url.startsWith("wasm:")) within += timeDeltas[i];
  }
  const shares = Object.fromEntries([...times].map(([name, time]) => [name, time / total]));
  return { shares, withinWebAssembly: within / total };
}

const maps = new Map<string, SourceMap>();

/** The file in which a function was written, or what file there is. */
function sourceOf({ url, lineNumber, columnNumber }: Profiler.Profile["nodes"][number]["callFrame"]): string {
  if (!url.includes("/dist/")) return "";
  let map = maps.get(url);
  if (map === undefined) {
    map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")));
    maps.set(url, map);
  }
  const entry = map.findEntry(lineNumber, columnNumber);
  return "originalSource" in entry ? entry.originalSource : "";
}
