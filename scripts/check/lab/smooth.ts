import { check } from "./failures.ts";
import { open, runTo, textOf, untilStep, type Where } from "./open.ts";
import { sameBits } from "./sameBits.ts";

/** How soon the first picture is there, frames a second and long tasks while both networks train; that bits are those of Node. */
export async function smooth(where: Where): Promise<void> {
  const page = await open(where);
  const first = await page.evaluate(() => performance.now());
  check(
    (await textOf(page, "#state")).startsWith("Recorded: step"),
    `${where.name}: no recorded run is shown at first`,
  );
  await page.evaluate(() => {
    const kept = globalThis as { long?: number[] };
    const long: number[] = [];
    kept.long = long;
    if (!PerformanceObserver.supportedEntryTypes.includes("longtask")) return;
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
  });
  await page.click("#run");
  await untilStep(page, 20);
  const seconds = 4;
  const { frames, steps } = await page.evaluate(
    (ms: number) =>
      new Promise<{ frames: number; steps: number }>((resolve) => {
        const step = (): number => Number(/Step (\d+)/.exec(document.querySelector("#state")?.textContent ?? "")?.[1]);
        const [from, begun] = [step(), performance.now()];
        let frames = 0;
        const next = (): void => {
          frames++;
          if (performance.now() - begun < ms) requestAnimationFrame(next);
          else resolve({ frames, steps: step() - from });
        };
        requestAnimationFrame(next);
      }),
    seconds * 1000,
  );
  await page.click("#run");
  const long = await page.evaluate(() => (globalThis as { long?: number[] }).long ?? []);
  console.log(
    `${where.name}: ready after ${Math.round(first)} ms, ${Math.round(frames / seconds)} frames and ${Math.round(steps / seconds)} steps a second, ${long.length} long tasks, the longest ${Math.round(Math.max(0, ...long))} ms`,
  );
  await page.click("#start");
  await runTo(page, 60);
  await sameBits(page, {}, `${where.name}, as it begins`);
  await page.close();
}
