import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import temml from "temml";
import { globSync } from "tinyglobby";
import { siteFolder } from "./pages.ts";
import { unescaped } from "./unescaped.ts";

/**
 * Writes formulas as MathML: blocks of Markdown in the language `math`, as GitHub shows them too. Temml makes it of TeX, for it gives
 * MathML alone, which every browser draws and reads aloud, and no fonts or styles. Fails on a formula that does not parse.
 */
export function writeFormulas(): void {
  for (const file of globSync(["**/*.html"], { cwd: siteFolder })) {
    const page = join(siteFolder, file);
    const text = readFileSync(page, "utf8");
    const shown = text.replace(
      /<pre><code class="math">([\s\S]*?)<\/code>(?:<button[^>]*>[^<]*<\/button>)?<\/pre>/g,
      (_, tex) => {
        const lines = unescaped(tex.replace(/<[^>]*>/g, "")).trim();
        return `<div class="formula">${temml.renderToString(lines, { displayMode: true, throwOnError: true, annotate: true })}</div>`;
      },
    );
    if (shown !== text) writeFileSync(page, shown);
  }
}
