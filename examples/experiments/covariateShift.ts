import { optim } from "evenkeel";
import { ActivationDrift, type InternalCovariateShift, internalCovariateShift } from "evenkeel/analysis";
import { covariateShiftBars } from "evenkeel/plot";
import { tanhsOf } from "../pictures/runs.ts";
import { shiftMeasures } from "../pictures/shiftMeasures.ts";
import { claim, type Experiment, mean, three } from "./experiment.ts";
import { batchNorm, deepLinear, namesBatches, namesLoss, namesNetwork, nothing } from "./networks.ts";

interface Seen {
  readonly step: number;
  readonly loss: number;
  readonly relative: number;
  readonly cosine: number;
}

/** Santurkar et al., Figure 3: internal covariate shift while training, with batch norm and without. */
export const covariateShift: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 60 : 1500;
  const every = Math.max(1, Math.floor(steps / 12));
  const variants = { standard: nothing, "batch norm": batchNorm };
  const names = Object.entries(variants).map(([name, normalisation]) => {
    const model = namesNetwork(normalisation, { hidden: 3, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const next = namesBatches(32, seed);
    const seen: Seen[] = [];
    const shifts: InternalCovariateShift[] = [];
    const drift = new ActivationDrift(model, { layers: tanhsOf(model).slice(-1), what: "input" });
    const steadily: { step: number; loss: number; changed: number | null }[] = [];
    for (let step = 0; step < steps; step++) {
      const batch = next(step);
      const loss = () => namesLoss(model, batch);
      let changed: number | null = null;
      if (step % every === 0) {
        seen.push(look(step, internalCovariateShift(model, loss, { optimizer })));
        const shift = internalCovariateShift(model, loss, { optimizer, batchNormWith: "preceding" });
        shifts.push(shift);
        changed = look(step, shift).relative;
      }
      optimizer.zeroGrad();
      const value = loss();
      value.backward();
      optimizer.step();
      drift.step();
      steadily.push({ step, loss: value.item(), changed });
    }
    drift.detach();
    const { points } = drift.report().series[0];
    const both = steadily.map((one, i) => ({ ...one, moved: points[i].meanStep / Math.sqrt(points[i].variance) }));
    return { network: "names", variant: name, seen, both, halfway: shifts[Math.floor(shifts.length / 2)] };
  });
  const [depth, samples, lr] = [scale === "small" ? 10 : 25, scale === "small" ? 200 : 1000, 1e-6];
  const linear = Object.entries(variants).map(([name, normalisation]) => {
    const { model, loss } = deepLinear(normalisation, { depth, samples, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const seen: Seen[] = [];
    for (let step = 0; step < steps; step++) {
      if (step % every === 0) seen.push(look(step, internalCovariateShift(model, loss, { optimizer })));
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    }
    return { network: `${depth} linear layers`, variant: name, seen };
  });
  const runs = [...names, ...linear].map(({ network, variant, seen }) => ({ network, variant, seen }));
  const average = ({ seen }: Pick<(typeof runs)[number], "seen">) => ({
    relative: mean(seen.map(({ relative }) => relative)),
    cosine: mean(seen.map(({ cosine }) => cosine)),
  });
  const row = ({ network, variant, seen }: (typeof runs)[number]) => [
    `${network}, ${variant}`,
    three(seen[0].loss),
    three(seen[seen.length - 1].loss),
    three(average({ seen }).relative),
    three(average({ seen }).cosine),
  ];
  return {
    title: "Internal covariate shift, with batch norm and without",
    settings: {
      scale,
      seed,
      steps,
      names: { hidden: 3, width: 50, lr: 0.1, batch: 32 },
      linear: { depth, samples, lr },
    },
    table: [["network", "loss at first", "and last", "‖G − G'‖/‖G‖", "cosine"], ...runs.map(row)],
    figures: [
      shiftMeasures(Object.fromEntries(names.map(({ variant, both }) => [variant, both]))),
      covariateShiftBars(Object.fromEntries(names.map(({ variant, halfway }) => [variant, halfway])), {
        title: "Internal covariate shift on names, half way",
      }),
    ],
    claims: [
      claim(
        "Ioffe & Szegedy, section 2, by their measure, the distribution of a layer's input",
        "batch norm reduces internal covariate shift.",
        {
          "step of the mean of a unit's input, in its σ, on names without": moved(names[0]),
          "with batch norm": moved(names[1]),
        },
        (n) => n["with batch norm"] < n["step of the mean of a unit's input, in its σ, on names without"],
      ),
      claim(
        "Santurkar et al., Figure 3, on a network of their own",
        "measured by gradients internal covariate shift is similar with batch norm, or larger, than without.",
        { "‖G − G'‖/‖G‖ on names without": average(names[0]).relative, "with batch norm": average(names[1]).relative },
        ({ "‖G − G'‖/‖G‖ on names without": without, "with batch norm": normed }) => normed >= 0.8 * without,
      ),
      claim(
        "Santurkar et al., Figure 3, deep linear network",
        "without batch norm there is almost none, with it there is more.",
        {
          "‖G − G'‖/‖G‖ of the linear network without": average(linear[0]).relative,
          "with batch norm": average(linear[1]).relative,
        },
        ({ "‖G − G'‖/‖G‖ of the linear network without": without, "with batch norm": normed }) =>
          normed > without && (without < 0.1 || "partly"),
      ),
      claim(
        "Santurkar et al., Figure 3, deep linear network",
        "with batch norm the gradients before and after are almost uncorrelated.",
        { "their cosine with batch norm": average(linear[1]).cosine },
        ({ "their cosine with batch norm": cosine }) => Math.abs(cosine) < 0.2 || (Math.abs(cosine) < 0.5 && "partly"),
      ),
    ],
    open: [
      "Whether γ and β of a batch norm belong to the layer before it is not said: here each module is a layer of its own.",
      "The loss of the linear network is summed over the examples, the reading that fits the paper's axes.",
    ],
    data: { runs },
  };
};

/** How far the means of the last tanh's inputs move from one step to the next, on average. */
const moved = ({ both }: { readonly both: readonly { readonly moved: number }[] }): number =>
  mean(both.slice(1).map((one) => one.moved));

/** Averages over all layers but the first, which has none before it. */
function look(step: number, { layers, loss }: ReturnType<typeof internalCovariateShift>): Seen {
  const later = layers.slice(1);
  return {
    step,
    loss,
    relative: mean(later.map(({ relative }) => relative ?? 0)),
    cosine: mean(later.map(({ cosine }) => cosine)),
  };
}
