import { type Generator, manualSeed, nn, optim } from "evenkeel";
import type { Dataset } from "../data/dataset.ts";
import type { Normalisation, Settings } from "../settings.ts";
import { ghostOf, groupsOf } from "./plan.ts";

/** A network of the lab: hidden layers without biases, as batch norm would take them out again, and a linear layer. */
export function network(
  { inputs, classes }: Pick<Dataset, "inputs" | "classes">,
  { seed, scale, depth, width, batch, activation, placement }: Settings,
  { normalisation, noise: generator }: { readonly normalisation: Normalisation; readonly noise: Generator },
): nn.Sequential {
  manualSeed(seed);
  const layers: nn.Module[] = [];
  for (let i = 0; i < depth; i++) {
    const linear = new nn.Linear(i === 0 ? inputs : width, width, { bias: false });
    linear.weight.data.set(linear.weight.data.map((w) => w * scale));
    const norm = normaliser(normalisation, { width, batch, generator });
    const act = { tanh: () => new nn.Tanh(), sigmoid: () => new nn.Sigmoid(), relu: () => new nn.ReLU() }[activation]();
    layers.push(linear);
    if (norm !== null && placement === "before") layers.push(norm);
    layers.push(act);
    if (norm !== null && placement === "behind") layers.push(norm);
  }
  return new nn.Sequential(...layers, new nn.Linear(width, classes));
}

function normaliser(
  normalisation: Normalisation,
  { width, batch, generator }: { readonly width: number; readonly batch: number; readonly generator: Generator },
): nn.Module | null {
  switch (normalisation) {
    case "none":
      return null;
    case "batch":
      return new nn.BatchNorm1d(width);
    case "noisy":
      return new nn.NoisyBatchNorm1d(width, { generator });
    case "noise":
      return new nn.Noise1d(width, { generator });
    case "l1":
      return new nn.LpNorm1d(width, { p: 1 });
    case "linf":
      return new nn.LpNorm1d(width, { p: Number.POSITIVE_INFINITY });
    case "layer":
      return new nn.LayerNorm(width);
    case "group":
      return new nn.GroupNorm(groupsOf(width), width);
    case "ghost":
      return new nn.GhostBatchNorm1d(width, ghostOf(batch));
  }
}

/** The optimiser that is set, on a network. */
export function optimizerOf(model: nn.Module, { optimizer, lr }: Settings): optim.Optimizer {
  const parameters = model.parameters();
  if (optimizer === "adam") return new optim.Adam(parameters, { lr });
  return new optim.SGD(parameters, optimizer === "momentum" ? { lr, momentum: 0.9 } : { lr });
}
