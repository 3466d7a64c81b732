import { discoveries as all, discoverySteps } from "../../../lab/page/discoveries.ts";
import { toAddress, usual } from "../../../lab/settings.ts";
import { check } from "./failures.ts";
import { open, runTo, settled, type Where } from "./open.ts";
import { sameBits } from "./sameBits.ts";

/** Each thing to find out: its link, a run, and that the run shows what the page says of it. */
export async function discoveries(where: Where): Promise<void> {
  for (const { name, settings, holds } of all) {
    const page = await open(where);
    await page.$$eval(
      ".finds a",
      (links, text) => (links.find((link) => link.textContent === text) as HTMLElement | undefined)?.click(),
      name,
    );
    await settled(page);
    const hash = await page.evaluate(() => location.hash.slice(1));
    check(hash === toAddress({ ...usual, ...settings }), `${where.name}: "${name}" leads to #${hash}`);
    await runTo(page, discoverySteps);
    const frame = await sameBits(page, settings, `${where.name}, ${name}`);
    check(holds(frame), `${where.name}: at step ${frame.step} "${name}" is not to be seen`);
    await page.close();
  }
}
