/** Builds what runs the code of a page: the worker with the package's single file, the editor, and what gives blocks their buttons. Needs `npm run build`. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const single = join(root, "dist/evenkeel.single.js");

/** Has the worker, and the modules of notebooks, import the package's single file as it is published. */
async function singleFile(): Promise<Plugin> {
  const exported: Record<string, object> = await import(pathToFileURL(single).href);
  return {
    name: "single-file",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/src\/single\.ts$|^evenkeel$/ }, () => ({ path: single }));
      onResolve({ filter: /^evenkeel\// }, ({ path }) => ({ path, namespace: "entry" }));
      onLoad({ filter: /./, namespace: "entry" }, ({ path }) => {
        const name = path.slice("evenkeel/".length);
        const names = Object.keys(exported[name]).join(", ");
        const contents = `import { ${name} } from "evenkeel"; export const { ${names} } = ${name};`;
        return { contents, resolveDir: root };
      });
    },
  };
}

/** Writes all of it into a folder of the site. */
export async function writeRunnable(folder: string): Promise<void> {
  const source = (name: string) => join(root, "site/runnable", name);
  await build({
    entryPoints: {
      runnable: source("runnable.ts"),
      editor: source("editor.ts"),
      worker: source("worker/worker.ts"),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    chunkNames: "chunks/[name]-[hash]",
    plugins: [await singleFile()],
    logLevel: "error",
  });
  copyFileSync(source("runnable.css"), join(folder, "runnable.css"));
}
