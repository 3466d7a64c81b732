import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { documented, examples, place } from "../docs/examples.ts";

/** Where a copy has something of its own: each has its kernels and its threads. */
const perCopy = ["src/kernels/index.ts", "src/kernels/threads.ts", "src/kernels/useKernels.ts"];

const mixed = examples().filter(
  ({ runs, code, file }) => runs && code.includes(' from "evenkeel') && !perCopy.includes(file),
);

// Every public function has an example, so that each meets tensors, modules, optimisers, loaders and generators that
// another copy has made, and makes them for another.
for (const prefix of ["first-from-other", "rest-from-other", "entries-from-other"]) {
  describe(`an example, with ${prefix.replaceAll("-", " ")} copy`, () => {
    for (const example of mixed) {
      test(place(example), { timeout: 60_000 }, () => import(/* @vite-ignore */ `${prefix}:${place(example)}.ts`));
    }
  });
}

test("there are two copies", async () => {
  const [one, other] = [await import("evenkeel"), await import(/* @vite-ignore */ ["other:", "evenkeel"].join(""))];
  expect(one.Tensor).not.toBe(other.Tensor);
  expect(Object.keys(other)).toEqual(Object.keys(one));
});

test("no source asks instanceof for a class that others may have a copy of", () => {
  const sources = documented().filter((file) => file.endsWith(".ts"));
  const texts = sources.map((file) => readFileSync(file, "utf8").replaceAll(/^\s*(\*|\/\/).*$/gm, ""));
  const exported = new Set(
    texts.flatMap((text) => [...text.matchAll(/^export (?:abstract )?class (\w+)/gm)].map(([, name]) => name)),
  );
  const asked = texts.flatMap((text, i) =>
    [...text.matchAll(/instanceof (\w+)/g)]
      .filter(([, name]) => exported.has(name))
      .map(([found]) => `${sources[i]}: ${found}`),
  );
  // Messages and missing room never leave the file that makes them; memory is given back to none but the copy that made it.
  expect(asked.filter((found) => !/instanceof (Message|NoRoom|NDArray|Owned)$/.test(found))).toEqual([]);
});
