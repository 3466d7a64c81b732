import type { Plot } from "../drawing/plot.ts";
import { configOf, type Theme, themeColours } from "./theme.ts";

/**
 * The same plot for another background: every colour of its theme is the one that has its place in the other. Null for what is not
 * of a theme, such as a specification of somebody's own.
 */
export function inTheme(plot: Plot, theme: Theme): Plot | null {
  const own = (["light", "dark"] as const).find((one) => JSON.stringify(plot.config) === JSON.stringify(configOf(one)));
  if (own === undefined) return null;
  if (own === theme) return plot;
  const [from, to] = [themeColours(own), themeColours(theme)];
  const others = new Map(from.map((colour, i) => [colour, to[i]]));
  const { config: _, ...rest } = plot;
  return { ...(recoloured(rest, others) as Plot), config: configOf(theme) };
}

/** A copy of a specification, with data as they are. */
function recoloured(value: unknown, others: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return others.get(value) ?? value;
  if (Array.isArray(value)) return value.map((part) => recoloured(part, others));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    name === "data" ? part : recoloured(part, others),
  ]);
  return Object.fromEntries(entries);
}
