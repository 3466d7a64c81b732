import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { globSync } from "tinyglobby";
import { siteFolder } from "./pages.ts";
import { unescaped } from "./unescaped.ts";

/**
 * Links of the site's pages that lead nowhere: to a file that is not there, or to a place that is not on its page, which VitePress does
 * not look for. Of the navigation, which many pages have alike, each link is reported once.
 */
export function brokenLinks(): string[] {
  const files = globSync(["**/*.html"], { cwd: siteFolder }).sort();
  const contents = new Map(files.map((file) => [file, readFileSync(join(siteFolder, file), "utf8")]));
  const places = new Map<string, Set<string>>();
  const placesOf = (file: string): Set<string> => {
    const known =
      places.get(file) ?? new Set([...(contents.get(file) ?? "").matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    places.set(file, known);
    return known;
  };
  const known = new Map<string, boolean>();
  return files.flatMap((file) => {
    const links = [...(contents.get(file) ?? "").matchAll(/(?:href|src|srcset)="([^"]*)"/g)].map(([, link]) =>
      unescaped(link),
    );
    return [...new Set(links)]
      .filter((link) => {
        const isKnown = known.has(link);
        const does = known.get(link) ?? leads(file, link, placesOf);
        if (link.startsWith("/")) known.set(link, does);
        return !does && !isKnown;
      })
      .map((link) => `${file}: ${link}`);
  });
}

function leads(file: string, link: string, placesOf: (file: string) => Set<string>): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [path, place = ""] = link.split("#").map(decodeURIComponent);
  const named =
    path === "" ? join(siteFolder, file) : join(siteFolder, path.startsWith("/") ? "" : dirname(file), path);
  const target = path.endsWith("/") ? join(named, "index.html") : named;
  if (!existsSync(target) || !statSync(target).isFile()) return false;
  // What stands behind # of the lab are its settings.
  if (target.endsWith("/lab.html") && place.includes("=")) return true;
  return place === "" || !target.endsWith(".html") || placesOf(relative(siteFolder, target)).has(place);
}
