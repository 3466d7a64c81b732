import { type DiagnosableReport, diagnose } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";

const said = (report: unknown) =>
  diagnose(report as DiagnosableReport).map(({ code, severity, layer }) => `${severity} ${code} ${layer}`);

const activations = (layer: object) => ({
  kind: "activationReport",
  layers: [{ layer: "a", type: "Tanh", nonFinite: 0, saturatedFraction: 0, count: 10, std: 1, ...layer }],
});
const units = (layer: object) => ({
  kind: "deadUnits",
  examples: 5,
  layers: [{ layer: "a", dead: [1], deadFraction: 0, units: 20, died: null, nonFinite: 0, ...layer }],
});
const gradients = (parameter: object, ...stds: readonly (number | null)[]) => ({
  kind: "gradientReport",
  parameters: [{ parameter: "w", nonFinite: 0, count: 4, meanAbsolute: 1, ...parameter }],
  activations: stds.map((std) => ({ std })),
});
const updates = (log10: number | null) => ({ kind: "updateRatios", parameters: [{ parameter: "w", log10 }] });
const layer = {
  layer: "n",
  largestMeanShift: null,
  largestStdRatio: null,
  batchesTracked: 5,
  tinyBatches: 0,
  smallestBatch: 32,
  lastBatch: 32,
  largestBatch: 64,
  constantFeatures: 0,
  uselessBias: null,
};
const health = (own: object, losses: object = {}) => ({
  kind: "batchNormHealth",
  batches: 3,
  options: { tiny: 16 },
  batchLoss: null,
  lossGap: null,
  ...losses,
  layers: [{ ...layer, ...own }],
});
const recorded = (metric: string, ...values: readonly (number | null)[]) => ({
  kind: "recording",
  divergedAt: null,
  rows: values.map((value, step) => ({ step, layer: metric === "loss" ? "" : "a", metric, value })),
});
const losses = (first: number, last: readonly number[], length = 30) =>
  recorded("loss", first, ...new Array<number>(length - 1 - last.length).fill(0), ...last);

/** What is said at a bound, and right behind it. */
const rows: Readonly<Record<string, readonly [report: unknown, said: readonly string[]][]>> = {
  "activations that are saturated": [
    [activations({ saturatedFraction: 0.1 }), []],
    [activations({ saturatedFraction: null }), []],
    [activations({ saturatedFraction: 0.11 }), ["warning saturated a"]],
    [activations({ saturatedFraction: 0.5 }), ["warning saturated a"]],
    [activations({ saturatedFraction: 0.51 }), ["critical saturated a"]],
  ],
  "a ReLU's zeros": [
    [activations({ type: "ReLU", saturatedFraction: 0.9 }), []],
    [activations({ type: "ReLU", saturatedFraction: null }), []],
    [activations({ type: "ReLU", saturatedFraction: 0.91 }), ["warning inactive a"]],
  ],
  "activations that are constant, or no numbers": [
    [activations({ std: 1e-9 }), []],
    [activations({ std: null }), []],
    [activations({ std: 0 }), ["critical constant-activations a"]],
    [activations({ nonFinite: 1 }), ["critical non-finite a"]],
  ],
  "dead units": [
    [units({ dead: [] }), []],
    [units({ deadFraction: 0.1 }), ["info dead-units a"]],
    [units({ deadFraction: 0.11 }), ["warning dead-units a"]],
    [units({ deadFraction: 0.5 }), ["warning dead-units a"]],
    [units({ deadFraction: 0.51 }), ["critical dead-units a"]],
    [units({ dead: [], died: [] }), []],
    [units({ dead: [], died: [3] }), ["warning units-died a"]],
    [units({ dead: [], nonFinite: 1 }), ["critical non-finite a"]],
  ],
  gradients: [
    [gradients({ meanAbsolute: 1e-7 }), []],
    [gradients({ meanAbsolute: 9e-8 }), ["warning vanishing-gradient w"]],
    [gradients({ meanAbsolute: 0 }), ["warning no-gradient w"]],
    [gradients({ meanAbsolute: null }), []],
    [gradients({ meanAbsolute: null, nonFinite: 1 }), ["critical non-finite w"]],
    [gradients({}, 2, 200), []],
    [gradients({}, 2, 201), ["warning gradient-spread null"]],
    [gradients({}, null, 0, 2, 201, 50), ["warning gradient-spread null"]],
    [gradients({}, null, 0, 201), []],
  ],
  updates: [
    [updates(null), []],
    [updates(-2), []],
    [updates(-1.9), ["warning update-too-large w"]],
    [updates(-1), ["warning update-too-large w"]],
    [updates(-0.9), ["critical update-too-large w"]],
    [updates(-5), []],
    [updates(-5.1), ["warning update-too-small w"]],
  ],
  "running statistics": [
    [health({ largestMeanShift: 0.5, largestStdRatio: 1.5 }), []],
    [health({ largestMeanShift: 0.51 }), ["warning stale-statistics n"]],
    [health({ largestStdRatio: 1.51 }), ["warning stale-statistics n"]],
    [health({ batchesTracked: 0, largestMeanShift: 9 }), ["warning never-tracked n"]],
    [health({ batchesTracked: null }), []],
  ],
  "batches of batch norm": [
    [health({ tinyBatches: 1 }), ["warning tiny-batches n"]],
    [health({ lastBatch: 31 }), ["info short-last-batch n"]],
    [health({ lastBatch: 16 }), ["info short-last-batch n"]],
    [health({ lastBatch: 15 }), []],
  ],
  "features of batch norm": [
    [health({ constantFeatures: 1 }), ["warning constant-features n"]],
    [health({ uselessBias: "0" }), ["info useless-bias n"]],
  ],
  "losses with and without running statistics": [
    [health({}, { batchLoss: -2, lossGap: 0.2 }), []],
    [health({}, { batchLoss: -2, lossGap: 0.21 }), ["warning loss-gap null"]],
    [health({}, { lossGap: 9 }), []],
    [health({}, { batchLoss: 9 }), []],
  ],
  "losses in a run": [
    [losses(1, [0, 0, 2.9]), []],
    [losses(1, [0, 0, 3]), ["warning not-learning null"]],
    [losses(1, [9, 0, 0, 0]), []],
    [losses(1, [9], 19), []],
    [losses(1, [9], 20), ["warning not-learning null"]],
    [{ ...losses(1, [9]), divergedAt: 3 }, ["critical diverged null"]],
    [{ ...losses(1, [0]), divergedAt: 0 }, ["critical diverged null"]],
  ],
  "layers in a run": [
    [recorded("saturated", 0.9, 0.6), []],
    [recorded("saturated", 0, 0.61, null), ["warning saturated a"]],
    [recorded("gradient norm", 1e-9, 1e-7), []],
    [recorded("gradient norm", 1, 9e-8), ["warning vanishing-gradient a"]],
    [recorded("update ratio", 9, 9, 1e-3, 1e-3), []],
    [recorded("update ratio", 9, 1e-3, 1e-3), []],
    [recorded("update ratio", 1e-3, 1e-3, 0.05, 1e-3, 0.05), ["warning update-too-large a"]],
    [recorded("update ratio", 0, 0, 0, 1), ["critical update-too-large a"]],
    [recorded("update ratio", 0), []],
  ],
};

describe("a diagnosis speaks up behind its bounds, not at them:", () => {
  test.each(Object.entries(rows))("%s", (_, cases) => {
    for (const [report, expected] of cases) expect([report, said(report)]).toEqual([report, expected]);
  });

  test("the initial loss, with numbers where there are any", () => {
    const check = { kind: "initialLossCheck", loss: 9, expected: 2, logitScale: null, suggestedFactor: null };
    const of = (own: object) => diagnose({ ...check, ...own } as unknown as DiagnosableReport);
    expect(of({ verdict: "good" })).toEqual([]);
    const [high] = of({ verdict: "high" });
    expect(high.message).toBe("The loss is 9.000; a model without opinions has 2.000.");
    expect(high.suggestion).toContain("make the last layer's weights smaller, and its bias zero");
    const [scaled] = of({ verdict: "high", logitScale: 0, suggestedFactor: 0.25 });
    expect(scaled.message).toContain(" Logits have a scale of 0.");
    expect(scaled.suggestion).toContain("smaller, by a factor of 0.25 or less, and");
    expect(of({ verdict: "low" }).map(({ code }) => code)).toEqual(["initial-loss-low"]);
  });

  test("parts in per cent, and numbers in two digits", () => {
    const [{ message }] = diagnose(activations({ saturatedFraction: 0.256 }) as unknown as DiagnosableReport);
    expect(message).toBe("26% of the outputs of this Tanh are saturated.");
    const [update] = diagnose(updates(-1.234) as unknown as DiagnosableReport);
    expect(update.message).toBe("The update is 0.058 times the weights (log10 -1.2; about −3 is usual).");
  });
});
