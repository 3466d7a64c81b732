import type { Plot, PlotOptions } from "evenkeel/plot";
import * as plots from "evenkeel/plot";
import { describe, expect, test } from "vitest";
import { inTheme } from "../../src/plot/specification/otherTheme.ts";
import * as small from "./small.ts";
import { abbreviated, expectDrawn } from "./valid.ts";
import { withoutEval } from "./withoutEval.ts";

type AnyPlot = (result: unknown, options?: PlotOptions) => Plot;
const any = (plot: (result: never, options?: never) => Plot) => plot as unknown as AnyPlot;

/** Each plot with what it is of; `named` where several results may be given by name. */
const cases: Readonly<Record<string, { plot: AnyPlot; of: () => unknown; named: boolean }>> = {
  activationHistograms: { plot: any(plots.activationHistograms), of: small.activations, named: true },
  activationRidges: { plot: any(plots.activationRidges), of: () => small.drift([0]), named: true },
  covariateShiftBars: { plot: any(plots.covariateShiftBars), of: small.shift, named: true },
  deadUnitTimeline: { plot: any(plots.deadUnitTimeline), of: small.deadTimeline, named: true },
  descentPaths: { plot: any(plots.descentPaths), of: small.descents, named: true },
  gradientHistograms: { plot: any(plots.gradientHistograms), of: small.gradients, named: true },
  gradientProjection: { plot: any(plots.gradientProjection), of: () => small.theorems().gradient, named: false },
  hessianSpectrum: { plot: any(plots.hessianSpectrum), of: small.density, named: true },
  interferenceHeatMap: { plot: any(plots.interferenceHeatMap), of: small.interference, named: false },
  interpolationCurve: { plot: any(plots.interpolationCurve), of: small.between, named: true },
  landscapeBands: { plot: any(plots.landscapeBands), of: small.probes, named: true },
  lineProfile: { plot: any(plots.lineProfile), of: small.probe, named: true },
  lossCurves: { plot: any(plots.lossCurves), of: small.comparison, named: false },
  percentileBands: { plot: any(plots.percentileBands), of: () => small.drift([0]), named: true },
  profileCurves: { plot: any(plots.profileCurves), of: small.correlation, named: true },
  rateScaleMap: { plot: any(plots.rateScaleMap), of: small.cells, named: false },
  rateTestCurve: { plot: any(plots.rateTestCurve), of: small.rateTest, named: true },
  saturationBitmap: { plot: any(plots.saturationBitmap), of: small.dead, named: true },
  surfaceContours: { plot: any(plots.surfaceContours), of: small.surface, named: true },
  surfaceRelief: { plot: any(plots.surfaceRelief), of: small.surface, named: true },
  theoremTerms: { plot: any(plots.theoremTerms), of: () => small.theorems().gradient, named: false },
  updateRatioCurves: { plot: any(plots.updateRatioCurves), of: small.comparison, named: false },
  updateRatioDots: { plot: any(plots.updateRatioDots), of: small.ratios, named: true },
};

/** A picture whose clips and gradients are numbered from its first: Vega counts them over all pictures. */
function numbered(svg: string): string {
  const names = new Map<string, string>();
  return svg.replace(/(?<=clip|gradient_)\d+/g, (name) => {
    if (!names.has(name)) names.set(name, `${names.size}`);
    return names.get(name) as string;
  });
}

test("every plot of the entry is here", () => {
  const others = ["LiveView", "ProgressLine", "ownPlot", "render", "report", "reportPage", "sparkline"];
  expect(Object.keys(cases)).toEqual(
    Object.keys(plots)
      .filter((name) => !others.includes(name))
      .sort(),
  );
});

describe.each(Object.entries(cases))("%s", (name, { plot, of, named }) => {
  test("is drawn in light and dark, with the title and the size asked for", async () => {
    const light = await expectDrawn(plot(of()));
    const dark = plot(of(), { theme: "dark", title: "Mine & <yours>", width: 210, height: 190 });
    expect(dark.background).toBe("#1b1b1f");
    expect(dark.title.text).toBe("Mine & <yours>");
    const svg = await expectDrawn(dark);
    expect(svg).not.toContain("<yours>");
    expect(svg).not.toBe(light);
    expect(JSON.stringify(dark)).toMatch(/"(width|height)":\d/);
  });

  test("has in the other theme the colours that it is made with there", () => {
    expect(inTheme(plot(of()), "dark")).toEqual(plot(of(), { theme: "dark" }));
    expect(inTheme(plot(of(), { theme: "dark" }), "light")).toEqual(plot(of()));
  });

  test("is drawn the same where code may not be made of texts", async () => {
    const drawn = plot(of());
    const usual = await plots.render(drawn, "svg");
    const forbidden = await withoutEval(() => plots.render(drawn, "svg"));
    expect(numbered(forbidden)).toBe(numbered(usual));
  });

  test("is as it was", () => {
    expect(abbreviated(plot(of()))).toMatchSnapshot();
  });

  test("is described in words, and draws itself in a notebook", async () => {
    const drawn = plot(of());
    expect(drawn.description).toBe([`${drawn.title.text}.`, ...drawn.title.subtitle].join(" "));
    const display = (drawn as unknown as Record<symbol, () => Promise<Record<string, unknown>>>)[
      Symbol.for("Jupyter.display")
    ];
    expect(Object.keys(await display())).toContain("application/vnd.vegalite.v5+json");
  });

  test("refuses what it is not of, and options that it does not have", () => {
    for (const wrong of [null, undefined, 3, "x", [], {}, { a: 1 }, [1, 2]]) {
      expect(() => plot(wrong)).toThrow(new RegExp(`^${name}: expected .*, got `));
    }
    expect(() => plot(of(), { colour: 1 } as PlotOptions)).toThrow(/options among/);
    expect(() => plot(of(), { theme: "blue" as "dark" })).toThrow(/"light" or "dark" as theme/);
    expect(() => plot(of(), { height: Number.NaN })).toThrow(/pixels above 0 as height/);
  });

  test.runIf(named)("sets several results beside one another, by names that may be markup", async () => {
    const both = plot({ standard: of(), "<b>batch</b>": of() });
    const svg = await expectDrawn(both);
    expect(svg).toContain("&lt;b&gt;batch&lt;/b&gt;");
    expect(svg).not.toContain("<b>");
    expect(() => plot({ one: of(), other: 3 })).toThrow(/3 as "other"/);
    expect(() => plot([of(), of()])).toThrow(/expected/); // a list has no names
  });
});
