import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { discoveries, discoverySteps } from "../../lab/page/discoveries.ts";
import { recordedRun } from "../../lab/record.ts";
import { usual } from "../../lab/settings.ts";
import { Session } from "../../lab/training/session.ts";
import { root } from "../docs/examples.ts";

test("the run that is shown before anything is touched is one that the lab makes", () => {
  expect(recordedRun()).toEqual(JSON.parse(readFileSync(`${root}lab/recorded.json`, "utf8")));
}, 600_000);

test.each(discoveries.flatMap((discovery) => [0, 1, 2].map((seed) => ({ ...discovery, seed }))))(
  "$name, from seed $seed: $says",
  ({ settings, seed, holds }) => {
    const session = new Session({ ...usual, ...settings, seed });
    while (session.step < discoverySteps) session.advance();
    expect(holds(session.frame())).toBe(true);
  },
);
