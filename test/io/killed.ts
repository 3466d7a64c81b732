/** Trains, saves a checkpoint after each step, and goes on from the last one: a process for killed.test.ts to kill. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { data, manualSeed, nn, optim, randn, type Tensor } from "evenkeel";
import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";
import { writeFileAtomicallySync } from "evenkeel/io/node";

const [file, last] = [process.argv[2], Number(process.argv[3])];

manualSeed(0);
const model = new nn.Sequential(
  new nn.Linear(4, 32),
  new nn.BatchNorm1d(32),
  new nn.Dropout(0.1),
  new nn.Linear(32, 3),
);
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.99);
const x = randn([50, 4]);
const labels = x.argmax(1).mul(0.75).to("int32");
const loader = new data.DataLoader(new data.TensorDataset(x, labels), { batchSize: 8, shuffle: true });
const parts = { model, optimizer, scheduler, loader };

let step = existsSync(file) ? Number(loadCheckpoint(readFileSync(file), parts).values.step) : 0;
console.log(`from ${step}`);
while (step < last) {
  for (const [rows, targets] of loader) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(rows as Tensor), targets as Tensor).backward();
    optimizer.step();
    scheduler.step();
    step++;
    writeFileAtomicallySync(file, saveCheckpoint({ ...parts, step }));
    if (step >= last) break;
  }
}
console.log(createHash("sha256").update(saveCheckpoint({ model, optimizer, scheduler })).digest("hex"));
