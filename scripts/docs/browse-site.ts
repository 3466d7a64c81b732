/**
 * Opens the site in a headless Chromium as a reader would: every guide with all its figures and formulas, also on a phone and in the
 * dark, the front page, the places of the lab, and the search.
 * Fails on what is missing, not in the look that the page has, or wider than the screen, on errors of scripts, and on anything fetched
 * from elsewhere. Needs `npm run docs`, and Chromium.
 */
import { type Page as BrowserPage, chromium } from "playwright";
import { chromiumOptions } from "./chromium.ts";
import { serve } from "./serve.ts";
import { firstLook, markdownOf } from "./site/firstLook.ts";
import { pages, siteFolder } from "./site/pages.ts";

const { address, close } = await serve(siteFolder);
/** A page that has the navigation of all guides. */
const start = new URL(pages()[0].path.replace(/md$/, "html"), address).href;
const browser = await chromium.launch(chromiumOptions);
const failures: string[] = [];
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => failures.push(`an error on ${page.url()}: ${error.message}`));
  page.on("requestfailed", (request) => {
    // What a page no longer wants when it becomes narrower or is left is not missing; each figure that it shows is counted below.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") failures.push(`not loaded: ${request.url()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
      failures.push(`fetched from elsewhere: ${request.url()}`);
    }
  });
  const places = await navigation(page);
  let figures = 0;
  for (const { title, text } of pages()) {
    const place = places.get(title);
    if (place === undefined) failures.push(`${title} is not in the navigation`);
    else await page.goto(place);
    figures += await lookAt(page, title, [...text.matchAll(/^!\[/gm)].length);
    await looksRight(page, title, text);
    failures.push(...(await markdownOf(page, title, text)));
  }
  failures.push(...(await firstLook(page, address)));
  for (const [words, expected] of [
    ["landscapeBands", "landscapeBands"],
    ["saturationBitmap", "saturationBitmap"],
    ["three neurons", "internal covariate shift"],
  ]) {
    await search(page, words, expected);
  }
  console.log(`${pages().length} guides with ${figures} figures, and the search`);
} finally {
  await browser.close();
  close();
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;

/** Where the links beside the pages lead, by what they say. */
async function navigation(page: BrowserPage): Promise<ReadonlyMap<string, string>> {
  await page.goto(start);
  const links = await page
    .locator(".VPSidebar a")
    .evaluateAll((all) => all.map((link) => [link.textContent ?? "", (link as HTMLAnchorElement).href] as const));
  return new Map(links);
}

/** Counts the figures that are really drawn of the guide that is open. */
async function lookAt(page: BrowserPage, title: string, expected: number): Promise<number> {
  const drawn = await page.locator(".vp-doc img").evaluateAll(async (images) => {
    const figures = (images as HTMLImageElement[]).filter(({ offsetParent }) => offsetParent !== null);
    for (const figure of figures) figure.loading = "eager";
    await Promise.all(figures.map((figure) => figure.decode().catch(() => {})));
    return figures.filter(({ complete, naturalWidth, alt }) => complete && naturalWidth > 0 && alt !== "").length;
  });
  if (drawn !== expected) failures.push(`${title}: ${drawn} of ${expected} figures are drawn`);
  const wider = await onPhone(page, () => document.documentElement.scrollWidth - innerWidth);
  if (wider > 0) failures.push(`${title}: ${wider} pixels wider than a phone`);
  // A function that has a name in the page would ask for the bundler's helper, which is not there.
  const spilt = await onPhone(
    page,
    () =>
      [...document.querySelectorAll("pre > code")].filter(
        (code) =>
          getComputedStyle(code).backgroundColor !== "rgba(0, 0, 0, 0)" &&
          code.getBoundingClientRect().right > (code.parentElement?.getBoundingClientRect().right ?? 0),
      ).length,
  );
  if (spilt > 0)
    failures.push(`${title}: the ground of ${spilt} blocks of code lies outside of their boxes on a phone`);
  return drawn;
}

/** That the guide that is open shows its plots as they are drawn for it, and its formulas as MathML. */
async function looksRight(page: BrowserPage, title: string, text: string): Promise<void> {
  const plots = [...text.matchAll(/^!\[[^\]]*\]\([^)]*figures\/(?!graph\/)/gm)].length;
  const schemes = [
    ["light", "figures/"],
    ["dark", "figures/dark/"],
  ] as const;
  for (const [colorScheme, folder] of plots === 0 ? [] : schemes) {
    await page.emulateMedia({ colorScheme });
    for (const [screen, found] of [
      [folder, await page.evaluate(shownFigures)],
      [folder.replace("figures/", "figures/narrow/"), await onPhone(page, shownFigures)],
    ] as const) {
      const fitting = found.filter((source) => new RegExp(`docs/${screen}[a-zA-Z]+/[^/]+$`).test(source)).length;
      if (fitting !== plots) failures.push(`${title}: ${fitting} of ${plots} plots are shown from ${screen}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  const formulas = await page.locator(".vp-doc math").count();
  const expected = [...text.matchAll(/^```math$/gm)].length;
  if (formulas !== expected) failures.push(`${title}: ${formulas} of ${expected} formulas are MathML`);
}

/** Where the figures come from that the page shows. */
async function shownFigures(): Promise<string[]> {
  // A picture of another width is chosen when the page is next drawn.
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const figures = ([...document.querySelectorAll(".vp-doc img")] as HTMLImageElement[]).filter(
    ({ offsetParent }) => offsetParent !== null,
  );
  for (const figure of figures) figure.loading = "eager";
  await Promise.all(figures.map((figure) => figure.decode().catch(() => {})));
  return figures.map(({ currentSrc }) => currentSrc);
}

/** What is so of the page on a screen of 390 pixels. */
async function onPhone<T>(page: BrowserPage, measure: () => T | Promise<T>): Promise<T> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const found = (await page.evaluate(measure)) as T;
  if (before !== null) await page.setViewportSize(before);
  return found;
}

/** Types into the search, and expects a result by this name among the first. */
async function search(page: BrowserPage, words: string, expected: string): Promise<void> {
  await page.goto(start);
  await page.locator("#local-search button").click();
  await page.locator("#localsearch-input").fill(words);
  const results = page.locator("#localsearch-list .result").first();
  await results.waitFor({ timeout: 10_000 }).catch(() => {});
  const found = (await page.locator("#localsearch-list .result").allInnerTexts()).slice(0, 5).join("\n").toLowerCase();
  if (!found.includes(expected.toLowerCase())) failures.push(`searching "${words}" finds ${JSON.stringify(found)}`);
}
