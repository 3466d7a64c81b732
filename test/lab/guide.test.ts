import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mostRows } from "../../lab/data/table.ts";
import { discoveries } from "../../lab/page/discoveries.ts";
import { panelTexts } from "../../lab/panels/texts.ts";
import { rates, scales } from "../../lab/training/plan.ts";
import { root } from "../docs/examples.ts";

const guide = readFileSync(`${root}docs/lab.md`, "utf8").replaceAll(/\s+/g, " ");

test("the guide to the lab counts what there is", () => {
  const rows = [...guide.matchAll(/\| (\d+) [^|]+ \|/g)].map(([, number]) => Number(number));
  expect(rows).toEqual(panelTexts.map((_, i) => i + 1));
  expect(panelTexts).toHaveLength(10);
  expect(guide).toContain("Each of ten panels");
  expect(guide).toContain(`which of ${rates.length * scales.length} pairs`);
  expect(guide).toContain(`up to ${mostRows.toLocaleString("en")} are used`);
});

test("each chapter that a panel names is a guide", () => {
  for (const { chapter } of panelTexts) {
    expect(readFileSync(`${root}docs/analysis/${chapter}.md`, "utf8")).toContain("group: Why batch norm works");
  }
  expect(new Set(discoveries.map(({ name }) => name)).size).toBe(discoveries.length);
});
