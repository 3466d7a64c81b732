import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Serves the files of a folder to this machine alone; `index` is the page at the root, if it is not that of the folder. */
export async function serve(
  folder: string,
  { index, headers = {} }: { readonly index?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly address: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname);
    try {
      const isIndex = path === "/" && index !== undefined;
      const content = isIndex ? index : readFileSync(join(folder, normalize(path === "/" ? "/index.html" : path)));
      response.writeHead(200, { "Content-Type": types[extname(path)] ?? "text/html", ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
