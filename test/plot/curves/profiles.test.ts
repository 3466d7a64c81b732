import { learningRateTest } from "evenkeel/analysis";
import { profileCurves, rateTestCurve } from "evenkeel/plot";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import * as small from "../small.ts";
import { expectDrawn, valuesIn } from "../valid.ts";

describe("profiles", () => {
  test("are of the measure asked for, one number for each module, from the first on", async () => {
    const rank = small.rank();
    const plot = profileCurves(rank, { measure: "stableRank" });
    await expectDrawn(plot);
    expect(plot.title.text).toBe("Stable rank");
    expect(valuesIn(plot).map(({ x, y }) => [x, y])).toEqual(rank.layers.map((layer, i) => [i + 1, layer.stableRank]));
    expect(refusal(() => profileCurves(rank, { measure: "meanCosine" })).got).toBe('"meanCosine"');
  });

  test("of one's own have gaps, counted, bands where they repeat, and lines to compare with", async () => {
    const own = {
      x: [10, 100, 1000],
      y: [1, 0, null],
      range: [
        [0.5, 2],
        [0, 0],
        [1, 1],
      ] as const,
    };
    const plot = profileCurves({ own }, { logX: true, logY: true, guides: [1.23456], yTitle: "loss" });
    await expectDrawn(plot);
    expect(plot.title.text).toBe("Loss");
    expect(plot.title.subtitle).toEqual([
      "Dashed: 1.23.",
      "Bands: smallest to largest.",
      "1 value is not finite: a gap.",
      "1 value is 0 or below: a gap.",
    ]);
    expect(refusal(() => profileCurves({ x: [], y: [] })).got).toBe("a result of none");
    const wrong = (profile: object) => refusal(() => profileCurves({ own, wrong: profile as typeof own }));
    expect(wrong({ x: [1, 2], y: [1, 2, 3] })).toMatchObject({ expected: "as many numbers in y as in x, 2", got: "3" });
    expect(wrong({ x: ["a"], y: [1] }).expected).toBe("a list of finite numbers as x");
    expect(wrong({ x: [1], y: [1], range: [1] }).expected).toBe("as range a pair [low, high] for each of 1");
  });
});

test("a range test that blows up is drawn at the edge, which is said, whatever its size", async () => {
  const { model, loss } = small.parabola();
  const blown = learningRateTest(model, loss, { from: 0.01, to: 1e12, steps: 20, stopAt: 1e300 });
  expect(Math.max(...blown.loss.map((value) => value ?? 0))).toBeGreaterThan(1e60);
  const plot = rateTestCurve(blown);
  await expectDrawn(plot);
  expect(plot.title.subtitle.join(" ")).toMatch(
    /falls fastest at .* \(dashed\).* What is above .* is drawn at the edge\./,
  );
  const drawn = valuesIn(plot).flatMap(({ loss: value }) => (typeof value === "number" ? [value] : []));
  expect(Math.max(...drawn)).toBeLessThan(10);
});
