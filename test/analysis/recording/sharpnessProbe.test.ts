import { nn, optim, tensor } from "evenkeel";
import { Recorder, sharpnessProbe, stepProbes } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";

const dtype = "float64";
const x = tensor(
  [
    [2, 0],
    [0, 1],
  ],
  { dtype },
);

/** A loss of `2a² + b²/2`, whose curvatures are 4 and 1, and what trains it. */
function quadratic(lr: number, bRate = lr) {
  const model = new nn.Linear(2, 1, { bias: false, dtype });
  model.weight.data.set([1, 1]);
  const other = new nn.Parameter(tensor([0], { dtype }));
  const groups = [{ params: [model.weight] }, { params: [other], lr: bRate }];
  return { model, optimizer: new optim.SGD(groups, { lr }), loss: () => model.forward(x).square().mean() };
}

test("records the largest eigenvalue and its product with the largest rate, and trains as without it", () => {
  const watched = quadratic(0.1, 0.3);
  const alone = quadratic(0.1, 0.3);
  const probes = { sharpness: sharpnessProbe({ method: "exact" }) };
  const recorders = [
    new Recorder(watched.model, watched.optimizer, { probes }),
    new Recorder(alone.model, alone.optimizer, { probes: { loss: stepProbes.loss() } }),
  ];
  for (let step = 0; step < 3; step++) {
    recorders[0].step(watched.loss);
    recorders[1].step(alone.loss);
  }
  const { rows } = recorders[0].recording();
  expect(rows.map(({ metric }) => metric).slice(0, 2)).toEqual(["sharpness", "rate × sharpness"]);
  expectClose(
    rows.map(({ value }) => value ?? Number.NaN),
    [4, 1.2, 4, 1.2, 4, 1.2],
    1e-6,
    0,
  );
  expect([...watched.model.weight.data]).toEqual([...alone.model.weight.data]);
});

test("refuses options that it does not have, such as a reduction, and wrong ones", () => {
  expect(refusal(() => sharpnessProbe({ reduction: "sum" } as never)).where).toBe("sharpnessProbe");
  expect(refusal(() => sharpnessProbe({ maxIterations: 0 })).expected).toContain("maxIterations");
  const { model, optimizer, loss } = quadratic(0.1);
  const recorder = new Recorder(model, optimizer, { probes: { sharpness: sharpnessProbe({ layers: ["7"] }) } });
  const unknown = refusal(() => recorder.step(loss));
  expect([unknown.where, unknown.got]).toEqual(["sharpnessProbe", '"7"']);
});
