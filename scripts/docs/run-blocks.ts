/**
 * Presses Run on every block of every guide, in Chromium and in Firefox, and compares what appears with what the guide says that it
 * prints; edits blocks so that they fail, never end or are slow, by keyboard and on a phone; and opens a page whose content security policy forbids
 * what running needs. Needs `npm run docs`, Chromium, and Firefox, without which it is left out, but not in CI.
 */
import { type BrowserContext, chromium } from "playwright";
import { chromiumOptions } from "./chromium.ts";
import { breakBlocks } from "./running/broken.ts";
import { driver, hasFirefox, reportOf } from "./running/firefox.ts";
import { differences, type RunPage, runPages, type Seen } from "./running/pages.ts";
import { inPage, pressAll } from "./running/press.ts";
import { serve } from "./serve.ts";
import { siteFolder } from "./site/pages.ts";

/** Seconds that a block may take on a busy machine. */
const limit = 60;

const failures: string[] = [];
const pages = runPages();
const site = await serve(siteFolder);
try {
  await Promise.all([inChromium(), inFirefox()]);
} finally {
  site.close();
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;

async function inChromium(): Promise<void> {
  const browser = await chromium.launch(chromiumOptions);
  try {
    const context = await browser.newContext();
    context.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.address))
        failures.push(`fetched from elsewhere: ${request.url()}`);
    });
    let count = 0;
    for (const page of pages) {
      const seen = await seenIn(context, page);
      failures.push(...differences(page, seen));
      count += seen.length;
    }
    console.log(`Chromium: ${count} blocks on ${pages.length} pages`);
    failures.push(...(await breakBlocks(browser, siteFolder, pages[0].path)));
  } finally {
    await browser.close();
  }
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

/** Firefox opens a page that opens all the others, presses, and posts what it has seen. */
async function inFirefox(): Promise<void> {
  if (!hasFirefox()) {
    if (process.env.CI === "true") failures.push("no Firefox");
    console.log("Firefox: not here");
    return;
  }
  const all = await reportOf<Seen[][]>(siteFolder, driver(pages, limit), { seconds: 110 });
  for (const [i, page] of pages.entries())
    failures.push(...differences(page, all[i]).map((what) => `Firefox: ${what}`));
  console.log(`Firefox: ${all.flat().length} blocks on ${pages.length} pages`);
}
