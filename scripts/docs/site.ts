/** Completes the site that TypeDoc has written: figures for each page, formulas, llms.txt, here and there, and a check of every link. Part of `npm run docs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startOnPages, writeRunnable } from "./runnable.ts";
import { writeFormulas } from "./site/formulas.ts";
import { brokenLinks } from "./site/links.ts";
import { llmsFull, llmsIndex } from "./site/llms.ts";
import { showLooks } from "./site/looks.ts";
import { fileOf, pages, siteFolder } from "./site/pages.ts";

const guides = pages();
writeFileSync(fileOf("llms.txt"), llmsIndex(guides));
writeFileSync(join(siteFolder, "llms.txt"), llmsIndex(guides));
writeFileSync(join(siteFolder, "llms-full.txt"), llmsFull(guides));

showLooks();
writeFormulas();
await writeRunnable(join(siteFolder, "runnable"));
startOnPages(siteFolder);

const broken = brokenLinks();
for (const link of broken) console.error(`leads nowhere: ${link}`);
if (broken.length > 0) process.exitCode = 1;
