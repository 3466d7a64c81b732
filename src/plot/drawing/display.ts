import { toBase64 } from "../../base/base64.ts";
import { drawable } from "./drawing.ts";
import type { Plot } from "./plot.ts";
import { render } from "./render.ts";

/** What a notebook shows of a plot: each kind of content by its media type. */
export type DisplayBundle = Readonly<Record<string, unknown>>;

/**
 * A plot for a notebook: the specification, which Jupyter and VS Code draw by themselves, and, where the renderers are
 * installed, a picture, which viewers on the web show.
 */
export async function display(plot: Plot): Promise<DisplayBundle> {
  const bundle = { "application/vnd.vegalite.v5+json": plot, "text/plain": plot.title.text };
  const { svg, png } = await drawable();
  if (!svg) return bundle;
  return png
    ? { ...bundle, "image/png": toBase64(await render(plot, "png", { scale: 1 })) }
    : { ...bundle, "image/svg+xml": await render(plot, "svg") };
}
