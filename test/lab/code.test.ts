import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import { readTable } from "../../lab/data/table.ts";
import { toCode } from "../../lab/page/code.ts";
import { normalisations, type Settings, usual } from "../../lab/settings.ts";
import { Session } from "../../lab/training/session.ts";
import { root } from "../docs/examples.ts";

const folder = `${root}test/lab/made`;
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const csv = `a,b,kind\n${Array.from({ length: 60 }, (_, i) => `${i},${(i * i) % 17},${i % 3}`).join("\n")}\n`;

const small = { ...usual, depth: 2, width: 6, batch: 12, seed: 5 };
const others: readonly Partial<Settings>[] = [
  { data: "spirals", activation: "relu", optimizer: "adam", lr: 0.01 },
  { data: "digits", activation: "sigmoid", optimizer: "momentum", lr: 0.1, scale: 2.5 },
  { data: "csv", lr: 0.1 },
  { placement: "behind", right: "noise" },
];
const pairs = Object.keys(normalisations).map((right) => ({ right: right as Settings["right"] }));

test.each([...pairs, ...others])("the code of %o has the losses of the lab, to the bit", async (given) => {
  const settings: Settings = { ...small, ...given };
  const name = `${folder}/${JSON.stringify(given).replace(/\W+/g, "-")}`;
  const code = toCode(settings, 101).replace('"data.csv"', JSON.stringify(`${name}.csv`));
  if (settings.data === "csv") writeFileSync(`${name}.csv`, csv);
  writeFileSync(`${name}.ts`, code);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ `${name}.ts`);
  const told = [...printed.mock.calls];
  printed.mockRestore();
  const session = new Session(settings, settings.data === "csv" ? readTable(csv) : null);
  const losses: [number, number][] = [];
  while (session.step < 101) {
    session.half();
    losses.push([session.columns[0].loss, session.columns[1].loss]);
    session.half();
  }
  const expected = ["left", "right"].flatMap((side, i) => [0, 50, 100].map((step) => [side, step, losses[step][i]]));
  expect(told).toEqual(expected);
});
