import { describe } from "../../base/errors.ts";
import { type Place, refuse } from "./checks.ts";

/** Any JSON value; objects are maps, so that no name means anything to them. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

/** More digits than any double needs. */
const longestNumber = 40;

const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const literals: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/**
 * Reads JSON of unknown origin: a name that stands twice in an object, which `JSON.parse` would pass over, is refused,
 * and so is what is nested deeper than `depth`. Takes a time that grows with the length of the text.
 */
export function parseJson(place: Place, text: string, depth: number): Json {
  let at = 0;

  const unexpected = (expected: string): never => {
    const got = at < text.length ? describe(text.slice(at, at + 20)) : "the end";
    return refuse(place, expected, `${got} at character ${at}`);
  };

  const isNext = (symbol: string): boolean => {
    while (" \n\r\t".includes(text.charAt(at)) && at < text.length) at++;
    if (text.charAt(at) !== symbol) return false;
    at++;
    return true;
  };

  const expect = (symbol: string): void => {
    if (!isNext(symbol)) unexpected(`a "${symbol}"`);
  };

  const readString = (): string => {
    expect('"');
    const start = at - 1;
    let hasEscapes = false;
    for (; text.charAt(at) !== '"'; at++) {
      if (at >= text.length || text.charCodeAt(at) < 0x20) unexpected("a string that ends");
      if (text.charAt(at) !== "\\") continue;
      hasEscapes = true;
      at++;
    }
    at++;
    if (!hasEscapes) return text.slice(start + 1, at - 1);
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      at = start;
      return unexpected("a string with JSON's escapes");
    }
  };

  const readNumber = (): number => {
    const start = at;
    while (/[-+.eE0-9]/.test(text.charAt(at)) && at - start <= longestNumber) at++;
    const token = text.slice(start, at);
    if (at - start <= longestNumber && number.test(token) && Number.isFinite(Number(token))) return Number(token);
    at = start;
    return unexpected("a value");
  };

  const readObject = (level: number): Json => {
    const entries = new Map<string, Json>();
    if (isNext("}")) return entries;
    do {
      const name = readString();
      if (entries.has(name)) refuse(place, "each name once", `${describe(name)} twice`);
      expect(":");
      entries.set(name, readValue(level));
    } while (isNext(","));
    expect("}");
    return entries;
  };

  const readArray = (level: number): Json => {
    const items: Json[] = [];
    if (isNext("]")) return items;
    do items.push(readValue(level));
    while (isNext(","));
    expect("]");
    return items;
  };

  const readValue = (level: number): Json => {
    const isObject = isNext("{");
    if (isObject || isNext("[")) {
      if (level === depth) refuse(place, `values nested at most ${depth} deep`, "more");
      return isObject ? readObject(level + 1) : readArray(level + 1);
    }
    if (text.charAt(at) === '"') return readString();
    for (const [word, value] of literals) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return value;
    }
    return readNumber();
  };

  const value = readValue(0);
  isNext(" "); // passes over white space
  if (at < text.length) unexpected("nothing after the value");
  return value;
}
