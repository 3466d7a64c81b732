const { createHash } = require("node:crypto");
const { manualSeed, nn, optim, randn } = require("evenkeel");
const { activationReport } = require("evenkeel/analysis");
const { fromSafetensors, toSafetensors } = require("evenkeel/io");
const { writeFileAtomicallySync } = require("evenkeel/io/node");
const { saturationBitmap } = require("evenkeel/plot");
const { gradcheck } = require("evenkeel/testing");

manualSeed(0);
const model = new nn.Sequential(new nn.Linear(3, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 1));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
const x = randn([16, 3]);
for (let step = 0; step < 20; step++) {
  optimizer.zeroGrad();
  model.forward(x).square().mean().backward();
  optimizer.step();
}
const bytes = toSafetensors(model.stateDict());
model.loadStateDict(fromSafetensors(bytes).tensors);
if (activationReport(model, x).layers.length !== 1) throw new Error("no report");
if (!gradcheck((t) => t.tanh(), [randn([2], { dtype: "float64", requiresGrad: true })])) throw new Error("no gradient");
if (typeof saturationBitmap !== "function" || typeof writeFileAtomicallySync !== "function")
  throw new Error("no entry");
console.log(createHash("sha256").update(bytes).digest("hex"));
