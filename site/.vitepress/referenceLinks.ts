import { posix } from "node:path";
import type { MarkdownOptions } from "vitepress";
import { referencePages } from "../../scripts/docs/site/reference.ts";

type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

/** Pages of functions and classes, by what guides call them: `nn.Linear`, `Linear`; `null` where one word means several. */
const places = new Map<string, string | null>();
for (const { path, module, kind, name } of referencePages()) {
  if (kind !== "class" && kind !== "function") continue;
  const bare = name.replace(/[^A-Za-z0-9_].*$/, "");
  const isEntry = ["evenkeel", "analysis", "plot", "io", "io/node", "sweep", "testing"].includes(module);
  if (!isEntry) places.set(`${module.replaceAll("/", ".")}.${bare}`, path);
  places.set(bare, places.has(bare) ? null : path);
}

/** What a guide names in code leads to the reference: in sentences and tables, not in headings nor within links. */
export function referenceLinks(md: Markdown): void {
  md.core.ruler.push("reference_links", ({ tokens, env, Token }) => {
    if (!env.relativePath?.startsWith("docs/")) return;
    tokens.forEach((token, i) => {
      if (token.type !== "inline" || tokens[i - 1]?.type === "heading_open") return;
      let depth = 0;
      token.children = (token.children ?? []).flatMap((child) => {
        if (child.type === "link_open") depth++;
        if (child.type === "link_close") depth--;
        const path = child.type === "code_inline" && depth === 0 ? placeOf(child.content) : undefined;
        if (path === undefined) return [child];
        const [open, close] = [new Token("html_inline", "", 0), new Token("html_inline", "", 0)];
        const href = posix.relative(posix.dirname(env.relativePath), path).replace(/\.md$/, ".html");
        open.content = `<a href="${href}">`;
        close.content = "</a>";
        return [open, child, close];
      });
    });
  });
}

/** Words that are English too, such as `where` and `round`, are names only with brackets. */
function placeOf(code: string): string | undefined {
  const [, name, call] = /^([A-Za-z][\w.]*)(\(.*\))?$/.exec(code) ?? [];
  if (name === undefined || (!/[A-Z.]/.test(name) && call === undefined)) return undefined;
  return places.get(name) ?? undefined;
}
