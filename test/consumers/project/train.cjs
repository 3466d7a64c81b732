// What a project does with the library, whichever of its two formats it has been given.
const { createHash } = require("node:crypto");

module.exports = async ({ evenkeel, analysis, io, node, plot, sweeps, testing }) => {
  const { manualSeed, nn, optim, randn } = evenkeel;
  const { grid, range, sweep } = sweeps;
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const x = randn([16, 3]);
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    model.forward(x).square().mean().backward();
    optimizer.step();
  }
  const bytes = io.toSafetensors(model.stateDict());
  model.loadStateDict(io.fromSafetensors(bytes).tensors);
  if (analysis.activationReport(model, x).layers.length !== 1) throw new Error("no report");
  const at = randn([2], { dtype: "float64", requiresGrad: true });
  if (!testing.gradcheck((t) => t.tanh(), [at])) throw new Error("no gradient");
  if (typeof plot.saturationBitmap !== "function") throw new Error("no plots");
  if (typeof node.writeFileAtomicallySync !== "function") throw new Error("no files");
  const cell = ({ scale, seed }) => {
    manualSeed(seed);
    return { sum: randn([3]).mul(scale).sum().item() };
  };
  const { rows } = await sweep({ space: grid({ scale: [1, 10], seed: range(2) }), cell });
  if (rows.length !== 4 || rows.some(({ value }) => !Number.isFinite(value.sum))) throw new Error("no sweep");
  // Not their identities: Bun gives the text of a function as it has compiled it.
  const values = rows.map(({ value }) => value);
  return createHash("sha256").update(bytes).update(JSON.stringify(values)).digest("hex");
};
