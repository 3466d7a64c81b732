import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ElementHandle } from "puppeteer-core";
import { check } from "./failures.ts";
import { open, runTo, textOf, type Where } from "./open.ts";

const rows = (many: number): string =>
  Array.from({ length: many }, (_, i) => `${i % 89},${(i * i) % 31},${i % 3}`).join("\n");

/** Tables of a reader's own: one to train on, a large one, markup, and nothing. */
export async function files(where: Where): Promise<void> {
  const { name } = where;
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-csv-"));
  try {
    const page = await open(where);
    const input = (await page.$("#csv")) as ElementHandle<HTMLInputElement>;
    const give = async (content: string): Promise<string> => {
      writeFileSync(join(folder, "own.csv"), content);
      const before = await textOf(page, "#told");
      await input.uploadFile(join(folder, "own.csv"));
      await page.waitForFunction(
        (last: string) => document.querySelector("#told")?.textContent !== last,
        { timeout: 60_000 },
        before,
      );
      return textOf(page, "#told");
    };
    check(/empty/.test(await give("")), `${name}: nothing is said of an empty CSV`);
    const markup = await give(`<img src=x onerror="alert(1)">,<b>\n${rows(30).replaceAll(/,\d+$/gm, ",<i>1</i>")}`);
    check(
      /cannot be used/.test(markup) && (await page.$$("#told img, #told b")).length === 0,
      `${name}: markup in a CSV: ${markup}`,
    );
    check(
      /^own.csv: 20000 rows of 3 classes; 180000 behind them not used\.$/.test(
        await give(`a,b,kind\n${rows(200_000)}`),
      ),
      `${name}: a large CSV is not read`,
    );
    check(
      /^own.csv: 300 rows of 3 classes\.$/.test(await give(`a,b,kind\n${rows(300)}`)),
      `${name}: a CSV is not read`,
    );
    await runTo(page, 20);
    check(/losses [\d.]+ and [\d.]+/.test(await textOf(page, "#state")), `${name}: a CSV is not trained on`);
    await page.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
