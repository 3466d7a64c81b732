import type { Page as BrowserPage } from "playwright";
import { labOf } from "./lab.ts";
import { pages } from "./pages.ts";

/** What is wrong with the first things that a reader meets: the front page, the switch of the looks, the lab's places, the reference on a phone. */
export async function firstLook(page: BrowserPage, address: string): Promise<string[]> {
  const failures: string[] = [];
  const expect = (what: string, isSo: boolean) => {
    if (!isSo) failures.push(what);
  };
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(address);
  const commands = await page.locator(".front-text .language-sh").innerText();
  expect("the front page has the two commands", /npm run demo[\s\S]*npm test/.test(commands));
  const program = page.locator(".front-program .language-ts");
  expect("the front page has the first program", (await program.innerText()).includes("BatchNorm1d(64)"));
  const size = Number(/[\d.]+/.exec(await program.locator(".import-size").innerText())?.[0]);
  expect(`the first program's imports weigh ${size} kB`, size > 50 && size < 150);
  await program.locator("[data-type]", { hasText: "model" }).first().hover();
  const told = await page.locator(".type-tip").innerText();
  expect(
    `the model is told to be ${told}`,
    told.includes("Sequential<[nn.Linear, nn.BatchNorm1d, nn.Tanh, nn.Linear]"),
  );
  expect("the lab is in the navigation", (await page.locator(".VPNavBarMenu a", { hasText: "Lab" }).count()) === 1);
  await expectLab("the front page");

  const isDark = () => page.locator("html").evaluate((html) => html.classList.contains("dark"));
  const before = await isDark();
  // What is emulated is emulated in frames, too.
  await page.emulateMedia({ colorScheme: null });
  for (const expected of [!before, before]) {
    await page.locator(".VPNavBar .VPNavBarAppearance button").click();
    expect("the switch of the looks switches", (await isDark()) === expected);
    const frame = page.frameLocator("[data-lab] > iframe").locator("body");
    const isFrameDark = await frame.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
    expect("the lab on the front page has the looks of the page", isFrameDark === expected);
  }
  await page.emulateMedia({ colorScheme: "light" });

  for (const { path } of pages().filter(({ path }) => labOf(path).includes("data-lab"))) {
    await page.goto(address + path.replace(/md$/, "html"));
    await expectLab(path);
  }

  await page.goto(`${address}docs/analysis/theory.html`);
  const named = page.locator('.vp-doc a[href$="reference/analysis/functions/explainBatchNormGradient.html"]').first();
  expect("what guides name leads to the reference", (await named.count()) === 1);

  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["", "reference/", "reference/evenkeel/classes/Tensor.html", "reference/analysis/types.html"]) {
    await page.goto(address + path);
    expect(`/${path} is ${await wider()} pixels wider than a phone`, (await wider()) <= 0);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return failures;

  /** Each place of the lab has its frame, which shows something. */
  async function expectLab(where: string): Promise<void> {
    const frame = page.locator("[data-lab] > iframe");
    await frame
      .first()
      .waitFor({ timeout: 20_000 })
      .catch(() => {});
    const count = await frame.count();
    expect(`${where} has ${count} frames of the lab`, count === 1);
    if (count === 0) return;
    await frame.first().scrollIntoViewIfNeeded();
    const panel = page.frameLocator("[data-lab] > iframe").locator("section.panel:visible").first();
    await panel.waitFor({ timeout: 20_000 }).catch(() => failures.push(`${where} shows no panel of the lab`));
  }
}

/** What is wrong with the Markdown that the page which is open says it has for machines. */
export async function markdownOf(page: BrowserPage, title: string, text: string): Promise<string[]> {
  const link = page.locator('link[rel="alternate"][type="text/markdown"]');
  if ((await link.count()) !== 1) return [`${title} has no link to its Markdown`];
  const href = new URL((await link.getAttribute("href")) ?? "", page.url()).href;
  const answer = await page.request.get(href);
  const isIt = answer.headers()["content-type"]?.startsWith("text/markdown") && (await answer.text()).startsWith(text);
  return isIt ? [] : [`${title}: ${href} is not its Markdown`];
}
