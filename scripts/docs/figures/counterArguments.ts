import { nn } from "evenkeel";
import { characters } from "../../../examples/demo/data.ts";
import { trainWatched } from "../../../examples/experiments/drift.ts";
import { batchNorm, type Normalisation, namesNetwork, nothing } from "../../../examples/experiments/networks.ts";
import { noise, placement, tanhsOf, unitSeen } from "../../../examples/pictures/index.ts";
import type { Figure } from "./figure.ts";
import { batches, each, lastTanh, train } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = {
  standard: nothing,
  "batch norm": batchNorm,
  "noise behind it": (width) => new nn.NoisyBatchNorm1d(width),
  "noise alone": (width) => new nn.Noise1d(width),
};

/** Pictures of the two counter arguments: noise behind batch norm, and batch norm before the activation. */
export const counterArgumentFigures: Readonly<Record<string, Figure>> = {
  noise: () => {
    const runs = each(variants, (normalisation) => {
      const model = namesNetwork(normalisation, { hidden: 5 });
      return trainWatched(model, { steps: 400, lr: 0.3, seed: 0, layer: lastTanh(model), units: [0] });
    });
    return (look) => noise(runs, { classes: characters.length, most: 1, ...look });
  },

  placement: () => {
    const model = namesNetwork(batchNorm, { hidden: 5, scale: 10 });
    const [{ x }] = batches(1, 512);
    const look = () => unitSeen(model, tanhsOf(model)[4], { x, unit: 0 });
    const before = look();
    train(model, batches(400), { lr: 1 });
    const seen = { "before training": before, "after training": look() };
    return (look) => placement(seen, look);
  },
};
