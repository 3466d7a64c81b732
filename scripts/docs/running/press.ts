import type { Seen } from "./pages.ts";

/**
 * Presses Run on every block of a page, one after the other, and tells what appears. Runs in the page, so that it may use nothing from
 * outside.
 *
 * @param seconds - that a block may take.
 */
export async function pressAll(page: Document, seconds: number): Promise<Seen[]> {
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const textOf = (root: Element, selector: string) =>
    Array.from(root.querySelectorAll(selector), ({ textContent }) => textContent).join("\n");
  const seen: Seen[] = [];
  for (const panel of page.querySelectorAll(".runnable")) {
    (panel.querySelector(".runnable-run") as HTMLElement).click();
    const start = performance.now();
    while (panel.matches(".runnable-busy") && performance.now() - start < 1000 * seconds) await wait(10);
    const isLate = panel.matches(".runnable-busy");
    const images = Array.from(panel.querySelectorAll("img"));
    const shown = images.filter((image) => page.defaultView?.getComputedStyle(image).display !== "none");
    await Promise.all(shown.map((image) => image.decode().catch(() => {})));
    seen.push({
      text: textOf(panel, ".runnable-text"),
      errors: isLate ? `not done after ${seconds} s` : textOf(panel, ".runnable-error"),
      drawn: shown.filter(({ naturalWidth, alt }) => naturalWidth > 100 && alt !== "").length,
      pictures: shown.length,
    });
  }
  return seen;
}

/** A function as a page can evaluate it: tsx has functions that are named ask for a helper, which is not there. */
export const inPage = (run: (...args: never[]) => unknown): string => `(...args) => {
  const __name = (named) => named;
  return (${run})(...args);
}`;
