import type { Plot } from "../../../src/plot/index.ts";
import type { Shown } from "../messages.ts";
import { textOf } from "./printed.ts";

const symbol: unique symbol = Symbol.for("Jupyter.display");

type Bundle = Readonly<Record<string, unknown>>;

interface Showable {
  [symbol](): Bundle | Promise<Bundle>;
}

/** Whether a value says what a notebook shows of it. */
export const isShowable = (value: unknown): value is Showable =>
  typeof value === "object" && value !== null && symbol in value;

/** Whether a value is a plot of `evenkeel/plot`. */
export const isPlot = (value: unknown): value is Plot =>
  isShowable(value) && "$schema" in value && typeof value.$schema === "string";

/** What is shown of a value, or of a bundle of kinds of content by their media types. */
export async function shownOf(value: Showable | Bundle): Promise<Shown | null> {
  if (isPlot(value)) return shownPlot(value);
  const bundle = isShowable(value) ? await value[symbol]() : value;
  const { "image/svg+xml": svg, "text/html": html, "text/plain": text } = bundle;
  const plot = bundle["application/vnd.vegalite.v5+json"];
  if (plot !== undefined) return shownPlot(plot as Plot);
  if (typeof svg === "string") return { type: "picture", light: svg, dark: svg, alt: textOf(text) };
  if (typeof html === "string") return { type: "table", html };
  return typeof text === "string" ? { type: "text", text } : null;
}

/** A plot, for light pages and for dark ones. */
export async function shownPlot(plot: Plot): Promise<Shown> {
  const { render } = (await import("../../../src/single.ts")).plot;
  const page = await render(plot, "html");
  const [light, dark] = (["light", "dark"] as const).map(
    (theme) => new RegExp(`<div class="on-${theme}">(<svg[\\s\\S]*?</svg>)</div>`).exec(page)?.[1],
  );
  const only = light ?? dark ?? (await render(plot, "svg"));
  return { type: "picture", light: only, dark: dark ?? only, alt: plot.description };
}

/** A picture that was asked for, and in the other theme too, unless it was asked for in dark colours. */
export async function shownSvg(svg: string, plot: Plot): Promise<Shown> {
  const both = await shownPlot(plot);
  const isLight = both.type === "picture" && both.light.replaceAll("figure-light-", "") === svg;
  return isLight ? both : { type: "picture", light: svg, dark: svg, alt: plot.description };
}
