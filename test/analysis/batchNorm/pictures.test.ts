import { manualSeed, nn, noGrad, randn, type Tensor } from "evenkeel";
import {
  ActivationDrift,
  batchNormHealth,
  explainBatchNormCurvature,
  explainBatchNormGradient,
  foldBatchNorm,
  recalibrateBatchNorm,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";

// Batch norm of pictures is that of sequences whose places have been laid out in rows: so is what is said of it.

beforeEach(() => void manualSeed(0));

const dtype = "float64";

function shaken<M extends nn.Module>(model: M): M {
  for (const p of model.parameters()) nn.init.normal_(p, { mean: 0.5 });
  return model;
}

/** The same batch norm of sequences, and of pictures. */
function twins(): { flat: nn.BatchNorm1d; pictures: nn.BatchNorm2d; volumes: nn.BatchNorm3d } {
  const flat = shaken(new nn.BatchNorm1d(3, { dtype }));
  flat.forward(randn([4, 3, 6], { dtype }).mul(2).add(1));
  const [pictures, volumes] = [new nn.BatchNorm2d(3, { dtype }), new nn.BatchNorm3d(3, { dtype })];
  for (const norm of [pictures, volumes]) norm.loadStateDict(flat.stateDict());
  return { flat, pictures, volumes };
}

const asPictures = (x: Tensor) => x.reshape([x.shape[0], 3, 2, 3]);
const asVolumes = (x: Tensor) => x.reshape([x.shape[0], 3, 1, 2, 3]);

describe("batch norm of pictures and volumes has, of sequences laid out in rows,", () => {
  test("the gradient's and the curvature's terms", () => {
    const { flat, pictures, volumes } = twins();
    const [x, g] = [randn([4, 3, 6], { dtype }), randn([4, 3, 6], { dtype })];
    const wanted = explainBatchNormGradient(flat, x, g);
    expect(explainBatchNormGradient(pictures, asPictures(x), asPictures(g))).toEqual(wanted);
    expect(explainBatchNormGradient(volumes, asVolumes(x), asVolumes(g))).toEqual(wanted);
    const loss = (y: Tensor) => y.mul(y).mul(y).sum();
    for (const variance of ["biased", "unbiased"] as const) {
      const curvature = explainBatchNormCurvature(flat, x, loss, { variance });
      expect(explainBatchNormCurvature(pictures, asPictures(x), loss, { variance })).toEqual(curvature);
    }
  });

  test("its health and its recalibrated statistics", () => {
    const { flat, pictures } = twins();
    const batches = Array.from({ length: 3 }, () => randn([4, 3, 6], { dtype }).add(2));
    const before = batchNormHealth(new nn.Sequential(flat), batches);
    expect(batchNormHealth(new nn.Sequential(pictures), batches.map(asPictures))).toEqual(before);
    recalibrateBatchNorm(new nn.Sequential(flat), batches);
    recalibrateBatchNorm(new nn.Sequential(pictures), batches.map(asPictures));
    expect(pictures.stateDict()).toEqual(flat.stateDict());
    expect(
      batchNormHealth(new nn.Sequential(pictures), batches.map(asPictures)).layers[0].largestMeanShift,
    ).toBeLessThan(1e-12);
  });

  test("the drift of its outputs", () => {
    const { flat, pictures } = twins();
    const x = randn([4, 3, 6], { dtype });
    const driftOf = (model: nn.Module, probes: readonly Tensor[]) => {
      const drift = new ActivationDrift(model);
      for (const probe of probes) {
        model.forward(probe);
        drift.step();
      }
      return drift.report();
    };
    const probes = [x, x.mul(2).add(1)];
    const wanted = driftOf(new nn.Sequential(flat), probes);
    const found = driftOf(new nn.Sequential(pictures), probes.map(asPictures));
    expect(wanted.series.length).toBeGreaterThan(0);
    const named = JSON.stringify(wanted).replaceAll(flat.constructor.name, pictures.constructor.name);
    expect(JSON.stringify(found)).toBe(named);
  });
});

/** Convolutions with batch norm, of pictures and of sequences, trained a little. */
function network(dims: 1 | 2): { model: nn.Sequential; x: Tensor } {
  const x = randn(dims === 2 ? [5, 4, 6, 5] : [5, 4, 9], { dtype });
  const layers =
    dims === 2
      ? [
          new nn.Conv2d(4, 6, 3, { dtype, padding: 1, groups: 2 }),
          new nn.BatchNorm2d(6, { dtype }),
          new nn.ReLU(),
          new nn.Sequential(new nn.Conv2d(6, 2, [2, 1], { dtype, bias: false }), new nn.BatchNorm2d(2, { dtype })),
        ]
      : [new nn.Conv1d(4, 6, 3, { dtype, stride: 2 }), new nn.BatchNorm1d(6, { dtype, affine: false }), new nn.Tanh()];
  const model = shaken(new nn.Sequential(...layers));
  noGrad(() => model.forward(x.mul(2).add(1)));
  return { model, x };
}

describe("batch norm behind a convolution", () => {
  test.each([1, 2] as const)("of %i dimensions is folded into it, with the outputs of evaluation", (dims) => {
    const { model, x } = network(dims);
    const before = model.stateDict();
    const folded = foldBatchNorm(model);
    expect(String(folded)).not.toContain("BatchNorm");
    expect(folded.forward(x).shape).toEqual(model.forward(x).shape);
    model.loadStateDict(before);
    expectClose(folded.forward(x).data, model.eval().forward(x).data, 1e-13);
    expect(folded.parameters().some((p) => model.parameters().includes(p))).toBe(false);
  });

  test("makes its bias useless, and says so", () => {
    const { model, x } = network(2);
    const { layers } = batchNormHealth(model, [x]);
    expect(layers.map(({ layer, uselessBias }) => [layer, uselessBias])).toEqual([
      ["1", "0"],
      ["3.1", null],
    ]);
  });

  test("is not folded where it does not fit", () => {
    const fold = (...layers: nn.Module[]) => refusal(() => foldBatchNorm(new nn.Sequential(...layers)));
    expect(fold(new nn.Linear(3, 3), new nn.BatchNorm2d(3)).expected).toContain("an nn.Conv2d right before");
    expect(fold(new nn.Conv2d(3, 3, 1), new nn.BatchNorm1d(3)).expected).toContain("an nn.Linear or nn.Conv1d");
    expect(fold(new nn.Conv2d(3, 4, 1), new nn.BatchNorm2d(3)).got).toBe("4");
    expect(fold(new nn.Identity(), new nn.BatchNorm3d(3)).got).toContain("BatchNorm3d");
  });
});
