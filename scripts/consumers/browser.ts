import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium } from "playwright";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** What a page of the folder has put into `globalThis.result`, served with a content security policy. */
export async function resultOf(folder: string, html: string, policy: string): Promise<unknown> {
  const server = createServer(({ url = "/" }, response) => {
    const name = url === "/" ? "index.html" : url.slice(1).split("?")[0];
    const headers = { "Content-Type": types[extname(name)] ?? "text/html", "Content-Security-Policy": policy };
    try {
      const content = name === "index.html" ? html : readFileSync(join(folder, name));
      response.writeHead(200, headers).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page
      .waitForFunction(() => "result" in globalThis, undefined, { timeout: 20_000 })
      .catch(() => errors.push("no result after 20 s"));
    if (errors.length > 0) throw new Error(errors.join("; "));
    return await page.evaluate(() => (globalThis as unknown as { result: unknown }).result);
  } finally {
    await browser.close();
    server.close();
  }
}
