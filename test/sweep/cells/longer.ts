import { manualSeed, narrow, nn, optim, randn } from "evenkeel";

/** A network that is trained for some tenths of a second, as cells that are worth a thread are. */
export function cell({ lr, seed }: { lr: number; seed: number }) {
  manualSeed(seed);
  const layers = [new nn.Linear(20, 100), new nn.BatchNorm1d(100), new nn.Tanh(), new nn.Linear(100, 10)];
  const model = new nn.Sequential(...layers);
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const x = randn([64, 20]);
  const labels = narrow(x, 1, 0, 10).argmax(1);
  const lossOf = () => nn.functional.crossEntropy(model.forward(x), labels);
  for (let step = 0; step < 1000; step++) {
    optimizer.zeroGrad();
    lossOf().backward();
    optimizer.step();
  }
  return { loss: lossOf().item() };
}
