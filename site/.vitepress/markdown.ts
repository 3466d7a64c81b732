import { existsSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import temml from "temml";
import type { MarkdownOptions } from "vitepress";
import { importSize } from "./importSizes.ts";
import { referenceLinks } from "./referenceLinks.ts";
import { typedMeta, typesOnHover } from "./types.ts";

type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

const figures = fileURLToPath(new URL("../pages/public/docs/figures/", import.meta.url));

/** As wide is a page on which panels stand one below the other. */
const phone = "(max-width: 600px)";

export const markdown: MarkdownOptions = {
  languageAlias: { console: "sh", math: "txt" },
  codeTransformers: [typesOnHover],
  config(md) {
    formulas(md);
    looks(md);
    sizesBeside(md);
    typesWithin(md);
    referenceLinks(md);
  },
};

/**
 * Blocks in the language `math` as MathML, as GitHub shows them too. Temml makes it of TeX, for it gives MathML alone, which every
 * browser draws and reads aloud, and no fonts or styles. Fails on a formula that does not parse.
 */
function formulas(md: Markdown): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, i, ...rest) => {
    const { info, content } = tokens[i];
    if (info.trim() !== "math") return fence?.(tokens, i, ...rest) ?? "";
    const shown = temml.renderToString(content.trim(), { displayMode: true, throwOnError: true, annotate: true });
    return `<div class="formula" v-pre>${shown}</div>`;
  };
}

/** Each figure as it is drawn for light pages and dark ones, between which the theme chooses, for screens and for phones. */
function looks(md: Markdown): void {
  const { image } = md.renderer.rules;
  md.renderer.rules.image = (tokens, i, options, env, self) => {
    const [token] = [tokens[i]];
    const [, path] = /^(?:\.\.?\/)*(?:docs\/)?figures\/(.*)$/.exec(token.attrGet("src") ?? "") ?? [];
    if (path === undefined) return image?.(tokens, i, options, env, self) ?? "";
    const alt = md.utils.escapeHtml(token.content);
    const place = (look: string) => `/docs/figures/${posix.join(look, path)}`;
    if (!existsSync(figures + path)) throw new Error(`${env.relativePath}: there is no figure ${path}`);
    if (!existsSync(`${figures}dark/${path}`)) return `<img src="${place("")}" alt="${alt}" loading="lazy">`;
    const picture = (theme: string, look: string) =>
      `<picture class="${theme}"><source media="${phone}" srcset="${place(`narrow/${look}`)}"><img src="${place(look)}" alt="${alt}" loading="lazy"></picture>`;
    return `<span class="figure">${picture("light", "")}${picture("dark", "dark")}</span>`;
  };
}

/** A program has beside its language what its imports weigh. */
function sizesBeside(md: Markdown): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, i, ...rest) => {
    const shown = fence?.(tokens, i, ...rest) ?? "";
    const size = /^ts\b/.test(tokens[i].info) ? importSize(tokens[i].content) : undefined;
    if (size === undefined) return shown;
    const told = `<span class="import-size" title="What a bundler makes of the imports, minified and gzipped">imports ${size.toFixed(1)} kB</span>`;
    return shown.replace("<pre", `${told}<pre`);
  };
}

/**
 * Programs of guides and the front page have the types of their names; those of the reference stand below their signatures, and the
 * cells of a notebook need the ones before.
 */
function typesWithin(md: Markdown): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    if (tokens[i].info === "ts" && /^(docs\/|index\.md)/.test(env.relativePath)) tokens[i].info = `ts ${typedMeta}`;
    return fence?.(tokens, i, options, env, self) ?? "";
  };
}
