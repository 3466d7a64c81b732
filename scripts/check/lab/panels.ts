import { panelIds, panelTexts } from "../../../lab/panels/texts.ts";
import { check } from "./failures.ts";
import { open, runTo, textOf, type Where } from "./open.ts";
import { sameBits } from "./sameBits.ts";

/** Every panel on a wide and on a narrow screen: that it draws, that its table has the run's numbers, and that its question is answered. */
export async function panels(where: Where): Promise<void> {
  const { name } = where;
  for (const width of [1200, 390]) {
    const page = await open(where, {}, { width });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wider <= 0, `${name}: ${wider} pixels wider than a screen of ${width}`);
    for (const id of panelIds) {
      await page.$eval(`#panel-${id}`, (panel) => panel.scrollIntoView());
      await page
        .waitForFunction(drawn, { timeout: 20_000 }, id)
        .catch(() => check(false, `${name}: ${id} draws nothing of the recorded run at ${width}`));
    }
    await page.close();
  }
  const page = await open(where);
  for (const { id, question } of panelTexts) {
    await page.$eval(`#panel-${id}`, (panel) => {
      panel.scrollIntoView();
      (panel.querySelector("details") as HTMLDetailsElement).open = true;
    });
    await page.$eval(`input[name=answer-${id}][value="${question.answers[0]}"]`, (input) =>
      (input as HTMLElement).click(),
    );
  }
  await page.$eval("#panel-losses", (panel) => panel.scrollIntoView());
  await runTo(page, 301);
  const frame = await sameBits(page, {}, `${name}, the panels' run`);
  for (const { id } of panelTexts) {
    await page.$eval(`#panel-${id}`, (panel) => panel.scrollIntoView());
    if (id === "edge") await page.click("#panel-edge .body button");
    const isAnswered = await page
      .waitForFunction(
        (panel: string) =>
          /^You said/.test(document.querySelector(`#panel-${panel} .question [role=status]`)?.textContent ?? ""),
        { timeout: 120_000, polling: 100 },
        id,
      )
      .catch(() => null);
    check(
      isAnswered !== null,
      `${name}: the question of ${id} is not answered: ${await textOf(page, `#panel-${id} .question`)}`,
    );
    // What is measured anew when a panel comes into view may take its table with it for a moment.
    await page
      .waitForFunction(
        (panel: string) => document.querySelectorAll(`#panel-${panel} tbody tr`).length > 1,
        { timeout: 20_000, polling: 100 },
        id,
      )
      .catch(() => null);
    const rows = await page.$$eval(`#panel-${id} tbody tr`, (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent)),
    );
    check(rows.length > 1, `${name}: the table of ${id} is empty`);
    if (id === "activations") {
      const shares = frame.columns.flatMap(({ layers }) =>
        layers.map(({ saturatedFraction }) => `${Math.round(100 * (saturatedFraction ?? 0))} %`),
      );
      check(rows.map((row) => row[4]).join() === shares.join(), `${name}: the table of activations is not the run's`);
    }
  }
  await page.close();
}

/** Whether a panel has painted something. */
function drawn(id: string): boolean {
  const canvases = [...document.querySelectorAll<HTMLCanvasElement>(`#panel-${id} canvas`)].filter(
    ({ clientHeight }) => clientHeight > 20,
  );
  return (
    canvases.length > 0 &&
    canvases.every((canvas) => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return data.some((part) => part !== 0);
    })
  );
}
