import { manualSeed, nn, ones, optim, type Tensor } from "evenkeel";
import { Recorder, type StepRow, stepProbes } from "evenkeel/analysis";
import { expect, test } from "vitest";

function trained() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(40, 4), new nn.Tanh(), new nn.Linear(4, 1));
  const loss = (): Tensor =>
    model
      .forward(ones([8, 40]))
      .square()
      .mean();
  return { model, loss, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) };
}

test("layers are those of the model and the step that a probe is asked about, also where one watch serves several", () => {
  const { model, loss, optimizer } = trained();
  const probe = stepProbes.parameterNorms();
  const watch = () => new Map();
  const layersAt = (of: nn.Module, step: number) => {
    const rows = probe({ step, model: of, optimizer, loss, memory: new Map(), watch }) as readonly StepRow[];
    return rows.map(({ layer }) => layer);
  };
  expect(layersAt(model, 0)).toEqual(["0", "2"]);
  Object.assign(model, { more: new nn.Linear(2, 2) });
  expect(layersAt(model, 1)).toEqual(["0", "2", "more"]);
  expect(layersAt(new nn.Sequential(new nn.Tanh(), new nn.Linear(2, 2)), 1)).toEqual(["1"]);
});

test("probes that read parameters and gradients leave them where only the engine sees them", () => {
  const { model, loss, optimizer } = trained();
  const { parameterNorms, gradientNorms } = stepProbes;
  const recorder = new Recorder(model, optimizer, {
    probes: { parameterNorms: parameterNorms(), gradientNorms: gradientNorms() },
  });
  for (let step = 0; step < 3; step++) recorder.step(loss);
  for (const p of model.parameters()) {
    expect(p.array.isHidden).toBe(true);
    expect(p.hiddenGrad()?.array.isHidden).toBe(true);
  }
  expect(recorder.recording().rows.every(({ value }) => (value as number) > 0)).toBe(true);
});
