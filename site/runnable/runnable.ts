/**
 * Gives the `ts` blocks of a page buttons to run and edit them. Plain DOM, for whatever generator has made the page; all that is
 * heavy, which is the worker with the library and the editor, is loaded from `assets` when it is first asked for.
 */
import { type BlockOptions, RunnableBlock } from "./block.ts";
import { blocksOf } from "./codeOf.ts";
import { canRun } from "./modules.ts";

export interface RunnableOptions {
  /** The folder of what scripts/docs/runnable.ts has built, such as `/runnable/`. */
  readonly assets: string;
  /** Seconds after which a run is ended. Default `30`. */
  readonly limit?: number;
}

const marked = new WeakSet<HTMLElement>();

/**
 * Makes each block of `ts` that can run in a page runnable, with what it prints and draws below it; each run is a fresh worker.
 * What it has been called for already it leaves alone.
 *
 * @returns what takes all of it away again.
 */
export function makeRunnable(root: HTMLElement, { assets, limit = 30 }: RunnableOptions): () => void {
  const options: BlockOptions = { assets: new URL(assets, root.baseURI), limit };
  const blocks = blocksOf(root)
    .filter(({ element, code }) => !marked.has(element) && canRun(code) && element.closest(".notebook-cell") === null)
    .map((block) => {
      marked.add(block.element);
      return new RunnableBlock(block, options);
    });
  if (blocks.length > 0) addStyle(options.assets);
  return () => {
    for (const block of blocks) {
      block.remove();
      marked.delete(block.element);
    }
  };
}

/** Links the style, once. */
export function addStyle(assets: URL): void {
  const { href } = new URL("runnable.css", assets);
  if (document.querySelector(`link[href="${href}"]`) !== null) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}
