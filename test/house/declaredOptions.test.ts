import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
