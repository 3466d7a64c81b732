import { ownPlot, percentileBands, saturationBitmap } from "evenkeel/plot";
import { expect, test } from "vitest";
import * as small from "./small.ts";
import { expectDrawn, valuesIn } from "./valid.ts";

test("plots of this entry are parts of a figure, each under its title", async () => {
  const [bands, bitmap] = [percentileBands(small.drift()), saturationBitmap(small.dead(), { title: "Which" })];
  const both = ownPlot({ vconcat: [bands, bitmap] }, { title: "Two at once", notes: ["Said of both."], theme: "dark" });
  const svg = await expectDrawn(both);
  for (const text of ["Two at once", "Said of both.", bands.title.text, "Which"]) expect(svg).toContain(text);
  expect(valuesIn(both)).toEqual([...valuesIn(bands), ...valuesIn(bitmap)]);
  expect(both.background).toBe("#1b1b1f");
  expect(both.description).toBe("Two at once. Said of both.");
  expect(JSON.stringify((both as { vconcat?: unknown }).vconcat)).not.toMatch(/\$schema|"config"|"background"/);
});

test("a figure of its own has the others' looks, and draws itself in a notebook", async () => {
  const bars = {
    data: { values: [{ a: 1, b: 2 }] },
    mark: "bar",
    encoding: { x: { field: "a", type: "quantitative" } },
  };
  const plot = ownPlot({ ...bars, config: { font: "other" }, title: "not this" }, { title: "Bars" });
  expect(plot.config).toEqual(percentileBands(small.drift()).config);
  expect(plot.title).toEqual({ text: "Bars", subtitle: [] });
  expect(Object.getOwnPropertySymbols(plot)).toContain(Symbol.for("Jupyter.display"));
  await expectDrawn(plot);
});

test("what is no specification is refused, as is a figure without a title", () => {
  for (const wrong of [null, 3, "bar", []]) {
    expect(() => ownPlot(wrong as never, { title: "x" })).toThrow(
      /^ownPlot: expected a Vega-Lite specification as body/,
    );
  }
  expect(() => ownPlot({}, {} as never)).toThrow(/title/);
});
