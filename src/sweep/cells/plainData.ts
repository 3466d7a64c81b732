import type { Plain } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";

/** What stands for a number that JSON has no word for. */
const mark = "$number";

/** Deeper than that is what contains itself. */
const mostDepth = 100;

/**
 * Plain data as JSON, in one way only: names in order, every number with all its bits, −0 and NaN among them. Two values are equal
 * to the bit where their texts are equal.
 *
 * @param name - of the value, as messages have it.
 */
export function canonical(where: string, name: string, value: unknown, depth = 0): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (Object.is(value, -0)) return "-0";
    return Number.isFinite(value) ? JSON.stringify(value) : `{"${mark}":"${value}"}`;
  }
  if (depth < mostDepth && Array.isArray(value)) {
    const parts = Array.from(value, (entry, i) => canonical(where, `${name}[${i}]`, entry, depth + 1));
    return `[${parts.join(",")}]`;
  }
  if (depth < mostDepth && isPlainObject(value) && !(mark in value)) {
    const parts = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(where, `${name}.${key}`, value[key], depth + 1)}`);
    return `{${parts.join(",")}}`;
  }
  throw new TensorError(where, {
    expected: `plain data as ${name}: numbers, texts, true or false, null, lists and objects of them`,
    got: depth === mostDepth ? "a value within a hundred others" : describe(value),
    hint: ArrayBuffer.isView(value) ? "Array.from makes a list of it." : "",
  });
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // One of another realm, such as a worker's or a test's, has another Object.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** The value of such a text; a SyntaxError for any other. */
export function plainOf(text: string): Plain {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === "object" && value !== null && mark in value ? Number(value[mark]) : value,
  ) as Plain;
}
