import { type LineProbeAt, landscapeBands, lossCurves, type Plot, render } from "evenkeel/plot";
import { expect, test } from "vitest";
import { textWidth } from "../../src/plot/drawing/textWidth.ts";
import { broken } from "../../src/plot/specification/broken.ts";
import { stacked } from "../../src/plot/specification/stacked.ts";
import * as small from "./small.ts";

test("panels that stand beside one another stand one below the other, wherever they are, and data are left alone", () => {
  const data = { values: [{ hconcat: 1, columns: 4 }] };
  const body = {
    data,
    vconcat: [{ hconcat: [{ width: 1 }, { width: 2 }] }, { facet: { column: { field: "name" } }, spec: {} }],
  };
  expect(stacked(body)).toEqual({
    data,
    vconcat: [{ vconcat: [{ width: 1 }, { width: 2 }] }, { facet: { row: { field: "name" } }, spec: {} }],
  });
  expect(stacked({ concat: [], columns: 2 })).toEqual({ concat: [], columns: 1 });
  expect(stacked({ facet: { field: "panel" }, columns: 2 })).toEqual({ facet: { field: "panel" }, columns: 1 });
  expect(stacked({ legend: { orient: "bottom", columns: 4 } })).toEqual({ legend: { orient: "bottom", columns: 2 } });
  expect(stacked({ legend: { gradientLength: 160 } })).toEqual({ legend: { gradientLength: 160, orient: "bottom" } });
  expect(stacked({ legend: null })).toEqual({ legend: null });
  expect(stacked({ legend: { orient: "left" } })).toEqual({ legend: { orient: "left" } });
  expect(stacked({ legend: { orient: "right" } })).toEqual({ legend: { orient: "bottom" } });
  expect(stacked({ legend: { orient: "top", columns: 1 } })).toEqual({ legend: { orient: "top", columns: 1 } });
  expect(stacked({ columns: 4 })).toEqual({ columns: 4 });
  expect(stacked({ orient: "top", columns: "4" })).toEqual({ orient: "top", columns: "4" });
  expect(stacked({ facet: "column" })).toEqual({ facet: "column" });
  expect(stacked({ datasets: { hconcat: [1] } })).toEqual({ datasets: { hconcat: [1] } });
  expect(stacked({ layer: [{ hconcat: [null, [{ hconcat: [] }]] }] })).toEqual({
    layer: [{ vconcat: [null, [{ vconcat: [] }]] }],
  });
  const facet = { column: { field: "a" }, header: 1 };
  expect(stacked({ facet })).toEqual({ facet: { row: { field: "a" }, header: 1 } });
});

test("a text is broken between words, and has none left out", () => {
  const text = "Each curve is a histogram, as high as its own fullest bin makes it.";
  const lines = broken(text, 200, 12);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join(" ")).toBe(text);
  expect(broken("unbreakablewordsstandalone here", 20, 12)).toEqual(["unbreakablewordsstandalone", "here"]);
});

test("a line is as full as it may be", () => {
  const words = "a text of some words".split(" ");
  for (let count = 1; count < words.length; count++) {
    const first = words.slice(0, count).join(" ");
    for (const isBold of [false, true]) {
      const width = 12 * textWidth(first, isBold);
      expect(broken(words.join(" "), width, 12, isBold)[0]).toBe(first);
      expect(broken(words.join(" "), width - 0.01, 12, isBold)[0]).toBe(
        words.slice(0, Math.max(1, count - 1)).join(" "),
      );
    }
  }
  expect(12 * textWidth("words", true)).toBeGreaterThan(12 * textWidth("words", false));
});

const widthOf = async (plot: Plot) => Number(/<svg [^>]*width="(\d+)/.exec(await render(plot, "svg"))?.[1]);

test("a plot that is stacked is as wide as one of its panels, and says the same", async () => {
  const probes: readonly LineProbeAt[] = small.probes();
  const runs = { standard: probes, "batch norm": probes };
  const plots = [false, true].map((isStacked) => landscapeBands(runs, { width: 240, stacked: isStacked }));
  const [wide, narrow] = await Promise.all(plots.map(widthOf));
  expect(narrow).toBeLessThan(370);
  expect(wide).toBeGreaterThanOrEqual(narrow);
  expect(plots[1].description).toBe(plots[0].description);
  expect(() => lossCurves(small.comparison(), { stacked: 1 as never })).toThrow(/true or false as stacked/);
});
