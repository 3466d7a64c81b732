import { escapeHtml, htmlTable, shortText } from "./html.ts";

const symbol = Symbol.for("Jupyter.display");

/**
 * Gives a result what a notebook shows of it: its numbers as a list, and its entries as tables. The property is not
 * enumerable, so that the result stays plain data.
 */
export function displayed<T>(result: T): T {
  if (typeof result !== "object" || result === null || symbol in result) return result;
  const value = () => ({ "text/html": htmlOf(result), "text/plain": textOf(result) });
  return Object.defineProperty(result, symbol, { value });
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
