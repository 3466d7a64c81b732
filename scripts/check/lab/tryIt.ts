/**
 * Tries the lab as a reader would, in Chromium and Firefox, from disk and from a server: `npm run test:lab`, after `npm run build` and `npm run
 * lab`. By Puppeteer, for Playwright cannot drive the Firefox that a system has. What the page computes is compared with the same run in Node,
 * to the bit. Prints what it measured; only what is wrong fails. `-- --minutes 10` lets it train in Chromium for so long, and looks at memory alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer, { type Browser } from "puppeteer-core";
import { serve } from "../../docs/serve.ts";
import { accessible } from "./accessible.ts";
import { controls } from "./controls.ts";
import { discoveries } from "./discoveries.ts";
import { failures } from "./failures.ts";
import { files } from "./files.ts";
import { forbidden } from "./forbidden.ts";
import { keyboard } from "./keyboard.ts";
import { memory } from "./memory.ts";
import { panels } from "./panels.ts";
import { smooth } from "./smooth.ts";
import { steady } from "./steady.ts";

const folder = fileURLToPath(new URL("../../../dist-lab", import.meta.url));
const fromDisk = pathToFileURL(join(folder, "lab.html")).href;
const home = mkdtempSync(join(tmpdir(), "evenkeel-lab-"));

/** The browsers of the system; Firefox insists on a home that its user owns. */
const browsers = [
  { name: "Chromium", browser: "chrome", path: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  { name: "Firefox", browser: "firefox", path: process.env.FIREFOX ?? "/usr/bin/firefox", args: [] },
] as const;

const given = process.argv.indexOf("--minutes");
/** For how long memory is looked at, and nothing else tried; null where all else is. */
const minutes = given < 0 ? null : Number(process.argv[given + 1]);

const { address, close } = await serve(folder);
try {
  for (const { name, browser, path, args } of browsers) {
    const started: Browser = await puppeteer.launch({
      browser,
      executablePath: path,
      headless: true,
      args: [...args],
      env: { ...process.env, HOME: home },
    });
    const at = (page: string) => ({ browser: started, name, page });
    const served = `${address}lab.html`;
    try {
      if (minutes !== null) {
        if (browser === "chrome") await memory(at(fromDisk), minutes);
        continue;
      }
      const part = async (what: string, tried: Promise<void>) => {
        const begun = performance.now();
        await tried;
        console.log(`${name}: ${what}, ${Math.round((performance.now() - begun) / 1000)} s`);
      };
      await part("from disk, as it begins", smooth(at(fromDisk)));
      await part("controls and addresses", controls(at(served)));
      await part("what stays where it is", steady(at(served)));
      await part("keys", keyboard(at(served)));
      await part("tables of one's own", files(at(served)));
      await part("panels", panels(at(fromDisk)));
      // What is the same in every browser is tried in one.
      if (browser === "firefox") continue;
      await part("what is to be found out", discoveries(at(served)));
      await part("axe", accessible(at(served)));
      await part("what is forbidden", forbidden(at(served), folder));
    } finally {
      await started.close();
    }
  }
} finally {
  close();
  rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
else console.log(minutes === null ? "The lab does in both browsers what it says." : "Memory stays as it is.");
