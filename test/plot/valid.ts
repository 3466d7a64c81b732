import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { type Plot, render } from "evenkeel/plot";
import { expect } from "vitest";

const schema = createRequire(import.meta.url).resolve("vega-lite/vega-lite-schema.json");
let validate: ValidateFunction | undefined;

/** Vega-Lite's own schema, compiled once. */
function validator(): ValidateFunction {
  if (validate !== undefined) return validate;
  const ajv = new Ajv({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  ajv.addFormat("color-hex", () => true);
  validate = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
  return validate;
}

/**
 * Fails unless a plot is plain JSON, valid by Vega-Lite's schema, and is drawn with its title and without a word such as
 * NaN. Returns the SVG.
 */
export async function expectDrawn(plot: Plot): Promise<string> {
  expect(JSON.parse(JSON.stringify(plot))).toEqual(plot);
  const isValid = validator();
  if (!isValid(plot)) expect.fail(JSON.stringify(isValid.errors?.slice(0, 3), null, 1));
  const svg = await render(plot, "svg");
  expect(svg).toMatch(/^<svg/);
  for (const word of plot.title.text.split(" ").filter((part) => /^\w+$/.test(part))) expect(svg).toContain(word);
  expect(svg).not.toMatch(/>[^<]*\b(NaN|undefined|Infinity|\[object)\b/);
  return svg;
}

/** All rows of data in a plot, in order, wherever in it they are. */
export function valuesIn(plot: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof plot !== "object" || plot === null) return [];
  const data = (plot as { data?: { values?: readonly Readonly<Record<string, unknown>>[] } }).data?.values ?? [];
  return [...data, ...Object.values(plot).flatMap(valuesIn)];
}

/** A specification without `config`, with two rows of each data set and numbers of six digits: short enough to be read. */
export function abbreviated(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(abbreviated);
  const { config, values, ...rest } = value as { config?: unknown; values?: readonly unknown[] };
  const entries = Object.entries(rest).map(([name, part]) => [name, abbreviated(part)]);
  const data = Array.isArray(values) ? { values: values.slice(0, 2).map(abbreviated), rows: values.length } : {};
  return { ...Object.fromEntries(entries), ...data };
}
