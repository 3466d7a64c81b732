import { expect, test } from "vitest";
import { graphs, plots } from "../../../scripts/docs/figures/all.ts";
import { pages, shown, textOf } from "./said.ts";
import { ofGraphs, ofPlots } from "./table.ts";

const table: Readonly<Record<string, object>> = { ...ofPlots, ...ofGraphs };

test("every figure that a page shows has its alternative text checked against its data", () => {
  expect(shown.length).toBeGreaterThan(40);
  expect(shown.filter(({ figure, alt }) => !Object.hasOwn(table[figure] ?? {}, alt))).toEqual([]);
});

test("every figure that is drawn is in the table, and on a page", () => {
  const drawn = [
    ...Object.keys(graphs).map((name) => `graph/${name}`),
    ...Object.entries(plots).flatMap(([folder, figures]) => Object.keys(figures).map((name) => `${folder}/${name}`)),
  ];
  expect(Object.keys(table).sort()).toEqual(drawn.sort());
  expect(drawn.filter((figure) => !shown.some((place) => place.figure === figure))).toEqual([]);
});

test("what is checked is said on a page, in these words", () => {
  const text = pages.map(textOf).join("\n");
  const sentences = Object.values(table).flatMap((row) => Object.keys(row));
  expect(sentences.filter((sentence) => !text.includes(sentence))).toEqual([]);
});
