import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { check } from "./failures.ts";
import { open, runTo, type Where } from "./open.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in both colour schemes, on a wide and a narrow screen. */
export async function accessible(where: Where): Promise<void> {
  for (const scheme of ["light", "dark"]) {
    for (const width of [1200, 390]) {
      const page = await open(where, {}, { width });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await runTo(page, 10);
      await page.$$eval("details", (all) => {
        for (const details of all) details.open = true;
      });
      for (const panel of await page.$$(".panel")) await panel.scrollIntoView();
      await page.evaluate(axe);
      const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
      for (const { id, nodes } of violations) {
        check(
          false,
          `${where.name}, ${scheme}, ${width}: axe finds ${id} in ${nodes.map(({ html }) => html.slice(0, 120)).join(" and ")}`,
        );
      }
      await page.close();
    }
  }
}
