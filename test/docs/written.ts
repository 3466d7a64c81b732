import * as evenkeel from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as testing from "evenkeel/testing";
import { given } from "./given.ts";

/** What code in a table may name beside all that the library exports: a model, its optimiser, and tensors. */
function surroundings() {
  const { nn, optim, rand, tensor } = evenkeel;
  const model = new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.Dropout(0.1));
  const square = (numbers: readonly number[]) => tensor([...numbers]).reshape(4, 4);
  const [x, y] = [square(given.x), square(given.y)];
  const [i, labels] = [given.i, given.labels].map((numbers) => tensor([...numbers], { dtype: "int32" }));
  const logits = model.forward(x);
  logits.sum().backward();
  return {
    ...evenkeel,
    ...analysis,
    ...io,
    ...testing,
    ...{ x, y, z: Object.assign(square(given.x), { requiresGrad: true }) },
    ...{ a: rand([4, 4]), b: rand([4, 4]), w: tensor([1, 2], { requiresGrad: true }) },
    ...{ i, labels, mask: square(given.mask).gt(0.5), logits },
    ...{ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), fn: () => x.mean() },
  };
}

/** What an expression of a table is worth. */
export function worthOf(code: string): unknown {
  const scope = surroundings();
  return new Function(...Object.keys(scope), `return (${code});`)(...Object.values(scope));
}
