import { TensorError } from "../../base/errors.ts";
import { type Compiled, compiled } from "../../compiled/compiled.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Loss } from "../measuring/loss.ts";

/** Compiled steps of so many losses are kept: more are a new function in each step, which is never made again. */
const mostLosses = 8;

/** Steps of training that are compiled, one for each loss. */
export class CompiledSteps {
  private readonly train: (loss: Loss) => Tensor;
  private readonly made = new Map<object, Compiled<never, Tensor>>();

  /** @param train - what a step is. */
  constructor(train: (loss: Loss) => Tensor) {
    this.train = train;
  }

  /** Trains a step on a loss, which is given `inputs`; only the first few times it is called. */
  run<Inputs extends readonly unknown[]>(loss: (...inputs: Inputs) => Tensor, inputs: Inputs): Tensor {
    const step = (this.made.get(loss) as Compiled<Inputs, Tensor> | undefined) ?? this.make(loss);
    return step(...inputs);
  }

  private make<Inputs extends readonly unknown[]>(loss: (...inputs: Inputs) => Tensor): Compiled<Inputs, Tensor> {
    if (this.made.size === mostLosses) {
      throw new TensorError("Recorder.step", {
        expected: `the same loss in each step, or one of ${mostLosses}, where steps are compiled`,
        got: "another function again",
        hint: "Make it once, and pass what changes: recorder.step(loss, x, labels).",
      });
    }
    const step = compiled((...given: Inputs) => this.train(() => loss(...given)));
    this.made.set(loss, step as Compiled<never, Tensor>);
    return step;
  }
}
