import type { Browser, Locator, Page } from "playwright";
import { serve } from "../serve.ts";

/** What a reader does who is not careful: what is shown has to say what is wrong, and the page to stay as it is. */
export async function breakBlocks(browser: Browser, site: string, path: string): Promise<string[]> {
  const failures: string[] = [];
  const expect = (what: string, isSo: boolean) => {
    if (!isSo) failures.push(what);
  };
  await onPhone(browser, site, path, expect);
  await whereForbidden(browser, site, path, expect);
  await onOwnPage(browser, site, expect);
  return failures;
}

type Expect = (what: string, isSo: boolean) => void;

/** The first block, by keyboard alone, on a screen of 390 pixels. */
async function onPhone(browser: Browser, site: string, path: string, expect: Expect): Promise<void> {
  const { address, close } = await serve(site);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  try {
    await page.goto(address + encodeURI(path));
    const panel = page.locator(".runnable").first();
    const output = panel.locator(".runnable-output");
    await panel.locator(".runnable-run").focus();
    await page.keyboard.press("Enter");
    await done(panel);
    const first = await output.innerText();
    expect("Enter on Run runs a block", first.trim() !== "");
    expect("the output is read aloud", (await output.getAttribute("aria-live")) === "polite");

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const editor = panel.locator(".cm-content");
    await editor.waitFor();
    expect("Edit puts the keyboard into the editor", await editor.evaluate((e) => e === document.activeElement));

    await written(page, 'const x: number = 1;\nconst y = [x, (2;\nconsole.log("never");');
    await page.keyboard.press("Control+Enter");
    await done(panel);
    const syntax = await output.innerText();
    expect(`a syntax error has its line: ${syntax}`, /^SyntaxError \(line 2\): /.test(syntax));

    await written(
      page,
      'import { nn, zeros } from "evenkeel";\n\nnew nn.Linear(784, 10).forward(zeros([128, 28, 28]));',
    );
    await page.keyboard.press("Control+Enter");
    await done(panel);
    const shape = await output.innerText();
    const whole = /^TensorError \(line 3\): Linear\.forward: expected .*784.*, got .*\[128, 28, 28\]\. .+/s;
    expect(`a wrong shape says where, expected, got and a hint: ${shape}`, whole.test(shape));

    await written(page, 'import { tensors } from "evenkeel";\ntensors(1);');
    await page.keyboard.press("Control+Enter");
    await done(panel);
    expect("a name that is not there is refused", (await output.innerText()).includes("tensors"));
    await written(page, 'import "node:fs";');
    await page.keyboard.press("Control+Enter");
    await done(panel);
    expect(
      "a module that is not there is refused",
      (await output.innerText()).includes('"node:fs" is not on this page'),
    );

    await written(page, 'console.log("begun");\nwhile (true);');
    await page.keyboard.press("Control+Enter");
    await output.getByText("begun").waitFor();
    await page.keyboard.press("Escape");
    expect("Escape leaves the editor for the button", (await focused(page)) === "Stop");
    await page.keyboard.press("Enter");
    await done(panel);
    expect("Stop ends an endless loop", /begun\s+Stopped\./.test(await output.innerText()));

    await written(page, 'for (let i = 0; ; i++) console.log("line " + i);', editor);
    await page.keyboard.press("Control+Enter");
    await output.getByText("and more, which is not shown").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await done(panel);

    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(`the page is ${wide} pixels wider than a phone`, wide <= 0);
    const small = await panel
      .locator(".runnable-button:visible")
      .evaluateAll((buttons) => buttons.filter((button) => button.getBoundingClientRect().height < 24).length);
    expect("buttons are large enough for a finger", small === 0);

    await panel.getByRole("button", { name: "Reset" }).click();
    expect("Reset puts the keyboard on Edit", (await focused(page)) === "Edit");
    await panel.locator(".runnable-run").click();
    await done(panel);
    expect("Reset brings back the code of the page", (await output.innerText()) === first);
  } finally {
    await context.close();
    close();
  }
}

/**
 * Pages whose content security policies forbid eval and WebAssembly, and then also any code of the reader's own, or the worker. VitePress
 * itself needs scripts that stand in the page.
 */
async function whereForbidden(browser: Browser, site: string, path: string, expect: Expect): Promise<void> {
  for (const [policy, says] of [
    ["script-src 'self' 'unsafe-inline' blob:", null],
    [
      "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
      /^Not run: This page may not run .* content security policy .* blob:/,
    ],
    [
      "script-src 'self' 'unsafe-inline' blob:; worker-src 'none'",
      /^Not run: This page could not start the worker .*worker-src/,
    ],
  ] as const) {
    const { address, close } = await serve(site, { headers: { "Content-Security-Policy": policy } });
    const page = await browser.newPage();
    try {
      await page.goto(address + encodeURI(path));
      const panels = page.locator(".runnable");
      const [first, last] = [panels.first(), panels.last()];
      for (const panel of [first, last]) {
        await panel.locator(".runnable-run").click();
        await done(panel);
      }
      const error = await first.locator(".runnable-error").allInnerTexts();
      if (says === null) {
        expect(`under ${policy} blocks run: ${error}`, error.length === 0);
        expect(`under ${policy} plots are drawn`, (await last.locator("img").count()) > 0);
      } else expect(`under ${policy} it is said why nothing runs: ${error}`, says.test(error.join("")));
    } finally {
      await page.close();
      close();
    }
  }
}

/** Blocks as VitePress writes them, with a limit of a second. */
async function onOwnPage(browser: Browser, site: string, expect: Expect): Promise<void> {
  const block = (code: string) =>
    `<div class="language-ts vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">ts</span><pre class="shiki" tabindex="0" v-pre=""><code>${code
      .split("\n")
      .map((line) => `<span class="line"><span>${line}</span></span>`)
      .join("\n")}</code></pre></div>`;
  const blocks = [
    'import { tensor } from "evenkeel";\nconsole.log(tensor([1, 2]));',
    'import { readFileSync } from "node:fs";',
    "while (true);",
    'import { ownPlot } from "evenkeel/plot";\nthrow "a word";',
  ];
  const own = `<!doctype html><meta charset="utf-8"><body>${blocks.map(block).join("\n")}
<script type="module">
import { makeRunnable } from "/runnable/runnable.js";
globalThis.remove = makeRunnable(document.body, { assets: "/runnable/", limit: 1 });
makeRunnable(document.body, { assets: "/runnable/" });
</script>`;
  const { address, close } = await serve(site, { index: own });
  const page = await browser.newPage();
  try {
    await page.goto(address);
    const panels = page.locator(".runnable");
    await panels.first().waitFor();
    expect("what needs Node has no buttons, and all else once", (await panels.count()) === 3);
    for (const panel of await panels.all()) {
      await panel.locator(".runnable-run").click();
      await done(panel);
    }
    const said = await panels.locator(".runnable-output").allInnerTexts();
    expect(`VitePress's blocks run: ${said[0]}`, said[0] === "tensor([1., 2.])");
    expect(`what takes too long is ended: ${said[1]}`, /Ended after 1 s\.\s+Run for up to 10 s/.test(said[1]));
    expect(`what is thrown is told, whatever it is: ${said[2]}`, said[2] === "Thrown: 'a word'");
    await panels.nth(1).getByRole("button", { name: "Run for up to 10 s" }).click();
    await page.waitForTimeout(1500);
    expect(
      "a limit that is lengthened is longer",
      (await panels.nth(1).locator(".runnable-run").innerText()) === "Stop",
    );
    await page.evaluate("remove()");
    expect("all of it can be taken away", (await panels.count()) === 0);
  } finally {
    await page.close();
    close();
  }
}

async function done(panel: Locator): Promise<void> {
  await panel.and(panel.page().locator(":not(.runnable-busy)")).waitFor({ timeout: 60_000 });
}

/** Puts text in place of all that is in the editor that has the keyboard. */
async function written(page: Page, text: string, editor?: Locator): Promise<void> {
  await editor?.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
