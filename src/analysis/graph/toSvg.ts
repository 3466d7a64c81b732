import { missing, optionalPackage } from "../../base/optionalPackage.ts";
import type { ComputationGraph } from "./graph.ts";
import { checkGraph } from "./nodeLines.ts";
import { toDot } from "./toDot.ts";

/**
 * A computation graph as a picture: an `<svg>` element, to be put into a page or a file. Its background is transparent,
 * its colours can be read on light and on dark. Graphviz lays it out, from the optional package `@viz-js/viz`.
 *
 * @throws TensorError if it is not a computation graph, or if `@viz-js/viz` cannot be loaded.
 * @see {@link toDot}, which needs no package.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { computationGraph, toSvg } from "evenkeel/analysis";
 *
 * const a = tensor(2, { requiresGrad: true });
 * const svg = await toSvg(computationGraph(a.mul(a).tanh(), { names: { a } }));
 * console.log(svg.slice(0, 4), svg.includes("tanh")); // => <svg true
 * ```
 */
export async function toSvg(graph: ComputationGraph): Promise<string> {
  checkGraph("toSvg", graph);
  const { instance } = await optionalPackage("toSvg", "@viz-js/viz", () => import("@viz-js/viz").catch(missing), {
    install: "@viz-js/viz",
    hint: "toDot and toMermaid do without.",
  });
  const drawn = (await instance()).renderString(toDot(graph), { format: "svg" });
  return drawn.slice(drawn.indexOf("<svg")).replace("<svg", `<svg role="img" aria-label="Computation graph"`);
}
