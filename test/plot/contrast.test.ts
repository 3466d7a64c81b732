import { expect, test } from "vitest";
import { alarmColours, backgroundOf, configOf, seriesColours, type Theme } from "../../src/plot/specification/theme.ts";

/** How much two colours differ in lightness, from 1 to 21: WCAG 2.1, contrast ratio. */
function contrast(one: string, other: string): number {
  const lightness = (colour: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [lightness(one), lightness(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Every colour of a kind in a theme's settings, by its path. */
function coloursIn(value: unknown, is: (key: string) => boolean, path = ""): [path: string, colour: string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]): [string, string][] =>
    typeof part === "string" && part.startsWith("#")
      ? is(key) || (key === "color" && /title|text/.test(path))
        ? [[`${path}.${key}`, part]]
        : []
      : coloursIn(part, is, `${path}.${key}`),
  );
}

test("the ratio is that of WCAG's examples", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test.each<Theme>(["light", "dark"])("on a %s page text has a contrast of 4.5, and lines of 3", (theme) => {
  const background = backgroundOf(theme);
  const texts = coloursIn(configOf(theme), (key) => /^(label|title|subtitle)Color$/.test(key));
  expect(texts.length).toBeGreaterThan(6);
  expect(texts.filter(([, colour]) => contrast(colour, background) < 4.5)).toEqual([]);
  const { calm, uneasy, alarm } = alarmColours[theme];
  const lines = [...seriesColours[theme], uneasy, alarm];
  expect(lines.filter((colour) => contrast(colour, background) < 3)).toEqual([]);
  // What is not right stands out from what is, and what is worse from that.
  expect(contrast(uneasy, calm)).toBeGreaterThan(2.5);
  expect(contrast(alarm, uneasy)).toBeGreaterThan(1.1);
});
