import { manualSeed, nn, randn, tensor, zeros } from "evenkeel";
import { effectiveRank, exampleCorrelation } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";

const identity = new nn.Sequential(new nn.Identity());
const dtype = "float64";

describe("the effective rank", () => {
  test("is the number of equal orthogonal directions, in either shape, and 1 of a line", () => {
    const eye = tensor(
      [
        [2, 0, 0, 0],
        [0, 2, 0, 0],
        [0, 0, -2, 0],
      ],
      { dtype },
    );
    for (const x of [eye, eye.T]) {
      const [layer] = effectiveRank(identity, x).layers;
      expect(layer.effectiveRank).toBeCloseTo(3, 9);
      expect([layer.participation, layer.stableRank, layer.largest]).toEqual([3, 3, 3]);
    }
    const line = tensor(
      [
        [1, 2],
        [2, 4],
        [-3, -6],
      ],
      { dtype },
    );
    expect(effectiveRank(identity, line).layers[0].effectiveRank).toBeCloseTo(1, 6);
    expect(effectiveRank(identity, line.add(5), { centred: true }).layers[0].effectiveRank).toBeCloseTo(1, 6);
  });

  test("is null of zeros and of what is not finite, and refuses what would take too long", () => {
    expect(effectiveRank(identity, zeros([3, 2])).layers[0].effectiveRank).toBeNull();
    expect(effectiveRank(identity, zeros([3, 2]).log()).layers[0].stableRank).toBeNull();
    expect(refusal(() => effectiveRank(identity, zeros([600, 600]))).got).toContain("600 examples");
    expect(effectiveRank(identity, zeros([600, 3])).layers[0].largest).toBe(3);
  });
});

describe("the correlation of examples", () => {
  test("is 1 of examples along one line, and 0 of orthogonal ones of one length, with the gap that is meant", () => {
    const [along] = exampleCorrelation(
      identity,
      tensor(
        [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
        { dtype },
      ),
    ).layers;
    expect(along.meanCosine).toBeCloseTo(1, 12);
    const [apart] = exampleCorrelation(
      identity,
      tensor(
        [
          [0, 2],
          [2, 0],
        ],
        { dtype },
      ),
    ).layers;
    expect([apart.meanCosine, apart.meanAbsoluteCosine, apart.orthogonalityGap]).toEqual([0, 0, 0]);
    const [single] = exampleCorrelation(identity, tensor([[0, 2]], { dtype })).layers;
    expect([single.meanCosine, single.orthogonalityGap]).toEqual([null, 0]);
  });

  test("counts all places of an example, of each module that ends a branch", () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh());
    const { layers } = exampleCorrelation(model, randn([4, 5, 3]));
    expect(layers.map(({ layer, type }) => [layer, type])).toEqual([
      ["0", "Linear"],
      ["1", "Tanh"],
    ]);
    const flat = exampleCorrelation(
      identity,
      model
        .forward(randn([4, 5, 3]))
        .detach()
        .reshape([4, 10]),
    );
    manualSeed(0);
    const again = new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh());
    randn([4, 5, 3]);
    expect(exampleCorrelation(again, randn([4, 5, 3])).layers[1].meanCosine).toBeCloseTo(
      flat.layers[0].meanCosine ?? Number.NaN,
      6,
    );
  });
});
