import { escapeHtml } from "../../analysis/measuring/html.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { positive } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { inTheme } from "../specification/otherTheme.ts";
import { drawingPackage, mayEvaluate } from "./drawing.ts";
import { htmlPage } from "./htmlPage.ts";
import type { Plot } from "./plot.ts";
import { textWidth } from "./textWidth.ts";

/** What {@link render} may be told. */
export interface RenderOptions {
  /** How many pixels of a PNG one pixel of the plot is. Default `2`. */
  readonly scale?: number;
}

const where = "render";

const rules = { scale: { is: positive, default: 2 } } satisfies OptionRules<RenderOptions>;

/**
 * Draws a plot, as the text of an SVG or of an HTML page that needs nothing else, or as the bytes of a PNG.
 *
 * The packages `vega` and `vega-lite` do it, for a PNG `@resvg/resvg-js`, which works in Node, and `vega-interpreter` where
 * a content security policy forbids to make code of texts: install those that you want, the library itself needs none.
 *
 * @param plot - one of this entry's, or any Vega-Lite specification with its data in it.
 * @throws TensorError if a package is missing, or for another format; and whatever Vega throws for a specification of your
 * own that is none.
 *
 * @example
 * ```ts
 * import { lossCurves, render } from "evenkeel/plot";
 * import { nn, ones, optim } from "evenkeel";
 * import { Recorder } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1);
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
 * for (let step = 0; step < 5; step++) recorder.step(() => model.forward(ones([1, 1])).square().mean());
 * const svg = await render(lossCurves(recorder.recording()), "svg");
 * console.log(svg.startsWith("<svg")); // => true
 * ```
 */
export async function render(plot: Plot, format: "svg" | "html", options?: RenderOptions): Promise<string>;
export async function render(plot: Plot, format: "png", options?: RenderOptions): Promise<Uint8Array>;
export async function render(
  plot: Plot,
  format: "svg" | "html" | "png",
  options: RenderOptions = {},
): Promise<string | Uint8Array> {
  const { scale } = optionsOf(where, options, rules);
  if (format !== "svg" && format !== "html" && format !== "png") {
    throw new TensorError(where, { expected: 'a format "svg", "html" or "png"', got: describe(format) });
  }
  checkPlot(where, plot);
  const title = plot.title?.text ?? "Plot";
  if (format === "html")
    return htmlPage(title, `<h1>${escapeHtml(title)}</h1>\n<figure>${await inBothThemes(plot, "figure")}</figure>`);
  const svg = await toSvg(plot);
  if (format === "svg") return svg;
  const { Resvg } = await drawingPackage(where, "@resvg/resvg-js");
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" };
  return new Uint8Array(new Resvg(svg, { fitTo: { mode: "zoom", value: scale }, font }).render().asPng());
}

/** Refuses anything but a plot. */
export function checkPlot(where: string, plot: Plot, expected = "a plot, such as lossCurves makes one"): void {
  if (typeof plot === "object" && plot !== null && typeof plot.$schema === "string") return;
  throw new TensorError(where, { expected, got: describe(plot) });
}

async function toSvg(plot: Plot): Promise<string> {
  const [vega, vegaLite] = [await drawingPackage(where, "vega"), await drawingPackage(where, "vega-lite")];
  const interpreter = mayEvaluate() ? null : await drawingPackage(where, "vega-interpreter");
  // Vega-Lite may write into what it is given.
  const spec = holdable(structuredClone({ ...plot })) as Parameters<typeof vegaLite.compile>[0];
  const compiled = vegaLite.compile(spec, { logger: quiet() });
  mendTitles(compiled.spec.marks);
  const view =
    interpreter === null
      ? new vega.View(vega.parse(compiled.spec), { renderer: "none", logger: quiet() })
      : new vega.View(vega.parse(compiled.spec, undefined, { ast: true }), {
          renderer: "none",
          logger: quiet(),
          expr: interpreter.expressionInterpreter,
        });
  const restore = measureText(vega);
  try {
    const svg = await view.toSVG();
    const said = escapeHtml(String(holdable(plot.description ?? plot.title?.text ?? "Plot")));
    return svg.replace("<svg ", `<svg role="img" aria-label="${said}" `);
  } finally {
    restore();
    view.finalize();
  }
}

/** A figure for light and for dark, of which the page shows one; what is no plot of this entry is drawn once, on a light sheet. */
export async function inBothThemes(figure: Plot, name: string): Promise<string> {
  const looks = (["light", "dark"] as const).map((theme) => [theme, inTheme(figure, theme)] as const);
  const svgs = looks.map(async ([theme, plot]) => {
    if (plot === null) return "";
    return `<div class="on-${theme}">${inlined(await toSvg(plot), `${name}-${theme}-`)}</div>`;
  });
  const both = (await Promise.all(svgs)).join("");
  return both === "" ? `<div class="sheet">${inlined(await toSvg(figure), `${name}-`)}</div>` : both;
}

/** An SVG whose names, of clip paths and gradients, are its own among several on one page. */
function inlined(svg: string, prefix: string): string {
  return svg
    .replace(/\bid="/g, `id="${prefix}`)
    .replace(/url\(#/g, `url(#${prefix}`)
    .replace(/href="#/g, `href="#${prefix}`);
}

/** A mark as Vega has it, by what matters here. */
interface VegaMark {
  readonly encode?: Readonly<Record<string, { tooltip?: unknown; readonly description?: { signal?: string } }>>;
  readonly marks?: readonly VegaMark[];
}

/**
 * Titles stand unescaped in the expressions that Vega-Lite makes of them: tooltips, which no drawing shows, are taken out, and
 * descriptions have their line breaks taken out.
 */
function mendTitles(marks: readonly unknown[] = []): void {
  for (const { encode = {}, marks: within } of marks as readonly VegaMark[]) {
    for (const set of Object.values(encode)) {
      delete set.tooltip;
      if (set.description?.signal !== undefined) {
        set.description.signal = set.description.signal.replace(/[\r\n]+/g, " ");
      }
    }
    mendTitles(within);
  }
}

/** A copy whose texts have nothing in them that Vega's expressions or SVG cannot hold: line separators, half characters. */
function holdable(value: unknown): unknown {
  if (typeof value === "string") return value.replace(unheld, " ");
  if (Array.isArray(value)) return value.map(holdable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [holdable(name), holdable(entry)]));
}

/** Controls but for tabs and line breaks, unpaired surrogates, and U+2028 and U+2029. */
const unheld = /(?![\t\n\r])[\p{Cc}\p{Cs}\u2028\u2029]/gu;

/** What Vega measures text by; its types do not name it. */
interface TextMetrics {
  width: (item: TextItem, text: string) => number;
  readonly estimateWidth: TextMetrics["width"];
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

let measuring = 0;

/** Lets Vega measure text by {@link textWidth} where it could only guess, until the last plot under way is drawn. */
function measureText(vega: object): () => void {
  const { textMetrics } = vega as { textMetrics?: TextMetrics };
  if (textMetrics === undefined || (measuring === 0 && textMetrics.width !== textMetrics.estimateWidth))
    return () => {};
  measuring++;
  textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
    fontSize * textWidth(String(text ?? ""), fontWeight === "bold" || Number(fontWeight) >= 600);
  return () => {
    measuring--;
    if (measuring === 0) textMetrics.width = textMetrics.estimateWidth;
  };
}

/** A logger that says nothing: a specification of version 5 is drawn by version 6 just as well. */
function quiet() {
  const logger = {
    level: () => logger,
    error: () => logger,
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}
