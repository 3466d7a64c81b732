/**
 * Gives the `ts` blocks of a page buttons to run and edit them. Plain DOM, for whatever generator has made the page; all that is
 * heavy, which is the worker with the library and the editor, is loaded from `assets` when it is first asked for.
 */
import { type BlockOptions, RunnableBlock } from "./block.ts";
import { blocksOf } from "./codeOf.ts";
import { canRun } from "./modules.ts";
import { RunnableNotebook } from "./notebook.ts";

export interface RunnableOptions {
  /** The folder of what scripts/docs/runnable.ts has built, such as `/runnable/`. */
  readonly assets: string;
  /** Seconds after which a run is ended. Default `60`. */
  readonly limit?: number;
}

const marked = new WeakSet<HTMLElement>();

/**
 * Makes each block of `ts` that can run in a page runnable, with what it prints and draws below it, in a fresh worker for each run; and the
 * cells of a notebook in one that they share. What it has been called for already it leaves alone.
 *
 * @returns what takes all of it away again.
 */
export function makeRunnable(root: HTMLElement, { assets, limit = 60 }: RunnableOptions): () => void {
  const options: BlockOptions = { assets: new URL(assets, root.baseURI), limit };
  const cells = [...root.querySelectorAll<HTMLElement>(".notebook-cell")].filter((cell) => !marked.has(cell));
  const blocks = blocksOf(root).filter(
    ({ element, code }) => !marked.has(element) && canRun(code) && element.closest(".notebook-cell") === null,
  );
  if (blocks.length + cells.length === 0) return () => {};
  addStyle(options.assets);
  const elements = [...cells, ...blocks.map(({ element }) => element)];
  for (const element of elements) marked.add(element);
  const runnable = blocks.map((block) => new RunnableBlock(block, options));
  const notebook = cells.length === 0 ? null : new RunnableNotebook(cells, options);
  return () => {
    for (const block of runnable) block.remove();
    notebook?.remove();
    for (const element of elements) marked.delete(element);
  };
}

/** Links the style, once. */
function addStyle(assets: URL): void {
  const { href } = new URL("runnable.css", assets);
  if (document.querySelector(`link[href="${href}"]`) !== null) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}
