/**
 * The site. VitePress, since it is what the ecosystem's own documentation is built with: one search and one dark mode cover the guides
 * and TypeDoc's reference, and links that lead nowhere stop the build.
 */
import { defineConfig } from "vitepress";
import { markdown } from "./markdown.ts";
import { searchIndex } from "./search.ts";
import { sidebar } from "./sidebar.ts";

/** Where the site lies on its server. */
const base = process.env.SITE_BASE ?? "/";

/** A boat's hull on its keel. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M3 15h26a13 10 0 0 1-26 0z" fill="#3451b2"/><path d="M14.5 24h3v5h-3zM15 3l9 9h-9z" fill="#d55e00"/></svg>',
)}`;

export default defineConfig({
  title: "evenkeel",
  description: "Tensors with gradients of any order, in TypeScript, with PyTorch's semantics and random numbers.",
  lang: "en-GB",
  base,
  srcDir: "pages",
  outDir: "dist",
  cacheDir: "../node_modules/.cache/vitepress",
  // What all pages share is a script of its own: less in each, and no content security policy has to allow it inline.
  metaChunk: true,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: icon }]],
  markdown,
  transformHead: ({ pageData: { relativePath, isNotFound } }) =>
    isNotFound === true ? [] : [["link", { rel: "alternate", type: "text/markdown", href: `${base}${relativePath}` }]],
  themeConfig: {
    nav: [
      { text: "Guides", link: "/docs/getting-started", activeMatch: "^/docs/" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
      { text: "Lab", link: "/lab.html", target: "_self" },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    search: { provider: "local", options: searchIndex },
  },
  vite: { build: { chunkSizeWarningLimit: 10_000 } },
});
