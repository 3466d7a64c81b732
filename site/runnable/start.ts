/** Makes the blocks of a page that loads this script runnable. */
import { makeRunnable } from "./runnable.ts";

makeRunnable(document.body, { assets: new URL(".", import.meta.url).href });
