import fc from "fast-check";
import { expect, test } from "vitest";
import { declarations, fromAddress, type Setting, settingNames, tidy, toAddress, usual } from "../../lab/settings.ts";

const anySettings = fc
  .record(
    Object.fromEntries(
      settingNames.map((name) => {
        const declared: Setting = declarations[name];
        const value =
          declared.kind === "choice"
            ? fc.constantFrom(...Object.keys(declared.words).filter((word) => word !== "csv"))
            : fc
                .double({ min: declared.from, max: declared.to, noNaN: true })
                .map((number) => Math.min(declared.to, Math.max(declared.from, tidy(number, declared))));
        return [name, value as fc.Arbitrary<string | number>];
      }),
    ),
  )
  .map((settings) => settings as unknown as typeof usual);

test("an address says all that is set, and only what is other than usual", () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      expect(fromAddress(`#${toAddress(settings)}`)).toEqual({ settings, faults: [] });
    }),
  );
  expect(toAddress(usual)).toBe("");
  expect(toAddress({ ...usual, lr: 0.3, right: "l1" })).toBe("right=l1&lr=0.3");
});

test.each([
  ["lr=0", 'lr may be from 0.01 to 10, not "0"'],
  ["lr=", 'lr may be from 0.01 to 10, not ""'],
  ["depth=2.5", 'depth may be a whole number from 1 to 10, not "2.5"'],
  ["seed=1e9", 'seed may be a whole number from 0 to 999, not "1e9"'],
  ["data=cats", 'data may be names, spirals, digits, csv, not "cats"'],
  ["data=toString", 'data may be names, spirals, digits, csv, not "toString"'],
  ["__proto__=1", 'there is no setting "__proto__"'],
  [
    `left=${"<b>".repeat(100)}`,
    `left may be none, batch, noisy, noise, l1, linf, layer, group, ghost, not "${"<b>".repeat(13)}<…"`,
  ],
  ["data=csv", "a link cannot carry your CSV: open it again"],
])("of %s the lab says what is wrong, and begins as usual", (address, fault) => {
  expect(fromAddress(address)).toEqual({ settings: usual, faults: [fault] });
});

test("what no address is becomes a setting neither", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { settings } = fromAddress(text);
      expect(Object.keys(settings)).toEqual(Object.keys(usual));
    }),
  );
});
