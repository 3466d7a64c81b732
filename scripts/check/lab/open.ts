import type { Browser, Page } from "puppeteer-core";
import { type Settings, toAddress, usual } from "../../../lab/settings.ts";
import { failures } from "./failures.ts";

/** Where the lab is tried. */
export interface Where {
  readonly browser: Browser;
  readonly name: string;
  /** The address of the page. */
  readonly page: string;
}

/** Opens the lab with some settings, notes what goes wrong there, and waits until it can be used. */
export async function open(
  { browser, name, page: address }: Where,
  given: Partial<Settings> | string = {},
  { width = 1200, search = "" }: { readonly width?: number; readonly search?: string } = {},
): Promise<Page> {
  const page = await browser.newPage();
  await page.bringToFront(); // what lies behind is not drawn
  await page.setViewport({ width, height: 900 });
  // What tsx calls in functions that have a name, and a page does not have.
  await page.evaluateOnNewDocument("globalThis.__name = (named) => named");
  page.on("pageerror", (error) => {
    const said = error instanceof Error ? error.message : String(error);
    // What Firefox says of a formula that it lays out before all of it has been read.
    if (!said.startsWith("Invalid markup")) failures.push(`${name}: ${said}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    const isOwn = url.startsWith(address) || /^(data|blob|about):/.test(url);
    if (!isOwn) failures.push(`${name}: fetched ${url}`);
  });
  const hash = typeof given === "string" ? given : toAddress({ ...usual, ...given });
  await page.goto(`${address}${search}${hash === "" ? "" : `#${hash}`}`);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true", { timeout: 60_000 });
  return page;
}

/** The text of an element. */
export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? "");

/** Which step the lab says it is at. */
export const stepOf = async (page: Page): Promise<number> =>
  Number(/step (\d+)/i.exec(await textOf(page, "#state"))?.[1]);

/** Waits until the lab has come to a step; if it does not, what it says stands in the error. */
export const untilStep = (page: Page, step: number): Promise<unknown> =>
  untilStepAt(page, step).catch(async () => {
    const said = await Promise.all(["#state", "#run", "#told"].map((selector) => textOf(page, selector)));
    throw new Error(`${page.url()} does not come to step ${step}: ${said.join("; ")}`);
  });

const untilStepAt = (page: Page, step: number): Promise<unknown> =>
  page.waitForFunction(
    (least: number) => Number(/Step (\d+)/.exec(document.querySelector("#state")?.textContent ?? "")?.[1]) >= least,
    { timeout: 120_000, polling: 50 },
    step,
  );

/** Presses Run, waits for a step, and pauses: the step at which it stands then. */
export async function runTo(page: Page, step: number): Promise<number> {
  await page.click("#run");
  await untilStep(page, step);
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#run")?.textContent === "Run");
  await settled(page);
  return stepOf(page);
}

/** Waits until something is shown, and stays as it is; for as long as a slow machine may need to begin a run. */
export async function settled(page: Page): Promise<void> {
  const until = Date.now() + 60_000;
  for (let last = ""; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const now = await textOf(page, "#state");
    if (now !== "" && now === last) return;
    last = now;
  }
}

/** What a button offers as a file, caught before it is saved. */
export async function offered(page: Page, selector: string): Promise<string> {
  await page.evaluate(() => {
    const caught = globalThis as { caught?: Promise<string> };
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      if (blob instanceof Blob)
        caught.caught = blob.type === "image/png" ? Promise.resolve(`png ${blob.size}`) : blob.text();
      return make(blob);
    };
  });
  await page.$eval(selector, (button) => (button as HTMLElement).click());
  await page.waitForFunction(() => (globalThis as { caught?: Promise<string> }).caught !== undefined);
  return page.evaluate(() => (globalThis as { caught?: Promise<string> }).caught as Promise<string>);
}
