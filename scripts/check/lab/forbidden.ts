import { useKernels } from "evenkeel";
import { serve } from "../../docs/serve.ts";
import { check } from "./failures.ts";
import { open, runTo, textOf, type Where } from "./open.ts";
import { sameBits } from "./sameBits.ts";

/** What a page may forbid, what the lab then says, and by which kernels its bits are those of Node. */
const policies = [
  {
    policy: "script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:",
    of: "#kernels",
    says: /^$/,
    kernels: "wasm",
  },
  {
    policy: "script-src 'unsafe-inline'; worker-src blob:",
    of: "#kernels",
    says: /WebAssembly/,
    kernels: "reference",
  },
  {
    policy: "script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'none'",
    of: "#told",
    says: /Workers/,
    kernels: "wasm",
  },
] as const;

/** The lab where evaluation, WebAssembly or workers are forbidden, and without WebGL. */
export async function forbidden(where: Where, folder: string): Promise<void> {
  const small = { depth: 2, width: 8 } as const;
  for (const { policy, of, says, kernels } of policies) {
    const { address, close } = await serve(folder, { headers: { "Content-Security-Policy": policy } });
    try {
      const page = await open({ ...where, page: `${address}lab.html` }, small);
      check(says.test(await textOf(page, of)), `${where.name}: under "${policy}" it says otherwise`);
      await runTo(page, 20);
      useKernels(kernels);
      await sameBits(page, small, `${where.name}, under "${policy}"`);
      useKernels("wasm");
      await page.close();
    } finally {
      close();
    }
  }
  const page = await open(where, small);
  await page.evaluate(() => {
    const get = HTMLCanvasElement.prototype.getContext as (this: HTMLCanvasElement, ...given: unknown[]) => unknown;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...given: unknown[]) {
      return given[0] === "2d" ? get.apply(this, given) : null;
    } as typeof HTMLCanvasElement.prototype.getContext;
  });
  await page.$eval("#panel-surface", (panel) => panel.scrollIntoView());
  await page.click("#panel-surface .body button");
  await page.waitForFunction(() => /minima/.test(document.querySelector("#panel-surface .told")?.textContent ?? ""), {
    timeout: 60_000,
  });
  await page.click("#surface-3d");
  await page
    .waitForFunction(() => /no WebGL/.test(document.querySelector("#panel-surface .told")?.textContent ?? ""), {
      timeout: 10_000,
    })
    .catch(() => check(false, `${where.name}: without WebGL nothing is said of it`));
  await page.close();
}
