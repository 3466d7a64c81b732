import type { Plot } from "evenkeel/plot";
import { render, reportPage } from "evenkeel/plot";
import { expect, test, vi } from "vitest";
import { plotOf, settingsOf } from "../../src/plot/specification/plot.ts";
import { withoutEval } from "./withoutEval.ts";

const settings = settingsOf("test", {}, { title: "A <b> & more", width: 100, height: 50 });
const body = {
  data: { values: [{ x: "<i>one</i></script><script>alert(1)", y: 1 }] },
  mark: "bar",
  encoding: { x: { field: "x", type: "nominal" }, y: { field: "y", type: "quantitative" } },
};
const plot = plotOf(body, settings, ["a note"]);
const display = Symbol.for("Jupyter.display");
type Shown = { [display](): Promise<Record<string, unknown>> };

test("an SVG, a PNG and a page come out, with labels as text", async () => {
  const svg = await render(plot, "svg");
  expect(svg).toContain("A &lt;b&gt; &amp; more");
  const png = await render(plot, "png", { scale: 1 });
  expect([...png.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
  expect((await render(plot, "png", { scale: 2 })).length).toBeGreaterThan(png.length);
  const html = await render(plot, "html");
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

test("drawing does not change a plot", async () => {
  const before = JSON.stringify(plot);
  await render(plot, "svg");
  expect(JSON.stringify(plot)).toBe(before);
});

test("a notebook is given the specification and a picture", async () => {
  const bundle = await (plot as unknown as Shown)[display]();
  expect(bundle["application/vnd.vegalite.v5+json"]).toBe(plot);
  expect(bundle["text/plain"]).toBe("A <b> & more");
  expect(typeof bundle["image/png"]).toBe("string");
});

test("where the renderers are missing, an error says what to install, and a notebook gets the specification", async () => {
  vi.resetModules();
  vi.doMock("vega", () => {
    throw new Error("Cannot find package 'vega'");
  });
  try {
    const without = await import("../../src/plot/drawing/render.ts");
    await expect(without.render(plot, "svg")).rejects.toThrow(/the package vega[\s\S]*npm install vega vega-lite/);
    const { plotOf: make } = await import("../../src/plot/specification/plot.ts");
    const bundle = await (make(body, settings) as unknown as Shown)[display]();
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "text/plain"]);
  } finally {
    vi.doUnmock("vega");
    vi.resetModules();
  }
});

test("where code may not be made of texts, reports are drawn, and a missing interpreter is named", async () => {
  const html = await withoutEval(() => reportPage({ title: "A page", figures: [plot] }));
  expect(html).toContain("A &lt;b&gt; &amp; more");
  vi.resetModules();
  vi.doMock("vega-interpreter", () => {
    throw new Error("Cannot find package 'vega-interpreter'");
  });
  try {
    const without = await import("../../src/plot/drawing/render.ts");
    const refused = await withoutEval(() => without.render(plot, "svg")).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      where: "render",
      code: "EVENKEEL_PACKAGE",
      expected: "the package vega-interpreter",
    });
    expect(String(refused)).toMatch(/npm install vega vega-lite vega-interpreter; .*content security policy/);
    const { plotOf: make } = await import("../../src/plot/specification/plot.ts");
    const bundle = await withoutEval(() => (make(body, settings) as unknown as Shown)[display]());
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "text/plain"]);
    expect(await without.render(plot, "svg")).toContain("<svg"); // elsewhere nobody needs it
  } finally {
    vi.doUnmock("vega-interpreter");
    vi.resetModules();
  }
});

test("other formats, scales and plots are refused", async () => {
  await expect(render(plot, "gif" as "svg")).rejects.toThrow(/format "svg", "html" or "png"/);
  await expect(render(plot, "png", { scale: 0 })).rejects.toThrow(/above 0 as scale/);
  await expect(render(null as unknown as Plot, "svg")).rejects.toThrow(/a plot/);
});
