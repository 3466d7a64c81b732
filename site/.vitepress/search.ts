import type { DefaultTheme } from "vitepress";

type LocalSearch = NonNullable<Extract<DefaultTheme.Config["search"], { provider: "local" }>["options"]>;

/**
 * The search is VitePress's own, in the page. Of the reference it has names and sentences, not tables and programs.
 * Options that are functions would be sent as texts, which a content security policy without `unsafe-eval` forbids.
 */
export const searchIndex: LocalSearch = {
  miniSearch: {
    searchOptions: { boost: { title: 4, text: 1, titles: 1 }, fuzzy: 0.15, prefix: true },
  },
  _render(src, env, md) {
    const html = md.render(src, env);
    if (env.frontmatter?.search === false) return "";
    if (!env.relativePath.startsWith("reference/")) return html;
    return html.replace(
      /<table[\s\S]*?<\/table>|<div class="language-[\s\S]*?<\/pre>[\s\S]*?<\/div>|<blockquote>[\s\S]*?<\/blockquote>/g,
      "",
    );
  },
};
