import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setNumThreads, setPrintoptions, useKernels } from "evenkeel";
import { afterEach, describe, expect, test } from "vitest";
import { documented, examples, place, root, unfencedExamples } from "./examples.ts";
import { typeErrors } from "./typeErrors.ts";

afterEach(() => {
  useKernels("wasm");
  setNumThreads(1);
  setPrintoptions({ profile: "default" });
});

describe("the examples of the documentation", () => {
  for (const example of examples().filter(({ runs }) => runs)) {
    test(place(example), () => import(/* @vite-ignore */ `example:${place(example)}.ts`));
  }

  test("have the types they claim", { timeout: 240_000 }, () => {
    expect(typeErrors(examples())).toEqual([]);
  });

  test("stand in ```ts blocks where a docstring says @example", () => {
    const sources = documented().filter((file) => file.endsWith(".ts"));
    expect(sources.flatMap((file) => unfencedExamples(file, readFileSync(resolve(root, file), "utf8")))).toEqual([]);
  });
});
