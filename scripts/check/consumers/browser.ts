import { chromium } from "playwright";
import { chromiumOptions } from "../../docs/chromium.ts";
import { serve } from "../../docs/serve.ts";

/** What a page in the folder has put into `globalThis.result`, served with a content security policy. */
export async function resultOf(folder: string, html: string, policy: string): Promise<unknown> {
  const { address, close } = await serve(folder, { index: html, headers: { "Content-Security-Policy": policy } });
  const browser = await chromium.launch(chromiumOptions);
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(address);
    await page
      .waitForFunction(() => "result" in globalThis, undefined, { timeout: 20_000 })
      .catch(() => errors.push("no result after 20 s"));
    if (errors.length > 0) throw new Error(errors.join("; "));
    return await page.evaluate(() => (globalThis as unknown as { result: unknown }).result);
  } finally {
    await browser.close();
    close();
  }
}
