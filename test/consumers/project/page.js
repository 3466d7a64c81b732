// Bundled, and run in a page and in a worker, with WebAssembly and without.
import { kernelsName, manualSeed, nn, optim, randn } from "evenkeel";

export function train() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const x = randn([16, 3]);
  let last = 0;
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().mean();
    last = loss.item();
    loss.backward();
    optimizer.step();
  }
  return { kernels: kernelsName(), loss: last.toFixed(5) };
}

if (typeof document === "undefined") postMessage(train());
else globalThis.result = train();
