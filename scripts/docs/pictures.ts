/**
 * Measures every figure of the guides in a headless Chromium, in each of its looks, as wide as a page shows it: no text outside of the
 * picture, none over another, nor so near that both read as one, none smaller than can be read. Needs Chromium.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { globSync } from "tinyglobby";
import { chromiumOptions } from "./chromium.ts";

const folder = fileURLToPath(new URL("../../docs/figures/", import.meta.url));

/** How many pixels a page has for a picture: of 390 on a phone, of 1,280 beside the navigation. */
const room = (file: string): number => (/^narrow\//.test(file) ? 358 : 760);

/** The smallest letters that are read without effort, in pixels. */
const leastSize = 9;

const browser = await chromium.launch(chromiumOptions);
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const failures: string[] = [];
const files = globSync(["**/*.svg"], { cwd: folder, ignore: ["graph/**"] }).sort();
for (const file of files) {
  await page.setContent(
    `<body style="margin: 40px">${readFileSync(folder + file, "utf8")}
    <style>svg { width: min(100%, ${room(file)}px); height: auto; overflow: visible }</style>`,
  );
  const said = await page.evaluate(measured, leastSize);
  for (const what of said) failures.push(`${file}: ${what}`);
}
await browser.close();
for (const failure of failures) console.error(failure);
console.log(`${files.length} pictures, ${failures.length} faults`);
if (failures.length > 0) process.exitCode = 1;

/** What is wrong with the texts of the only picture on the page. Runs there, so that it may use nothing from outside. */
function measured(least: number): string[] {
  const svg = document.querySelector("svg") as SVGSVGElement;
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll("text")]
    .filter((text) => text.textContent?.trim() && Number(getComputedStyle(text).opacity) > 0)
    .map((text) => ({
      says: text.textContent ?? "",
      box: text.getBoundingClientRect(),
      size: Number.parseFloat(getComputedStyle(text).fontSize) * scale,
    }));
  const found: string[] = [];
  for (const { says, box, size } of texts) {
    const isOutside =
      box.left < frame.left - 1 ||
      box.right > frame.right + 1 ||
      box.top < frame.top - 1 ||
      box.bottom > frame.bottom + 1;
    if (isOutside) found.push(`"${says}" reaches outside`);
    if (size < least - 0.05) found.push(`"${says}" is ${size.toFixed(1)} pixels high`);
  }
  texts.forEach((one, i) => {
    for (const other of texts.slice(i + 1)) {
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      const isHalo = one.says === other.says && Math.abs(one.box.left - other.box.left) < 1;
      // Boxes have room above and below their letters; numbers beside one another need some between them.
      if (!isHalo && width > -2 && height > 0.35 * Math.min(one.box.height, other.box.height)) {
        found.push(`"${one.says}" and "${other.says}" overlap`);
      }
    }
  });
  return found;
}
