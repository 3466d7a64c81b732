import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".md": "text/markdown; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** What a server does besides. */
export interface ServeOptions {
  /** The page at the root, if it is not that of the folder. */
  readonly index?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pages that are not in the folder, by their paths. */
  readonly pages?: Readonly<Record<string, string>>;
  /** Is given what pages post. */
  readonly posted?: (body: string) => void;
}

/** Serves the files of a folder to this machine alone. */
export async function serve(
  folder: string,
  { index, headers = {}, pages = {}, posted }: ServeOptions = {},
): Promise<{ readonly address: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname);
    if (request.method === "POST" && posted !== undefined) {
      const parts: Buffer[] = [];
      request.on("data", (part) => parts.push(part)).on("end", () => posted(Buffer.concat(parts).toString()));
      response.end();
      return;
    }
    try {
      const own = path === "/" ? index : pages[path];
      const content = own ?? readFileSync(join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path)));
      response.writeHead(200, { "Content-Type": types[extname(path)] ?? "text/html", ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
