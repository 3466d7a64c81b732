/** Has Firefox, which Playwright cannot drive as Debian builds it, look at a site: a page in it opens the others, and posts what it finds. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../serve.ts";
import type { RunPage } from "./pages.ts";
import { inPage, pressAll } from "./press.ts";

const executable = process.env.FIREFOX ?? "/usr/bin/firefox";

export const hasFirefox = (): boolean => existsSync(executable);

/** A page that opens the pages of a site, presses every Run button, and posts what appears. */
export const driver = (pages: readonly RunPage[], limit: number): string => `<!doctype html>
<meta charset="utf-8">
<iframe width="1000" height="800"></iframe>
<script type="module">
const pressAll = ${inPage(pressAll)};
const frame = document.querySelector("iframe");
const seen = [];
for (const path of ${JSON.stringify(pages.map(({ path }) => path))}) {
  await new Promise((resolve) => { frame.onload = resolve; frame.src = "/" + encodeURI(path); });
  for (let i = 0; i < 500 && frame.contentDocument.querySelector(".runnable-run") === null; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  seen.push(await pressAll(frame.contentDocument, ${limit}));
}
await fetch("/", { method: "POST", body: JSON.stringify(seen) });
</script>`;

/** What a page that is served beside a site posts, opened in a Firefox with a profile of its own. */
export async function reportOf<T>(folder: string, page: string, { seconds }: { readonly seconds: number }): Promise<T> {
  let [resolve, reject]: [(told: string) => void, (why: Error) => void] = [() => {}, () => {}];
  const promise = new Promise<string>((...both) => {
    [resolve, reject] = both;
  });
  const timer = setTimeout(() => reject(new Error(`Firefox told nothing in ${seconds} s`)), 1000 * seconds);
  const { address, close } = await serve(folder, { pages: { "/driver.html": page }, posted: resolve });
  const profile = mkdtempSync(join(tmpdir(), "evenkeel-firefox-"));
  const flags = ["--headless", "--no-remote", "--profile", profile];
  const browser = spawn(executable, [...flags, `${address}driver.html`], {
    // A group of its own, to be ended with all its children; and a home, which Firefox insists that its user owns.
    detached: true,
    stdio: "ignore",
    env: { ...process.env, HOME: profile },
  });
  const ended = new Promise<void>((resolve) => browser.on("exit", () => resolve()).on("error", () => resolve()));
  ended.then(() => reject(new Error("Firefox ended without a word")));
  try {
    return JSON.parse(await promise) as T;
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
    await ended;
    close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
