import { nn, optim } from "evenkeel";
import { ActivationDrift } from "evenkeel/analysis";
import { type Experiment, mean, three } from "./experiment.ts";
import { batchNorm, type Normalisation, namesBatches, namesLoss, namesNetwork, nothing } from "./networks.ts";

/** Santurkar et al., Figure 2: batch norm, batch norm with noise behind it, and the noise alone. */
export const noisy: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 400 : 4000;
  const lr = 1;
  const variants: Record<string, Normalisation> = {
    standard: nothing,
    "batch norm": batchNorm,
    "noisy batch norm": (width) => new nn.NoisyBatchNorm1d(width),
    "noise alone": (width) => new nn.Noise1d(width),
  };
  const runs = Object.entries(variants).map(([variant, normalisation]) => {
    const model = namesNetwork(normalisation, { hidden: 5, scale: 10, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const next = namesBatches(64, seed);
    const tanhs = model.namedModules().flatMap(([name, module]) => (module instanceof nn.Tanh ? [name] : []));
    const drift = new ActivationDrift(model, { layers: [tanhs[tanhs.length - 1]], what: "input" });
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      const loss = namesLoss(model, next(step));
      loss.backward();
      optimizer.step();
      drift.step();
      losses.push(loss.item());
    }
    drift.detach();
    const points = drift.report().series[0].points.slice(1);
    const last = losses.slice(-Math.floor(steps / 5));
    return {
      variant,
      loss: mean(last),
      meanStep: mean(points.map((point) => point.meanStep)),
      varianceStep: mean(points.map((point) => point.varianceStep)),
      distanceStep: mean(points.map((point) => point.distanceStep)),
      losses,
    };
  });
  const [standard, normed, noise, alone] = runs;
  return {
    title: "Noise behind batch norm",
    settings: { scale, seed, steps, lr, hidden: 5, width: 50, scaleOfWeights: 10, batch: 64 },
    table: [
      ["network", "loss, last fifth", "mean, step to step", "variance, step to step", "distance"],
      ...runs.map((r) => [r.variant, three(r.loss), three(r.meanStep), three(r.varianceStep), three(r.distanceStep)]),
    ],
    claims: [
      {
        source: "Santurkar et al., section 2.1, Figure 2; the text's counter argument 1",
        says: "with noise that shifts its activations batch norm trains about as well as without, and better than the standard network.",
        seen: `the loss is ${three(normed.loss)} with batch norm, ${three(noise.loss)} with noise behind it, ${three(standard.loss)} without either.`,
        agrees:
          noise.loss < standard.loss
            ? noise.loss < normed.loss + 0.5 * (standard.loss - normed.loss)
              ? true
              : "partly"
            : false,
      },
      {
        source: "Santurkar et al., section 2.1",
        says: "although its activations are less stable than even those of the standard network.",
        seen: `what goes into the last tanh changes its units' means by ${three(noise.meanStep)} a step with the noise, ${three(normed.meanStep)} with batch norm alone, ${three(standard.meanStep)} in the standard network.`,
        agrees: noise.meanStep > normed.meanStep ? (noise.meanStep > standard.meanStep ? true : "partly") : false,
      },
      {
        source: "Santurkar et al., section 2.1",
        says: "the same noise on the standard network prevents it from training.",
        seen: `its loss is ${three(alone.loss)}; guessing every letter alike costs ${three(Math.log(28))}.`,
        agrees: alone.loss > standard.loss ? (alone.loss > 0.9 * Math.log(28) ? true : "partly") : false,
      },
    ],
    open: ["r_σ is read as a standard deviation. Learning rate and batch of the experiment's network are chosen here."],
    data: { runs },
  };
};
