import { data, manualSeed, nn, optim, randn, tensor } from "evenkeel";
import { expect, test } from "vitest";

test("a network with batch norm learns in a page, and gives the numbers that it gives in Node", () => {
  manualSeed(0);
  const x = randn([64, 2]);
  const labels = x.select(1, 0).mul(x.select(1, 1)).gt(0).to("int32");
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.BatchNorm1d(16), new nn.Tanh(), new nn.Linear(16, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5, momentum: 0.9 });
  const criterion = new nn.CrossEntropyLoss();
  const losses: number[] = [];
  for (let epoch = 0; epoch < 10; epoch++) {
    for (const [inputs, targets] of new data.DataLoader(new data.TensorDataset(x, labels), { batchSize: 16 })) {
      optimizer.zeroGrad();
      const loss = criterion.forward(model.forward(inputs), targets);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
  }
  expect(losses[0]).toBeCloseTo(0.698127, 5);
  expect(losses[39]).toBeCloseTo(0.377142, 4);
});

test("a tensor is written as in Node", () => {
  expect(String(tensor([[1, 2.5]], { requiresGrad: true }))).toBe("tensor([[1.0000, 2.5000]], requiresGrad=true)");
});
