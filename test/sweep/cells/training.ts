import { manualSeed, nn, optim, randn } from "evenkeel";
import { steps } from "./steps.ts";

/** A small network, trained: a pure function of plain data, as a sweep runs it. */
export function cell({ lr, scale, seed }: { lr: number; scale: number; seed: number }) {
  manualSeed(seed);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const x = randn([16, 3]);
  const target = x.sum(1, { keepdim: true }).mul(scale);
  const lossOf = () => model.forward(x).sub(target).square().mean();
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    lossOf().backward();
    optimizer.step();
  }
  return { loss: lossOf().item(), weight: model.parameters()[0].toArray() as number[][] };
}
