import { declarations, fromAddress, type Setting, settingNames, usual } from "../../../lab/settings.ts";
import { check } from "./failures.ts";
import { offered, open, runTo, settled, stepOf, textOf, type Where } from "./open.ts";
import { sameBits } from "./sameBits.ts";

/** Every control, the address that follows from it, the buttons of the run, and what an address may not say. */
export async function controls(where: Where): Promise<void> {
  const { name } = where;
  const page = await open(where);
  const hash = async () => fromAddress(await page.evaluate(() => location.hash));
  for (const setting of settingNames) {
    const declared: Setting = declarations[setting];
    const selector = `#setting-${setting}`;
    if (declared.kind === "choice") {
      for (const word of Object.keys(declared.words).filter((word) => word !== "csv")) {
        await page.select(selector, word);
        check((await hash()).settings[setting] === word, `${name}: ${setting} ${word} is not in the address`);
      }
      await page.select(selector, String(usual[setting]));
    } else {
      await page.focus(selector);
      await page.keyboard.press("End");
      check((await hash()).settings[setting] === declared.to, `${name}: ${setting} is not ${declared.to} at its end`);
      await page.keyboard.press("Home");
      check(
        (await hash()).settings[setting] === declared.from,
        `${name}: ${setting} is not ${declared.from} at its start`,
      );
    }
    const { faults } = await hash();
    check(faults.length === 0, `${name}: ${setting} makes an address that is not understood: ${faults.join()}`);
    await page.evaluate(() => {
      location.hash = "";
    });
  }
  await page.close();

  const given = { depth: 2, width: 9, lr: 0.3, scale: 2, seed: 7, data: "spirals", right: "layer", batch: 12 } as const;
  const other = await open(where, given);
  await settled(other);
  check((await stepOf(other)) === 0, `${name}: a link does not begin at step 0`);
  for (let i = 0; i < 3; i++) await other.click("#step");
  await settled(other);
  check((await stepOf(other)) === 3, `${name}: three steps are not three`);
  await other.click("#half");
  await settled(other);
  check((await textOf(other, "#half")) === "Backward", `${name}: after half a step the other half is not offered`);
  await sameBits(other, given, `${name}, a link`);
  await other.click("#start");
  await settled(other);
  check((await stepOf(other)) === 0, `${name}: the start is not step 0`);
  await runTo(other, 40);
  await sameBits(other, given, `${name}, a link that ran`);
  for (const button of ["#link", "#code"]) {
    await other.click(button);
    await settled(other);
    check(/clipboard/.test(await textOf(other, "#told")), `${name}: ${button} says nothing`);
  }
  check(
    (await offered(other, "#panel-activations [data-do=picture]")).startsWith("png"),
    `${name}: no picture is saved`,
  );
  await other.close();

  const wrong = await open(where, "depth=99&lr=NaN&colour=red&left=<img src=x onerror=alert(1)>");
  const told = await textOf(wrong, "#told");
  for (const word of ["depth", "lr", "colour", "left"])
    check(told.includes(word), `${name}: of a wrong ${word} nothing is said`);
  check((await wrong.$$("#told img")).length === 0, `${name}: markup of an address is an element`);
  await wrong.close();
}
