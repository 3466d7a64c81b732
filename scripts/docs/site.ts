/** Completes the site that VitePress has built: every page as Markdown beside its HTML, llms.txt, and a check of every link. Part of `npm run docs`. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import { brokenLinks } from "./site/links.ts";
import { llmsFull, llmsIndex } from "./site/llms.ts";
import { fileOf, pages, pagesFolder, siteFolder } from "./site/pages.ts";

for (const path of globSync("**/*.md", { cwd: pagesFolder })) {
  const text = readFileSync(join(pagesFolder, path), "utf8");
  mkdirSync(dirname(join(siteFolder, path)), { recursive: true });
  writeFileSync(join(siteFolder, path), text.replace(/^---\n[\s\S]*?\n---\n+/, ""));
}
// The front page says in a program and a picture what the README says in words.
copyFileSync(fileOf("README.md"), join(siteFolder, "index.md"));

const guides = pages();
writeFileSync(fileOf("llms.txt"), llmsIndex(guides));
writeFileSync(join(siteFolder, "llms.txt"), llmsIndex(guides));
writeFileSync(join(siteFolder, "llms-full.txt"), llmsFull(guides));

const broken = brokenLinks();
for (const link of broken) console.error(`leads nowhere: ${link}`);
if (broken.length > 0) process.exitCode = 1;
