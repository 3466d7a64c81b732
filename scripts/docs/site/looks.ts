import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { fileOf, siteFolder } from "./pages.ts";

const drawn = fileURLToPath(fileOf("docs/figures/"));
const inSite = join(siteFolder, "media", "figures");

/** As wide is a page on which panels stand one below the other; docs/site.css has nothing narrower. */
const phone = "(max-width: 600px)";

/**
 * Has every page show its figures as they are drawn for it: for light pages and dark ones, between which docs/site.css chooses, for
 * screens and for phones. TypeDoc copies the one that a guide names.
 */
export function showLooks(): void {
  cpSync(drawn, inSite, { recursive: true });
  const places = new Map(
    globSync(["*/*.svg"], { cwd: drawn, ignore: ["dark/**", "narrow/**"] }).map((path) => [basename(path), path]),
  );
  for (const file of globSync(["**/*.html"], { cwd: siteFolder })) {
    const page = join(siteFolder, file);
    const text = readFileSync(page, "utf8");
    const shown = text.replace(/<img src="[^"]*media\/([^"/]+\.svg)" alt="([^"]*)">/g, (image, name, alt) => {
      const path = places.get(name);
      if (path === undefined || !existsSync(join(drawn, "dark", path))) return image;
      const from = relative(dirname(page), inSite).replaceAll("\\", "/");
      const picture = (theme: string, folder: string) =>
        `<picture class="${theme}"><source media="${phone}" srcset="${from}/narrow/${folder}${path}"><img src="${from}/${folder}${path}" alt="${alt}" loading="lazy"></picture>`;
      return `<span class="figure">${picture("light", "")}${picture("dark", "dark/")}</span>`;
    });
    if (shown !== text) writeFileSync(page, shown);
  }
}
