import { readFileSync } from "node:fs";
import { isTensorError } from "evenkeel";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "./examples.ts";
import { quoted, tablesOf } from "./tables.ts";
import { worthOf } from "./written.ts";

const file = "skills/evenkeel/SKILL.md";
const text = readFileSync(`${root}${file}`, "utf8");
const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
const fields = Object.fromEntries(head.split("\n").map((line) => line.split(/: (.*)/).slice(0, 2)));

test("the skill is called as its folder, says when it is to be used, and is short", () => {
  expect(fields.name).toBe("evenkeel");
  expect(fields.description.length).toBeLessThan(1024);
  expect(fields.description).not.toMatch(/: /); // which would be another field
  expect(body.length).toBeLessThan(9000);
});

test("the entries that it names are those of the package", () => {
  const named = new Set(body.match(/(?<=[`"])evenkeel(?:\/[a-z]+)*(?=[`"])/g));
  const entries = Object.keys(packageJson.exports).map((entry) => entry.replace(/^\./, "evenkeel"));
  expect([...named].filter((entry) => !entries.includes(entry))).toEqual([]);
});

const rows = tablesOf(file).map(({ cells }) => cells.map((cell) => quoted(cell)[0]));

describe("of two spellings the first is refused by the library, and the second runs:", () => {
  test("there are some", () => expect(rows.length).toBeGreaterThan(10));
  test.each(rows)("%s, %s", (written, right) => {
    let error: unknown;
    try {
      worthOf(written);
    } catch (thrown) {
      error = thrown;
    }
    expect(isTensorError(error), String(error)).toBe(true);
    expect(() => worthOf(right)).not.toThrow();
  });
});
