/** A block of `ts` on a page. */
export interface PageBlock {
  /** What is to be replaced while it is edited, and has its buttons below it. */
  readonly element: HTMLElement;
  readonly code: string;
}

/** VitePress puts a block into a `div` of its language, TypeDoc gives its code that class. */
const selector =
  'div.language-ts > pre > code, pre > code.ts, pre > code.language-ts, div[class*="language-ts "] > pre > code';

/** What stands in a block but is no code. */
const besides = "button";

/** The blocks of `ts` below an element, in their order. */
export function blocksOf(root: HTMLElement): PageBlock[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].flatMap((code) => {
    const pre = code.closest("pre");
    if (pre === null) return [];
    const element = pre.parentElement?.matches("div[class*=language-]") ? pre.parentElement : pre;
    return [{ element, code: textOf(code) }];
  });
}

function textOf(code: HTMLElement): string {
  const copy = code.cloneNode(true) as HTMLElement;
  for (const part of copy.querySelectorAll(besides)) part.remove();
  for (const line of copy.querySelectorAll("br")) line.replaceWith("\n");
  return (copy.textContent ?? "").replace(/\n+$/, "");
}
