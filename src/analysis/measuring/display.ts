import { isTensorError } from "../../base/errors.ts";
import { escapeHtml, htmlTable, shortText } from "./html.ts";

const symbol: unique symbol = Symbol.for("Jupyter.display");

/** What a notebook shows of a result: each kind of content by its media type. */
type Bundle = Readonly<Record<string, unknown>>;

/** Makes it of a result. */
export type Shown<Result> = (result: Result) => Bundle;

/**
 * Gives a result what a notebook shows of it: its plot, if it has one and the packages that draw are installed; or else its
 * numbers as a list, and its entries as tables. The property is not enumerable, so that the result stays plain data.
 *
 * @param plot - the name of the function of `evenkeel/plot` that draws it.
 * @param shown - what is shown where there is no plot, in place of numbers and tables.
 */
export function displayed<T>(result: T, plot?: string, shown: Shown<never> = tablesOf): T {
  if (typeof result !== "object" || result === null || symbol in result) return result;
  const value = plot === undefined ? () => shown(result as never) : () => drawn(result, plot);
  return Object.defineProperty(result, symbol, { value });
}

const tablesOf = (result: object): Bundle => ({ "text/html": htmlOf(result), "text/plain": textOf(result) });

/** The entry that draws, asked for by its name and only when a notebook shows a result, so that no bundle of analyses has it. */
const entry: string = /* @__PURE__ */ ["evenkeel", "plot"].join("/");

type Plots = Readonly<Record<string, (result: object) => { readonly [symbol]: () => Promise<Bundle> }>>;

async function drawn(result: object, plot: string): Promise<Bundle> {
  const tables = tablesOf(result);
  const plots: Plots | null = await import(/* @vite-ignore */ /* webpackIgnore: true */ entry).catch(() => null);
  if (plots === null) return tables; // there is no such entry where this runs, as in a page
  try {
    const bundle = await plots[plot](result)[symbol]();
    const isPicture = Object.keys(bundle).some((type) => type.startsWith("image/"));
    return isPicture ? { ...bundle, "text/plain": tables["text/plain"] } : { ...bundle, ...tables };
  } catch (error) {
    if (!isTensorError(error)) throw error;
    return tables; // a plot refuses what it cannot draw, such as a bitmap that was not asked for
  }
}

/** A result as HTML. */
function htmlOf(result: object): string {
  if (Array.isArray(result)) return htmlTable(result);
  const [facts, tables]: [string[], string[]] = [[], []];
  for (const [name, value] of Object.entries(result)) {
    const isTable = Array.isArray(value) && value.length > 0 && value.every(isObject);
    if (isTable) tables.push(`<p><b>${escapeHtml(name)}</b></p>\n${htmlTable(value)}`);
    else facts.push(`<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(shortText(value))}</td></tr>`);
  }
  return `<table><tbody>${facts.join("\n")}</tbody></table>\n${tables.join("\n")}`;
}

const textOf = (result: object): string =>
  Object.entries(result)
    .map(([name, value]) => `${name}: ${shortText(value)}`)
    .join("\n");

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
