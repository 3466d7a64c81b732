import { manualSeed, noGrad, optim } from "evenkeel";
import {
  activationReport,
  batchNormHealth,
  deadUnits,
  diagnose,
  gradientReport,
  initialLossCheck,
  updateRatios,
} from "evenkeel/analysis";
import { characters } from "../demo/data.ts";
import { type Experiment, mean, three } from "./experiment.ts";
import { type Batch, batchNorm, namesBatches, namesHeldOut, namesLoss, namesNetwork, nothing } from "./networks.ts";

/** Makemore's diagnostics (Karpathy, part 3) of a network of five tanh layers, with batch norm and without. */
export const makemoreDiagnostics: Experiment = (scale, seed) => {
  const [steps, lr, weights] = [scale === "small" ? 200 : 1000, 0.1, 6];
  const variants = { standard: nothing, "batch norm": batchNorm };
  const heldOut = namesHeldOut(seed);
  const runs = Object.entries(variants).map(([variant, normalisation]) => {
    const model = namesNetwork(normalisation, { hidden: 5, width: 100, scale: weights, seed });
    manualSeed(seed);
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const next = namesBatches(32, seed);
    const first = next(0);
    const initial = initialLossCheck(model, () => namesLoss(model, first), { numClasses: characters.length });
    const before = activationReport(model, first.x);
    let batch: Batch = first;
    for (let step = 0; step < steps; step++) {
      batch = next(step);
      optimizer.zeroGrad();
      namesLoss(model, batch).backward();
      optimizer.step();
    }
    const loss = () => namesLoss(model, batch);
    const many = Array.from({ length: 10 }, (_, i) => next(i));
    const reports = {
      activations: activationReport(model, batch.x),
      gradients: gradientReport(model, loss),
      updates: updateRatios(model, loss, { lr }),
      dead: deadUnits(
        model,
        many.map(({ x }) => x),
        { bitmap: "none" },
      ),
      ...(variant === "standard"
        ? {}
        : {
            health: batchNormHealth(
              model,
              many.map(({ x }) => x),
            ),
          }),
    };
    const verdicts = diagnose(...Object.values(reports));
    const saturated = (report: typeof before) => mean(report.layers.map((layer) => layer.saturatedFraction ?? 0));
    const ratios = reports.updates.parameters.map(({ log10 }) => log10).filter((value) => value !== null);
    return {
      variant,
      initialLoss: initial.loss,
      saturatedAtFirst: saturated(before),
      saturated: saturated(reports.activations),
      std: reports.activations.layers.map(({ std }) => std),
      updates: ratios,
      loss: noGrad(() => namesLoss(model.eval(), heldOut).item()),
      verdicts: verdicts.map(({ code, severity, layer, message }) => ({ code, severity, layer, message })),
      reports,
    };
  });
  const [plain, normed] = runs;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return {
    title: "Makemore's diagnostics, with batch norm and without",
    settings: { scale, seed, steps, lr, hidden: 5, width: 100, scaleOfWeights: weights, batch: 32 },
    table: [
      ["network", "first loss", "saturated at first", "and after training", "log10 of updates", "held-out loss"],
      ...runs.map((run) => [
        run.variant,
        three(run.initialLoss),
        percent(run.saturatedAtFirst),
        percent(run.saturated),
        three(mean(run.updates)),
        three(run.loss),
      ]),
    ],
    claims: [
      {
        source: "The text, first benefit; makemore part 3",
        says: "batch norm before the activation keeps units from saturating.",
        seen: `of the tanh outputs ${percent(plain.saturatedAtFirst)} are saturated at first without and ${percent(normed.saturatedAtFirst)} with batch norm; after ${steps} steps ${percent(plain.saturated)} and ${percent(normed.saturated)}.`,
        agrees: normed.saturatedAtFirst < plain.saturatedAtFirst && normed.saturated < plain.saturated,
      },
      {
        source: "Makemore part 3",
        says: "an untrained network should cost ln(number of classes).",
        seen: `that is ${three(Math.log(characters.length))}; the first loss is ${three(plain.initialLoss)} without and ${three(normed.initialLoss)} with batch norm.`,
        agrees: inBoth(runs.map(({ initialLoss }) => Math.abs(initialLoss - Math.log(characters.length)) < 0.1)),
      },
      {
        source: "Makemore part 3",
        says: "updates should be about a thousandth of the weights, 10⁻³.",
        seen: `they are 10^${three(mean(plain.updates))} without and 10^${three(mean(normed.updates))} with batch norm, on average over the matrices.`,
        agrees: inBoth(runs.map(({ updates }) => Math.abs(mean(updates) + 3) < 0.5)),
      },
    ],
    open: [
      "Other names than makemore's, and one-hot letters in place of its embedding: compare directions, not digits.",
    ],
    data: { runs },
  };
};

/** What both networks, or only one of them, show. */
const inBoth = (shown: readonly boolean[]): boolean | "partly" =>
  shown.every(Boolean) ? true : shown.some(Boolean) ? "partly" : false;
