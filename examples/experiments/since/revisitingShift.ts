import { nn, ones, optim, type Tensor, zeros } from "evenkeel";
import { compare, lineProbe, type StepProbe, stepProbes } from "evenkeel/analysis";
import { lossCurves } from "evenkeel/plot";
import { claim, type Experiment, mean, three } from "../experiment.ts";
import { batchNorm, type Normalisation, namesBatches, namesLoss, namesNetwork, nothing } from "../networks.ts";

/**
 * Batch norm whose mean and spread are put back behind it, as constants: outputs are its inputs, by γ and β, and gradients
 * are those that batch norm passes on, so that the loss is as smooth for training while no distribution is held.
 */
class BatchNormPutBack extends nn.Module {
  readonly norm: nn.BatchNorm1d;

  constructor(width: number) {
    super();
    this.norm = new nn.BatchNorm1d(width, { affine: false });
  }

  override forward(x: Tensor): Tensor {
    const { mean: centre, std } = momentsOf(x.detach());
    return this.norm.forward(x).mul(std).add(centre);
  }
}

const momentsOf = (x: Tensor): { readonly mean: Tensor; readonly std: Tensor } => {
  const centre = x.mean(0);
  return { mean: centre, std: x.sub(centre).square().mean(0).add(1e-5).sqrt() };
};

/** Each row of the weight before it divided by its length: its scale does not matter, as before batch norm; nothing else is held. */
class UnitLengthWeights extends nn.Module {
  gain: nn.Parameter;
  shift: nn.Parameter;
  weightOf: () => Tensor = () => ones([1, 1]);

  constructor(width: number) {
    super();
    this.gain = new nn.Parameter(ones([width]).mul(2));
    this.shift = new nn.Parameter(zeros([width]));
  }

  override forward(x: Tensor): Tensor {
    const lengths = this.weightOf().square().sum(1).sqrt();
    return x.div(lengths).mul(this.gain).add(this.shift);
  }
}

const variants: Readonly<Record<string, Normalisation>> = {
  standard: nothing,
  "batch norm": batchNorm,
  "put back": (width) => new BatchNormPutBack(width),
  "unit weights": (width) => new UnitLengthWeights(width),
};

/** A network of names, in which layers that divide by lengths know the weights before them. */
function network(normalisation: Normalisation, options: Parameters<typeof namesNetwork>[1]): nn.Sequential {
  const model = namesNetwork(normalisation, options);
  [...model].forEach((module, i) => {
    const before = model[i - 1];
    if (module instanceof UnitLengthWeights && before instanceof nn.Linear) module.weightOf = () => before.weight;
  });
  return model;
}

/** Awais et al. 2020: a third counter argument: smoothness without the reduced covariate shift trains badly. */
export const revisitingShift: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 300 : 3000;
  const [lr, hidden, width, scaleOfWeights, batch] = [1, 5, 50, 10, 64];
  const next = namesBatches(batch, seed);
  const comparison = compare({
    variants: Object.fromEntries(
      Object.entries(variants).map(([name, normalisation]) => [
        name,
        (own: number) => network(normalisation, { hidden, width, scale: scaleOfWeights, seed: own }),
      ]),
    ),
    data: Array.from({ length: Math.min(steps, 500) }, (_, step) => next(step)),
    loss: namesLoss,
    optimizer: (model) => new optim.SGD(model.parameters(), { lr }),
    steps,
    seed,
    probes: {
      loss: stepProbes.loss(),
      spread: drift,
      smoothness: { probe: predictiveness(lr), every: 60 },
    },
  });
  const runs = comparison.runs.map(({ variant, recording }) => {
    const values = (metric: string) =>
      recording.rows.filter((row) => row.metric === metric).map(({ value }) => value ?? Number.NaN);
    const losses = values("loss");
    return {
      variant,
      loss: mean(losses.slice(-Math.floor(steps / 5))),
      drift: mean(values("drift of the last tanh").slice(1)),
      change: mean(values("relative change of the gradient")),
    };
  });
  const [plain, normed, back, unit] = runs;
  return {
    title: "A third counter argument: smooth without the reduced shift",
    settings: { scale, seed, steps, lr, hidden, width, scaleOfWeights, batch },
    table: [
      [
        "network",
        "loss, last fifth",
        "drift of the last tanh",
        "relative change of the gradient along a tenth of a step",
      ],
      ...runs.map((r) => [r.variant, three(r.loss), three(r.drift), three(r.change)]),
    ],
    figures: [
      lossCurves(comparison, {
        title: "Without the held distributions: two normalisers beside batch norm",
        smooth: 8,
        guide: Math.log(28),
      }),
    ],
    claims: [
      claim(
        "Awais et al. 2020, Revisiting Internal Covariate Shift for Batch Normalization",
        "a normaliser that makes the gradient far more predictable, but lets distributions drift, trains badly.",
        {
          "relative change of the gradient without": plain.change,
          "with batch norm": normed.change,
          "by weights of unit length": unit.change,
          "drift with batch norm": normed.drift,
          "drift by weights of unit length": unit.drift,
          "loss without": plain.loss,
          "loss with batch norm": normed.loss,
          "loss by weights of unit length": unit.loss,
        },
        (n) => {
          const [changeWithout, changeNormed, change, driftNormed, drift, without, within, loss] = Object.values(n);
          const isTold = change < (changeWithout + changeNormed) / 2 && drift > 1.5 * driftNormed;
          return isTold && (loss > within + 0.5 * (without - within) || (loss > within + 0.02 && "partly"));
        },
      ),
      claim(
        "The same, by another scheme",
        "the gradients of batch norm alone, its distributions put back, are neither more predictable nor do they train better than none.",
        {
          "relative change of the gradient without": plain.change,
          "put back": back.change,
          "loss without": plain.loss,
          "loss, put back": back.loss,
        },
        (n) => {
          const [changeWithout, change, without, loss] = Object.values(n);
          return change > 0.7 * changeWithout && loss > without - 0.1;
        },
      ),
    ],
    open: [
      "The paper's own scheme was not at hand: both are built here from what its abstract asks for, a normaliser with all alternative properties but the reduced shift. One divides each row of weights by its length; badly means that half of what batch norm gains is lost, and worse counts in part. The other puts mean and spread back behind batch norm as constants: its gradients are those that batch norm passes on, and no longer those of the loss.",
    ],
    data: { runs },
  };
};

/** By how much the mean of the last tanh moves from step to step, in units of its spread. */
const drift: StepProbe = ({ watch, memory }) => {
  const outputs = watch();
  return () => {
    const names = [...outputs.keys()];
    const before = names[names.length - 2]; // behind it stands the last linear layer alone
    const y = outputs.get(before)?.output.detach();
    if (y === undefined) return [];
    const { mean: centre, std } = momentsOf(y);
    const earlier = memory.get("centre") as Tensor | undefined;
    memory.set("centre", centre);
    const moved = earlier === undefined ? 0 : centre.sub(earlier).abs().div(std).mean().item();
    return [{ metric: "drift of the last tanh", value: moved }];
  };
};

/** How much the gradient changes along a step, in parts of itself. */
const predictiveness =
  (lr: number): StepProbe =>
  ({ model, loss }) => {
    const { gradientDistance, start } = lineProbe(model, loss, { steps: [lr / 10] });
    return [
      { metric: "relative change of the gradient", value: (gradientDistance[0] ?? Number.NaN) / start.gradientNorm },
    ];
  };
