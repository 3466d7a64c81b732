import { check } from "./failures.ts";
import { open, settled, stepOf, textOf, untilStep, type Where } from "./open.ts";

/** The run by keys alone, and a reader who wants less motion. */
export async function keyboard(where: Where): Promise<void> {
  const { name } = where;
  const page = await open(where);
  await page.keyboard.press("ArrowRight");
  await untilStep(page, 1).catch(() => {});
  check((await stepOf(page)) === 1, `${name}: → makes no step`);
  await page.keyboard.down("Shift");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.up("Shift");
  await page
    .waitForFunction(() => document.querySelector("#half")?.textContent === "Backward", { timeout: 10_000 })
    .catch(() => {});
  check((await textOf(page, "#half")) === "Backward", `${name}: shift → makes no half step`);
  await page.keyboard.press(" ");
  check((await textOf(page, "#run")) === "Pause", `${name}: space does not run`);
  await page.keyboard.press(" ");
  await settled(page);
  check((await textOf(page, "#run")) === "Run", `${name}: space does not pause`);
  const reached = new Set<string>();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  for (let i = 0; i < 90; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.id ?? ""));
  }
  for (const id of [
    "run",
    "step",
    "half",
    "start",
    "setting-lr",
    "setting-right",
    "open",
    "link",
    "code",
    "recording",
  ]) {
    check(reached.has(id), `${name}: #${id} is not reached by the keyboard`);
  }
  await page.close();

  const still = await open(where, { depth: 2 });
  if (where.name === "Chromium") {
    await still.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    await still.click("#run");
    const changes = await still.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const seen = new Set<string>();
          const timer = setInterval(() => seen.add(document.querySelector("#state")?.textContent ?? ""), 20);
          setTimeout(() => {
            clearInterval(timer);
            resolve(seen.size);
          }, 3000);
        }),
    );
    check(changes <= 6, `${name}: with less motion the picture changed ${changes} times in three seconds`);
  }
  await still.close();
}
