import { expect, test } from "vitest";
import { mutantsOf, nameOf } from "../../scripts/check/mutants/find.ts";
import survivors from "../mutants/survivors.json" with { type: "json" };

test("every mutant that is explained is one of the code as it is now", () => {
  const explained = Object.keys(survivors);
  const files = new Set(explained.map((name) => name.slice(0, name.indexOf(": "))));
  const names = new Set([...files].flatMap((file) => mutantsOf(file).map(nameOf)));
  expect(explained.filter((name) => !names.has(name))).toEqual([]);
  expect(explained).toEqual([...explained].sort());
});
