/**
 * Opens classroom.zip where there is no network, with a home that is empty, runs its notebooks in Deno's kernel as its README says, and
 * compares what they put out with what is committed; also that it is made of the same bits when it is made again, and that its pages
 * print without half-empty ones. Only those notebooks that need what others do not; `--all` runs the others too. Needs `npm run build`, Chromium, `unshare`, and Python with jupyter_client and nbformat.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import { chromium } from "playwright";
import { chromiumOptions } from "../docs/chromium.ts";
import { runNotebooksIn, told } from "./consumers/notebooks.ts";

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** 0 draws a graph, 3 has names and pictures, 4 a helper of its own. */
const starts = process.argv.includes("--all") ? [""] : ["0", "3", "4"];
const zip = join(root, "classroom.zip");

/** Sets the loopback device up, over which Jupyter speaks to its kernel. */
const loopback = `import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))`;

if (process.argv[2] === "--inside") {
  execFileSync("/usr/bin/python3", ["-c", loopback]);
  await assert.rejects(fetch("https://registry.npmjs.org/"), "there is a network");
  await runNotebooksIn(process.argv[3], { starts, compared: told });
} else {
  await checkAll();
}

async function checkAll(): Promise<void> {
  const make = () => {
    execFileSync("npm", ["run", "--silent", "classroom"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    return readFileSync(zip);
  };
  const bytes = make();
  assert.ok(bytes.equals(make()), "made again it is another");
  console.log("ok  the same bytes when made again");

  const folder = mkdtempSync(join(tmpdir(), "evenkeel-class-"));
  try {
    for (const [path, content] of Object.entries(unzipSync(bytes))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    await prints(join(folder, "classroom"));
    console.log("ok  worksheet and answers print, page after page");
    const inside = [
      process.execPath,
      "--import",
      "tsx",
      self,
      "--inside",
      join(folder, "classroom/notebooks"),
      ...process.argv.slice(2),
    ];
    const apart = ["unshare", "--net", "--map-root-user"];
    const isAllowed = spawnSync(apart[0], [...apart.slice(1), "true"]).status === 0;
    if (!isAllowed) console.log("A network cannot be taken away here: the notebooks run with it.");
    const [command, ...given] = [...(isAllowed ? apart : []), ...inside];
    execFileSync(command, given, { cwd: root, stdio: "inherit" });
    console.log(`ok  notebooks${isAllowed ? ", without a network" : ""}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Both pages have all notebooks, answers stand in one alone, and nothing but the last printed page ends early. */
async function prints(folder: string): Promise<void> {
  const count = readdirSync(join(folder, "notebooks")).filter((name) => name.endsWith(".ipynb")).length;
  const browser = await chromium.launch(chromiumOptions);
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    for (const [name, isSolved] of [
      ["worksheet.html", false],
      ["answers.html", true],
    ] as const) {
      await page.emulateMedia({ media: "screen" });
      await page.goto(pathToFileURL(join(folder, name)).href);
      assert.equal(await page.locator("article").count(), count, name);
      assert.equal((await page.locator(".answer").count()) > count, isSolved, name);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wide`);
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: 657, height: 1002 }); // A4 less its margins, at 96 to the inch
      // What is never cut in two leaves a gap as high as itself at most, where it does not fit: that is to be less than half a page.
      const heights = await page
        .locator("main *")
        .evaluateAll((all) =>
          all.filter((one) => getComputedStyle(one).breakInside === "avoid").map((one) => one.clientHeight),
        );
      assert.ok(heights.length > count, name);
      assert.ok(Math.max(...heights) < 501, `${name}: ${Math.max(...heights)} of 1,002 in one piece`);
      await page.setViewportSize({ width: 390, height: 800 });
    }
  } finally {
    await browser.close();
  }
}
