/**
 * Opens the page of the course's last chapter in a headless Chromium, from the chapter's own server, and compares what it says with
 * what the server answers. Needs Chromium.
 */
import { chromium } from "playwright";
import { load, type Pump, probabilities } from "../../examples/course/pumps/network.ts";
import { serve } from "../../examples/course/pumps/server.ts";
import { pumps } from "../../examples/course/pumps.ts";
import { chromiumOptions } from "../docs/chromium.ts";

const { model } = pumps("small", () => {});
const { address, close } = await serve(model);
const browser = await chromium.launch(chromiumOptions);
const failures: string[] = [];
try {
  const page = await browser.newPage();
  page.on("pageerror", ({ message }) => failures.push(message));
  page.on("requestfailed", (request) => failures.push(`not loaded: ${request.url()}`));
  await page.goto(address);
  const says = page.locator("output");
  await says.filter({ hasText: /^0\.\d{3}$/ }).waitFor();
  const shown: Pump = { kind: "gear", age: 12, temperature: 70, pressure: 5, vibration: null };
  await compare(shown);
  await page.locator("select").selectOption("vane");
  await page.locator('[name="vibration"]').fill("2.5");
  await compare({ ...shown, kind: "vane", vibration: 2.5 });

  async function compare(pump: Pump): Promise<void> {
    const expected = probabilities(load(model), [pump])[0].toFixed(3);
    const said = await says.innerText();
    if (said !== expected) failures.push(`${JSON.stringify(pump)}: the page says ${said}, the network ${expected}`);
  }
} finally {
  await browser.close();
  close();
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
else console.log("The page of the pumps says what the network says.");
