import { describe, expect, test } from "vitest";
import { graphs, plots } from "../../../scripts/docs/figures/all.ts";
import { ofGraphs, ofPlots } from "./table.ts";

describe.each(Object.entries(ofPlots))("%s", (figure, sentences) => {
  const [folder, name] = figure.split("/");
  const plot = plots[folder][name]()();
  test.each(Object.entries(sentences))("%s", (_, holds) => {
    expect(holds(plot)).toBe(true);
  });
});

describe.each(Object.entries(ofGraphs))("%s", (figure, sentences) => {
  test.each(Object.entries(sentences))("%s", async (_, holds) => {
    expect(holds(await graphs[figure.split("/")[1]]())).toBe(true);
  });
});
