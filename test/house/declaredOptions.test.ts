import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isTensorError, ones, zeros } from "evenkeel";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const names = globSync("{analysis,autograd,compiled,functions,nn,optim,tensor}/**/*.ts", { cwd: src });

/** Checks that take names, ranges or defaults from where they are called, and not from a record of rules. */
const byHand = /\bcheck(Flag|Number)?Options?\(/;

test("options are checked by their rules alone, so that each is declared once", () => {
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => byHand.test(readFileSync(src + name, "utf8")))).toEqual([]);
});

test.each([
  ["a name that every object has", { constructor: 1 }],
  ["another", { toString: 1 }],
  ["one of them that is undefined", { valueOf: undefined }],
  ["a known name beside an unknown one", { keepdim: true, dtype: "float32", keepDim: true }],
  ["an array", []],
  ["a text", "keepdim"],
  ["null", null],
])("what makes no object of its options refuses %s as others do", (_, options) => {
  for (const run of [() => ones([2]).sum(0, options as never), () => zeros([2], options as never)]) {
    expect(run).toThrow(expect.toSatisfy(isTensorError));
  }
});
