import type { Page } from "puppeteer-core";
import { check } from "./failures.ts";
import { open, runTo, settled, type Where } from "./open.ts";

/** Where the buttons of the bar are in the page, as one text. */
const places = (page: Page): Promise<string> =>
  page.$$eval("#bar button, #choices button", (buttons) =>
    buttons
      .map((button) => {
        const { x, y, width } = button.getBoundingClientRect();
        return `${button.id} ${[x + scrollX, y + scrollY, width].map(Math.round)}`;
      })
      .join("; "),
  );

/** That the buttons which a reader is about to press stay where they are, whatever is shown. */
export async function steady(where: Where): Promise<void> {
  for (const width of [1200, 390]) {
    const page = await open(where, {}, { width });
    await page.$eval("#choices", (choices) => choices.setAttribute("open", ""));
    const first = await places(page);
    const stay = async (after: string): Promise<void> => {
      await page.evaluate(() => scrollTo(0, 0));
      const now = await places(page);
      check(
        now === first,
        `${where.name}, ${width} px wide: after ${after} the buttons are at ${now}, and were at ${first}`,
      );
    };
    await page.click("#half");
    await settled(page);
    await stay("half a step");
    await runTo(page, 30);
    await stay("a run");
    await page.evaluate(() => {
      location.hash = "left=batch&right=noisy";
    });
    await settled(page);
    await stay("another link");
    await page.click("#link");
    await page.waitForFunction(() => document.querySelector("#told")?.textContent !== "");
    await stay("something that is told");
    await page.click("#heard");
    check(
      !(await page.$eval("#notice", (notice) => notice.checkVisibility())),
      `${where.name}: what was told cannot be closed`,
    );
    await page.close();
  }
}
