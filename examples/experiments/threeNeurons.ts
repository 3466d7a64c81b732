import { grad, nn, type Tensor, tensor } from "evenkeel";
import { internalCovariateShift } from "evenkeel/analysis";
import { covariateShiftBars } from "evenkeel/plot";
import { neuronSteps } from "../pictures/neuronSteps.ts";
import type { Experiment } from "./experiment.ts";
import { claim, three } from "./experiment.ts";

/** One update: the weight before it and after, what its neuron got, and what neuron c got in the same pass. */
interface Update {
  readonly step: string;
  readonly weight: number;
  readonly zBefore: number;
  readonly updated: number;
  readonly zb: number;
  /** All weights after it. */
  readonly weights: Readonly<Record<"a" | "b" | "c", number>>;
}

/** A neuron with one weight, and no nonlinearity. */
class Neuron extends nn.Module {
  readonly weight: nn.Parameter;
  constructor(weight: number) {
    super();
    this.weight = new nn.Parameter(tensor(weight, { dtype: "float64" }));
  }
  override forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

/** Three of them: `ŷ = c·b·a·x`. */
class ThreeNeurons extends nn.Module {
  readonly a = new Neuron(0.5);
  readonly b = new Neuron(2);
  readonly c = new Neuron(-1);
  override forward(x: Tensor): Tensor {
    return this.c.forward(this.b.forward(this.a.forward(x)));
  }
}

/**
 * The text's walk through three neurons: the updates of two steps in its order 1c, 1b, 1a, 2c, each number shown, on the
 * same example both times.
 */
export const threeNeurons: Experiment = () => {
  const [x, y, lr] = [1, 1, 0.1];
  const model = new ThreeNeurons();
  const input = tensor(x, { dtype: "float64" });
  const loss = () => model.forward(input).sub(y).square();
  const shift = internalCovariateShift(model, loss, { lr });
  const rows: (Update & { slope: number; gradient: number })[] = [];
  let stale = Number.NaN;
  for (const step of [1, 2]) {
    const [za] = [model.a.forward(input)];
    const zb = model.b.forward(za);
    const zc = model.c.forward(zb);
    const [gc, gb, ga, atZc, atZb, atZa] = grad(zc.sub(y).square(), [
      model.c.weight,
      model.b.weight,
      model.a.weight,
      zc,
      zb,
      za,
    ]).map((g) => g.item());
    if (step === 1) stale = zb.item();
    const neurons = [
      { name: "c", neuron: model.c, before: zb, slope: atZc, gradient: gc },
      { name: "b", neuron: model.b, before: za, slope: atZb, gradient: gb },
      { name: "a", neuron: model.a, before: input, slope: atZa, gradient: ga },
    ].slice(0, step === 1 ? 3 : 1);
    for (const { name, neuron, before, slope, gradient } of neurons) {
      const weight = neuron.weight.item();
      const updated = weight - lr * gradient;
      neuron.weight.data[0] = updated;
      const weights = { a: model.a.weight.item(), b: model.b.weight.item(), c: model.c.weight.item() };
      const at = { step: `${step}${name}`, weight, zBefore: before.item(), zb: zb.item() };
      rows.push({ ...at, slope, gradient, updated, weights });
    }
  }
  const fresh = rows[3].zBefore;
  const [, second, third] = shift.layers;
  return {
    title: "Three neurons: the input of one changes because the others learn",
    settings: { x, y, lr, weights: { a: 0.5, b: 2, c: -1 } },
    table: [
      ["update", "weight", "its input", "dL/d its output", "dL/d weight", "new weight"],
      ...rows.map((row) => [
        row.step,
        three(row.weight),
        three(row.zBefore),
        three(row.slope),
        three(row.gradient),
        three(row.updated),
      ]),
    ],
    figures: [neuronSteps(rows, x), covariateShiftBars(shift)],
    claims: [
      claim(
        "The text, stepping through an example",
        "the gradient at a weight is that at its neuron's output times its input: dL/dw_c = dL/dz_c · z_b.",
        {
          updates: rows.length,
          "largest difference of product and gradient": Math.max(
            ...rows.map(({ gradient, slope, zBefore }) => Math.abs(gradient - slope * zBefore)),
          ),
        },
        (n) => n["largest difference of product and gradient"] < 1e-12,
      ),
      claim(
        "The text, stepping through an example",
        `in step 2c the input of neuron c, z_b, is another one than in step 1c, even for the same x, ${x} both times.`,
        { "z_b in 1c": stale, "and in 2c": fresh },
        (n) => Math.abs(n["z_b in 1c"] - n["and in 2c"]) > 0,
      ),
      claim(
        "Santurkar et al., Definition 2.1",
        "internal covariate shift is the change of a layer's gradient by the step of the layers before it: none for the first.",
        { "at the start for a": shift.layers[0].l2, "for b": second.l2, "for c": third.l2 },
        (n) => n["at the start for a"] === 0 && n["for b"] > 0 && n["for c"] > 0,
      ),
    ],
    open: ["The text speaks of epochs; the definition, and these numbers, are per step."],
    data: { updates: rows, x, shift: shift.layers },
  };
};
