/**
 * Runs all that runs on the site as a reader would, in Chromium, and a part of it in Firefox. Presses Run on every block of every guide, and compares what
 * appears with what the guide says that it prints; runs every notebook to its end, compares it with the committed one, and solves its exercises.
 * Edits blocks and cells so that they fail or never end, by keyboard and on a phone; and opens a page whose content security policy forbids
 * what running needs. Needs `npm run docs`, Chromium, and Firefox, without which it is left out, but not in CI.
 */
import { type Browser, type BrowserContext, chromium } from "playwright";
import { chromiumOptions } from "./chromium.ts";
import { notebookPages } from "./notebookPages/pages.ts";
import { breakBlocks } from "./running/broken.ts";
import { misuse, work } from "./running/exercises.ts";
import { driver, hasFirefox, reportOf } from "./running/firefox.ts";
import { differences, type RunPage, runPages, type Seen } from "./running/pages.ts";
import { inPage, pressAll } from "./running/press.ts";
import { serve } from "./serve.ts";
import { siteFolder } from "./site/pages.ts";

/** Seconds that a block may take on a busy machine. */
const limit = 60;

const failures: string[] = [];
const pages = runPages();
const notebooks = notebookPages();
const site = await serve(siteFolder);
const browser = await chromium.launch(chromiumOptions);
try {
  const ended = await Promise.allSettled([inChromium(browser), notebooksInChromium(browser), inFirefox()]);
  for (const end of ended) if (end.status === "rejected") failures.push(String(end.reason?.stack ?? end.reason));
} finally {
  await browser.close();
  site.close();
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;

/** Where pages fetch nothing from elsewhere, or it is noted. */
async function watched(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext();
  context.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.address))
      failures.push(`fetched from elsewhere: ${request.url()}`);
  });
  return context;
}

async function inChromium(browser: Browser): Promise<void> {
  const context = await watched(browser);
  let count = 0;
  for (const page of pages) {
    const seen = await seenIn(context, page);
    failures.push(...differences(page, seen));
    count += seen.length;
  }
  console.log(`Chromium: ${count} blocks on ${pages.length} pages`);
  failures.push(...(await breakBlocks(browser, siteFolder, pages[0].path)));
}

async function notebooksInChromium(browser: Browser): Promise<void> {
  const context = await watched(browser);
  for (const notebook of notebooks) failures.push(...(await work(context, site.address, notebook)));
  failures.push(...(await misuse(context, site.address, notebooks[0])));
  console.log(`Chromium: ${notebooks.length} notebooks, their exercises solved`);
}

async function seenIn(context: BrowserContext, { path, title }: RunPage): Promise<Seen[]> {
  const page = await context.newPage();
  page.on("pageerror", ({ message }) => failures.push(`an error on ${title}: ${message}`));
  try {
    await page.goto(site.address + encodeURI(path));
    await page.locator(".runnable-run").first().waitFor();
    return await page.evaluate<Seen[]>(`(${inPage(pressAll)})(document, ${limit})`);
  } finally {
    await page.close();
  }
}

/** Firefox opens a page that opens every third guide, presses, and posts what it has seen: all of them would take a minute more. */
async function inFirefox(): Promise<void> {
  if (!hasFirefox()) {
    if (process.env.CI === "true") failures.push("no Firefox");
    console.log("Firefox: not here");
    return;
  }
  const some = pages.filter((_, i) => i % 3 === 0);
  const all = await reportOf<Seen[][]>(siteFolder, driver(some, limit), { seconds: 500 });
  for (const [i, page] of some.entries()) failures.push(...differences(page, all[i]).map((what) => `Firefox: ${what}`));
  console.log(`Firefox: ${all.flat().length} blocks on ${some.length} pages`);
}
