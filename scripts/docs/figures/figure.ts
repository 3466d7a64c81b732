import type { Plot, PlotOptions } from "evenkeel/plot";

/** How a figure is drawn: for a light page or a dark one, on a screen or a phone. */
export type Look = Pick<PlotOptions, "theme" | "stacked" | "width">;

/** Runs what a figure is of, once; what it returns draws it, as often as there are looks. */
export type Figure = () => (look?: Look) => Plot;

/** The looks that a figure has on the site, by the folder that they lie in: first the one that guides name. */
export const looks: Readonly<Record<string, Look>> = {
  "": {},
  "dark/": { theme: "dark" },
  "narrow/": { stacked: true, width: 270 },
  "narrow/dark/": { theme: "dark", stacked: true, width: 270 },
};
