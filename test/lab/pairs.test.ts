import { expect, test } from "vitest";
import { normalisations, type Settings, usual } from "../../lab/settings.ts";
import { pairOf } from "../../lab/training/pairs.ts";
import { pairSteps } from "../../lab/training/plan.ts";
import { Session } from "../../lab/training/session.ts";

const names = Object.keys(normalisations) as Settings["right"][];

test.each(names)("a pair of the map with %s comes to what the lab itself comes to", (right) => {
  const settings: Settings = { ...usual, depth: 2, width: 20, batch: 16, data: "spirals", right, lr: 0.3, scale: 3 };
  const session = new Session(settings);
  const sums = [0, 0];
  for (let step = 0; step < pairSteps; step++) {
    session.advance();
    if (step < (4 * pairSteps) / 5) continue;
    for (const [i, { loss }] of session.columns.entries()) sums[i] += loss / (pairSteps / 5);
  }
  expect(pairOf(settings, { lr: 0.3, scale: 3 }).losses).toEqual(sums);
});
