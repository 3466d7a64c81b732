import { nn, optim } from "evenkeel";
import { profileCurves } from "evenkeel/plot";
import { characters, contextLength } from "../../demo/data.ts";
import { claim, type Experiment, three } from "../experiment.ts";
import { namesBatches } from "../networks.ts";
import { stack } from "./networks.ts";

/** Li & Arora 2019: where the scale of weights does not matter, weight decay is a learning rate that grows. */
export const decayAsGrowingRate: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 800 : 4000;
  const [lr, decay, batch, width] = [0.1, 0.01, 32, 16];
  const network = () =>
    stack({
      widths: [characters.length * contextLength, width, characters.length],
      normalisation: (size) => new nn.BatchNorm1d(size, { affine: false, eps: 0, dtype: "float64" }),
      activation: () => new nn.Tanh(),
      seed,
      dtype: "float64",
    });
  const losses = (rateAt: (step: number) => number, weightDecay: number): number[] => {
    const model = network();
    const optimizer = new optim.SGD(model.parameters(), { lr, weightDecay });
    const next = namesBatches(batch, seed);
    return Array.from({ length: steps }, (_, step) => {
      const { x, labels } = next(step);
      for (const group of optimizer.paramGroups) group.lr = rateAt(step);
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model.forward(x.to("float64")).mul(3), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
  };
  const grown = (step: number) => lr * (1 - lr * decay) ** (-2 * step - 1);
  const [decayed, growing, constant] = [losses(() => lr, decay), losses(grown, 0), losses(() => lr, 0)];
  const apart = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i]) / x));
  const [same, other] = [apart(decayed, growing), apart(decayed, constant)];
  const shown = Array.from({ length: 40 }, (_, i) => Math.floor((i * steps) / 40));
  const profile = (all: readonly number[]) => ({
    x: shown,
    y: shown.map((from) => all.slice(from, from + steps / 40).reduce((a, b) => a + b, 0) / (steps / 40)),
  });
  return {
    title: "Weight decay as a learning rate that grows",
    settings: { scale, seed, steps, lr, decay, batch, width, dtype: "float64", eps: 0 },
    table: [
      ["run", "largest rate", "last loss", "largest difference from the first, in parts"],
      ["weight decay", three(lr), three(decayed[steps - 1]), "0"],
      ["no decay, a growing rate", three(grown(steps - 1)), three(growing[steps - 1]), three(same)],
      ["no decay, the rate as it is", three(lr), three(constant[steps - 1]), three(other)],
    ],
    figures: [
      profileCurves(
        {
          "weight decay": profile(decayed),
          "no decay, a growing rate": profile(growing),
          "no decay, the rate as it is": profile(constant),
        },
        { title: "Two of three runs have the same losses", xTitle: "step", yTitle: "loss, mean of some steps" },
      ),
      profileCurves(
        { rate: { x: shown, y: shown.map(grown) } },
        { title: "The rate that does what decay does", xTitle: "step", yTitle: "learning rate", logY: true },
      ),
    ],
    claims: [
      claim(
        "Li & Arora 2019 (arXiv:1910.07454), without momentum",
        "with batch norm, weight decay λ at a rate η has the losses of the rate η·(1 − ηλ)^(−2t − 1) without decay.",
        {
          "largest difference of the losses, in parts": same,
          "of the rate as it is": other,
          "rate at the end, by that at the start": grown(steps - 1) / lr,
        },
        (n) => {
          const [growingRate, asItIs, factor] = Object.values(n);
          return growingRate < 1e-9 && asItIs > 0.01 && factor > 2;
        },
      ),
    ],
    open: [
      "All weights stand before batch norm with an eps of 0, also the last, so that no scale matters. Derived: with θ̃ₜ = θₜ/(1 − ηλ)ᵗ and gradients that go by 1/scale, a step with decay is a step of θ̃ at that rate.",
    ],
    data: { decayed: profile(decayed), growing: profile(growing), constant: profile(constant), same, other },
  };
};
