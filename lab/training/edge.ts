import { compiled, Generator, narrow, oneHot, optim, type Tensor } from "evenkeel";
import { hessianEigenvalues } from "evenkeel/analysis";
import { names } from "../data/names.ts";
import { usual } from "../settings.ts";
import { network } from "./network.ts";
import { edgeEvery, edgeRates, edgeSteps } from "./plan.ts";
import { type Points, Series } from "./series.ts";

/** What is seen of a descent: rate × λ_max, and the loss. */
export interface EdgeSeen {
  readonly step: number;
  readonly edge: readonly [Points, Points];
  readonly losses: readonly [Points, Points];
}

/** Gradient descent on all of 128 letters, by a loss of squares, of a network without batch norm and one with it. */
export class Edge {
  private readonly columns = edgeRates.map((lr, i) => {
    const data = names(0);
    const settings = { ...usual, depth: 1, width: 24, scale: 1, lr };
    const model = network(data, settings, { normalisation: i === 0 ? "none" : "batch", noise: new Generator() });
    const x = narrow(data.training.x, 0, 0, 128);
    const target = oneHot(narrow(data.training.labels, 0, 0, 128), data.classes).to("float32");
    const loss = (): Tensor => model.forward(x).sub(target).square().sum(1).mean();
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const descend = compiled(() => {
      optimizer.zeroGrad();
      const value = loss();
      value.backward();
      optimizer.step();
      return value;
    });
    return {
      lr,
      model,
      loss,
      descend,
      edge: new Series(),
      losses: new Series(),
    };
  });
  private step = 0;

  /** Steps until the next look, and the look; false when all are made. */
  advance(): boolean {
    for (const { model, loss, lr, edge } of this.columns) {
      const [sharpness] = hessianEigenvalues(model, loss, { which: "largest" }).values;
      edge.push(this.step, lr * sharpness);
    }
    for (let i = 0; i < edgeEvery; i++, this.step++) {
      for (const { descend, losses } of this.columns) losses.push(this.step, descend().item());
    }
    return this.step < edgeSteps;
  }

  seen(): EdgeSeen {
    const [without, normed] = this.columns;
    return {
      step: this.step,
      edge: [without.edge.points(), normed.edge.points()],
      losses: [without.losses.points(), normed.losses.points()],
    };
  }
}
