import { grad } from "../../autograd/grad.ts";
import { enableGrad, noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { recalibration } from "../batchNorm/recalibration.ts";
import { lightly } from "./lightly.ts";
import type { PathBatchNormMode } from "./preserving.ts";

/** The loss of a model on one fixed batch: the same number each time it is called, as long as the model stays. */
export type Loss = () => Tensor;

/** How many passes through the model an analysis has made. */
export interface Cost {
  /** Evaluations of the loss, or of the model. */
  readonly forward: number;
  /** Gradients of the loss. */
  readonly backward: number;
}

/** A loss, and its gradient at the parameters of a model. */
export interface LossGradient {
  readonly loss: number;
  /** A gradient for each parameter; zeros where the loss does not depend on one. */
  readonly gradient: Tensor[];
  /** Whether it does. An optimiser passes over those without a gradient, and would let weight decay act on zeros. */
  readonly isUsed: boolean[];
}

/** What the cost of a way through parameters depends on, beside its own options. */
export interface PathCostOptions {
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: PathBatchNormMode;
}

/** What passes cost by these statistics: taken anew, they take a forward pass more for each. */
export const costBy = (batchNorm: PathBatchNormMode | undefined, { forward, backward }: Cost): Cost => ({
  forward: batchNorm === "recalibrated" ? 2 * forward : forward,
  backward,
});

/** A loss and its gradient at the parameters of a model, counted. */
export class Probe {
  /** The parameters that want a gradient, in order of registration. */
  readonly parameters: readonly Parameter[];
  private readonly where: string;
  private readonly loss: Loss;
  private readonly recalibrate: ((pass: () => unknown) => void) | null;
  /** Whether the loss can be evaluated only with a tape; null before it has been. */
  private needsTape: boolean | null = null;
  private forward = 0;
  private backward = 0;

  /**
   * @param parameters - default: all of the model's that want a gradient.
   * @param batchNorm - `"recalibrated"` to take running statistics anew before each evaluation, from a pass of the loss.
   */
  constructor(
    where: string,
    model: Module,
    loss: Loss,
    parameters?: readonly Parameter[],
    batchNorm?: PathBatchNormMode,
  ) {
    if (!isModule(model)) throw new TensorError(where, { expected: "a module", got: describe(model) });
    if (typeof loss !== "function") {
      throw new TensorError(where, {
        expected: "a function that returns the loss on one fixed batch",
        got: describe(loss),
        hint: "Write () => criterion.forward(model.forward(x), labels).",
      });
    }
    this.where = where;
    this.loss = loss;
    this.recalibrate = batchNorm === "recalibrated" ? recalibration(where, model) : null;
    this.parameters = parameters ?? model.parameters().filter((p) => p.requiresGrad);
    if (this.parameters.length === 0) {
      throw new TensorError(where, {
        expected: "a model with parameters that want a gradient",
        got: `a ${model.constructor.name} without any`,
      });
    }
  }

  /** The passes so far. */
  get cost(): Cost {
    return { forward: this.forward, backward: this.backward };
  }

  /** The loss as a tensor, from which gradients can be taken. */
  evaluate(): Tensor {
    if (this.recalibrate !== null) {
      this.recalibrate(this.loss);
      this.forward++;
    }
    const y = this.loss();
    this.forward++;
    if (!isTensor(y) || y.numel() !== 1) {
      throw new TensorError(this.where, {
        expected: "a loss of one number",
        got: describe(y),
        hint: isTensor(y) ? "Reduce it: .mean(), or .sum()." : "The function has to return the loss.",
      });
    }
    return y;
  }

  /** The loss as a number, without a tape unless it turns out that it takes gradients itself. */
  value(): number {
    const value = () => this.evaluate().item();
    if (this.needsTape !== null) return this.needsTape ? enableGrad(value) : noGrad(value);
    return lightly((mode) => {
      const y = mode(value);
      this.needsTape = mode === enableGrad;
      return y;
    });
  }

  /** The loss and its gradient. */
  gradient(options: { readonly createGraph?: boolean } = {}): LossGradient {
    return this.gradientAt(() => [], options);
  }

  /** The same, with the gradient at other tensors, known once the loss has been evaluated. */
  gradientAt(
    others: () => readonly Tensor[],
    options: { readonly createGraph?: boolean } = {},
  ): LossGradient & { readonly atOthers: Tensor[] } {
    const y = this.evaluate();
    if (!y.requiresGrad) this.refuseIndependent();
    this.backward++;
    const n = this.parameters.length;
    const inputs = [...this.parameters, ...others()];
    const gradients = grad(y, inputs, { ...options, allowUnused: true });
    if (gradients.slice(0, n).every((g) => g === null)) this.refuseIndependent();
    const memory = new Set(inputs.map(({ array }) => array.memory));
    const filled = gradients.map((g, i) => {
      if (g === null) return inputs[i].detach().mul(0);
      // An operation of the user's may return a parameter as its gradient, on memory that will be written on.
      return memory.has(g.array.memory) && !options.createGraph ? g.detach().clone() : g;
    });
    const isUsed = gradients.slice(0, n).map((g) => g !== null);
    return { loss: y.item(), gradient: filled.slice(0, n), atOthers: filled.slice(n), isUsed };
  }

  /**
   * Refuses a loss that is not finite, or not the same twice. To be called within `preserving`, once, at the start.
   * @returns the loss.
   */
  check(): number {
    const [first, second] = [this.value(), this.value()];
    if (!Number.isFinite(first)) {
      throw new TensorError(this.where, {
        expected: "a finite loss",
        got: `${first}`,
        hint: "detectAnomaly(loss) names the operation it comes from.",
        code: "EVENKEEL_NOT_FINITE",
      });
    }
    if (Object.is(first, second)) return first;
    throw new TensorError(this.where, {
      expected: "a loss that is the same each time it is called",
      got: `${first}, and then ${second}`,
      hint:
        "Something in it draws random numbers or moves on: dropout in training mode (model.eval(), with batchNorm: " +
        '"batch" to normalise by the batch all the same), a generator, or a new batch each time.',
    });
  }

  /**
   * Refuses a loss that the parameters have nothing to do with, where no gradient has been taken that would tell: one
   * with no graph that leads to them, whose values at different places are all the same. To be called at the end, within
   * `preserving`. A loss with no graph that differs, such as a number of errors, is welcome.
   */
  checkDependent(values: readonly (number | null)[]): void {
    if (values.length < 2 || values.some((value) => !Object.is(value, values[0]))) return;
    if (!enableGrad(() => leadsTo(this.evaluate(), this.parameters))) this.refuseIndependent();
  }

  private refuseIndependent(): never {
    throw new TensorError(this.where, {
      expected: "a loss that depends on the parameters of the model",
      got: "one that depends on none of them",
      hint: "Is it another model's loss, or was it computed under noGrad?",
    });
  }
}

/** Whether one of `parameters` is on the tape behind `y`. */
function leadsTo(y: Tensor, parameters: readonly Tensor[]): boolean {
  const seen = new Set<Tensor>([y]);
  // A set grows while it is walked: those added are visited in their turn.
  for (const { node } of seen) for (const input of node?.inputs ?? []) seen.add(input);
  return parameters.some((p) => seen.has(p));
}
