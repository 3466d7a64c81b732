import type { BrowserContext, Locator, Page } from "playwright";
import type { NotebookPage } from "../notebookPages/pages.ts";
import { type CellSeen, cellDifferences, runNotebook } from "./notebooks.ts";
import { inPage } from "./press.ts";

/** Reads a notebook, runs it to its end, and solves its exercises as a reader would: what is not as it should be. */
export async function work(context: BrowserContext, address: string, notebook: NotebookPage): Promise<string[]> {
  const { path, cells } = notebook;
  const page = await context.newPage();
  try {
    await page.goto(address + path.replace(/md$/, "html"));
    await page.locator(".runnable-all").waitFor();
    const failures: string[] = [];
    const before = await page.locator(".notebook-output:visible").count();
    if (before === 0) failures.push(`${path}: nothing is shown before it runs`);
    const seen = await page.evaluate<CellSeen[]>(`(${inPage(runNotebook)})(document, 100)`);
    failures.push(...cellDifferences(notebook, seen));
    if (failures.length > 0) return failures;
    const code = cells.filter(({ kind }) => kind !== "markdown");
    for (const [i, { kind, solution }] of code.entries()) {
      if (kind !== "exercise" || solution === undefined) continue;
      await edit(cellAt(page, i), solution);
      await page.keyboard.press("Control+Enter");
      const checks = code.flatMap((cell, j) => (j > i && cell.kind === "check" ? [cellAt(page, j)] : []));
      const says = await checks[0]
        .locator(".runnable-text", { hasText: /^Right/ })
        .waitFor({ timeout: 60_000 })
        .then(
          () => "",
          () => checks[0].locator(".runnable-output").innerText(),
        );
      if (says !== "") failures.push(`${path}: the check says of what is right: ${says}`);
    }
    return failures;
  } finally {
    await page.close();
  }
}

/** What a reader does who starts in the middle, changes what is above, and lets a cell run for ever. */
export async function misuse(context: BrowserContext, address: string, { path }: NotebookPage): Promise<string[]> {
  const failures: string[] = [];
  const page = await context.newPage();
  const shows = async (i: number, what: string | RegExp, after: string) => {
    const output = cellAt(page, i).locator(".runnable-output");
    await output
      .getByText(what)
      .first()
      .waitFor({ timeout: 30_000 })
      .catch(async () => {
        failures.push(`${path}: after ${after}, cell ${i + 1} shows ${JSON.stringify(await output.innerText())}`);
      });
  };
  try {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(address + path.replace(/md$/, "html"));
    await page.locator(".runnable-all").waitFor();
    const run = (i: number) => cellAt(page, i).locator(".runnable-run").click();
    await run(3);
    await shows(3, /^tensor\(/, "starting in the middle");
    await shows(1, "dy/dx is 6", "starting in the middle");

    await edit(cellAt(page, 1), "let n = 0;\nconst add = () => { n++; };\nclass Twice { value = 2 * n; }");
    await page.keyboard.press("Control+Enter");
    await idle(page);
    await edit(cellAt(page, 3), "add();\nadd();\nn += 1;\n[n, new Twice().value];");
    await page.keyboard.press("Control+Enter");
    await shows(3, "[ 3, 6 ]", "changing what another cell has declared");

    await edit(cellAt(page, 1), "nowhere.at(0);");
    await page.keyboard.press("Control+Enter");
    await shows(1, /^ReferenceError \(line 1\): nowhere/, "a name that is not there");
    await edit(cellAt(page, 1), "for (;;);");
    await page.keyboard.press("Control+Enter");
    await cellAt(page, 1).locator(".runnable-state").getByText("Running").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await shows(1, "Stopped. What the cells before it had made is gone", "Stop");
    await cellAt(page, 1).getByRole("button", { name: "Reset" }).click();
    if (!(await cellAt(page, 1).locator(".notebook-output").isVisible()))
      failures.push(`${path}: after Reset it does not show what was committed`);
    await cellAt(page, 3).getByRole("button", { name: "Reset" }).click();
    await run(3);
    await shows(3, /^tensor\(/, "Reset");
    await shows(1, "dy/dx is 6", "Reset");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) failures.push(`${path}: ${wide} pixels wider than a phone`);
    return failures;
  } finally {
    await page.close();
  }
}

const cellAt = (page: Page, i: number): Locator => page.locator(".notebook-cell").nth(i);

const idle = (page: Page): Promise<void> => page.locator(".notebook-bar:not(.runnable-busy)").waitFor();

/** Puts text in place of the code of a cell, by the keyboard. */
async function edit(cell: Locator, text: string): Promise<void> {
  await cell.getByRole("button", { name: "Edit" }).click();
  await cell.locator(".cm-content:focus").waitFor();
  await cell.page().keyboard.press("Control+a");
  await cell.page().keyboard.insertText(text);
}
