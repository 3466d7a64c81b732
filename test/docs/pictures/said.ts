import { readdirSync, readFileSync } from "node:fs";
import { root } from "../examples.ts";

/** A figure where a page shows it. */
interface Shown {
  readonly page: string;
  /** Its folder and name. */
  readonly figure: string;
  readonly alt: string;
}

/** The pages of Markdown that readers see, from the root of the project. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`)
    .sort(),
];

/** A page as its words, however its lines are broken. */
export const textOf = (page: string): string => readFileSync(`${root}${page}`, "utf8").replace(/\s+/g, " ");

/** Every figure of the pages, as often as it is shown. */
export const shown: readonly Shown[] = pages.flatMap((page) =>
  [...textOf(page).matchAll(/!\[([^\]]*)\]\([^)]*figures\/([^)]+)\.svg\)/g)].map(([, alt, figure]) => ({
    page,
    figure,
    alt,
  })),
);
