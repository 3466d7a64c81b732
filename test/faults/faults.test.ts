import {
  apply,
  data,
  detectAnomaly,
  enableGrad,
  full,
  Generator,
  grad,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  type Primitive,
  randn,
  type Tensor,
  TensorError,
  tensor,
  zeros,
} from "evenkeel";
import {
  activationReport,
  compare,
  gradientReport,
  hessianEigenvalues,
  internalCovariateShift,
  lineProbe,
  lossSurface,
  Recorder,
  spectralDensity,
  updateRatios,
} from "evenkeel/analysis";
import { saveCheckpoint } from "evenkeel/io";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { countServed, expectShares } from "../fuzz/served.ts";
import { sizes } from "../fuzz/sizes.ts";
import { refusal } from "../refusal.ts";
import { expectUsable, setting, sizeAt, stateOf, trainedHash } from "./usable.ts";

let counting: ReturnType<typeof countServed>;
beforeAll(() => {
  counting = countServed();
});
afterAll(() => counting.end());
beforeEach(() => void manualSeed(0));

const fault = new Error("a fault of the user's");

describe.each(sizes)("an exception, among %i numbers,", (size) => {
  let before = "";
  beforeEach(() => {
    before = trainedHash(size);
  });

  test("in a gradient hook leaves no gradients, and the next backward is right", () => {
    const [x, y] = [1, 2].map((value) => full([size], value, { requiresGrad: true }));
    const product = x.mul(y);
    const hook = product.registerHook(() => {
      throw fault;
    });
    expect(() => product.add(x).sum().backward()).toThrow(fault);
    expect([x.grad, y.grad]).toEqual([null, null]);
    hook.remove();
    product.add(x).sum().backward();
    expect([x.grad, y.grad].map((g) => [g?.amin().item(), g?.amax().item()])).toEqual([
      [3, 3],
      [1, 1],
    ]);
    expectUsable(size, before);
  });

  test("in a forward hook leaves the model as it was", () => {
    const own = setting(size);
    const was = stateOf(own);
    const handle = own.model[1].registerForwardHook(() => {
      throw fault;
    });
    expect(() => noGrad(() => own.loss())).toThrow(fault);
    handle.remove();
    expect({ ...stateOf(own), saved: "" }).toEqual({ ...was, saved: "" }); // batch norm had seen the batch by then
    expectUsable(size, before);
  });

  test("in a user's operation, forward or backward, is the user's own", () => {
    const failing = (where: "forward" | "backward"): Primitive => ({
      name: "failing",
      forward: (k, a) => {
        if (where === "forward") throw fault;
        return k.mul(a, a);
      },
      vjp: [
        () => {
          throw fault;
        },
      ],
    });
    const x = full([size], 2, { requiresGrad: true });
    expect(() => apply(failing("forward"), x)).toThrow(fault);
    const y = apply(failing("backward"), x.mul(2));
    expect(() => y.sum().backward()).toThrow(fault);
    expect(x.grad).toBeNull();
    expect(() => grad(y.sum(), [x], { createGraph: true })).toThrow(fault);
    expectUsable(size, before);
  });

  test("within noGrad, detectAnomaly and both puts the mode back", () => {
    expect(() =>
      noGrad(() =>
        detectAnomaly(() => {
          throw fault;
        }),
      ),
    ).toThrow(fault);
    expect(zeros([size], { requiresGrad: true }).log().requiresGrad).toBe(true);
    expect(zeros([size]).log().amax().item()).toBe(Number.NEGATIVE_INFINITY); // no anomaly is looked for
    expectUsable(size, before);
  });

  test("in a dataset or an iterator leaves the epoch after the last whole batch, and the next one is whole", () => {
    let fails = true;
    const dataset = { length: 6, get: (i: number) => (fails && i === 3 ? fail() : i) };
    const fail = (): never => {
      throw fault;
    };
    const loader = new data.DataLoader(dataset, {
      batchSize: 2,
      shuffle: true,
      generator: new Generator().manualSeed(1),
    });
    let batches = 0;
    expect(() => {
      for (const _ of loader) batches++;
    }).toThrow(fault);
    expect(loader.stateDict().batch).toBe(batches);
    fails = false;
    expect([...loader].flatMap((batch) => Array.from((batch as Tensor).data)).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expectUsable(size, before);
  });

  test("in a recorded step records and trains nothing", () => {
    const own = setting(size);
    const recorder = new Recorder(own.model, own.optimizer);
    recorder.step(own.loss);
    const was = { state: stateOf(own), recording: recorder.recording() };
    expect(() => recorder.step(() => Promise.resolve() as never)).toThrow(TensorError);
    expect(() =>
      recorder.step(() => {
        throw fault;
      }),
    ).toThrow(fault);
    expect({ state: stateOf(own), recording: recorder.recording() }).toEqual(was);
    expectUsable(size, before);
  });

  test("in a comparison's data or loss is passed on", () => {
    const make = (data: () => Tensor) =>
      compare({
        variants: { a: () => new nn.Linear(2, 1) },
        data,
        loss: (model, x) => model.forward(x).mean(),
        optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.1 }),
        steps: 3,
      });
    expect(() =>
      make(() => {
        throw fault;
      }),
    ).toThrow(fault);
    expect(make(() => ones([4, 2])).runs.length).toBe(1);
    expectUsable(size, before);
  });
});

const analyses: Readonly<Record<string, (own: ReturnType<typeof setting>, loss: () => Tensor) => unknown>> = {
  gradientReport: ({ model }, loss) => gradientReport(model, loss),
  updateRatios: ({ model }, loss) => updateRatios(model, loss, { lr: 0.1 }),
  lineProbe: ({ model }, loss) => lineProbe(model, loss, { steps: [0.1, 1] }),
  lossSurface: ({ model }, loss) => lossSurface(model, loss, { points: 3, seed: 0 }),
  internalCovariateShift: ({ model, optimizer }, loss) => internalCovariateShift(model, loss, { optimizer }),
  hessianEigenvalues: ({ model }, loss) => hessianEigenvalues(model, loss),
  spectralDensity: ({ model }, loss) => spectralDensity(model, loss, { iterations: 4, starts: 2, seed: 0 }),
  activationReport: ({ model, x }, loss) => {
    loss();
    return activationReport(model, x);
  },
};

describe.each(Object.entries(analyses).map(([name, run], i) => [name, run, i] as const))("%s", (name, run, i) => {
  let most = 0;
  const own = setting(sizeAt(i));
  run(own, () => {
    most++;
    return own.loss();
  });

  test.each([1, 2, 3, 4, 6].filter((time) => time <= most))(
    "leaves everything as it was where the loss throws the time %i",
    (time) => {
      const size = sizeAt(5 * i + time);
      const before = trainedHash(size);
      const own = setting(size);
      const was = stateOf(own);
      let calls = 0;
      const loss = () => {
        if (++calls === time) throw fault;
        return own.loss();
      };
      const buffers = saveCheckpoint({ model: own.model });
      expect(() => run(own, loss)).toThrow(fault);
      if (name !== "activationReport") {
        expect(stateOf(own)).toEqual(was);
        expect(saveCheckpoint({ model: own.model })).toEqual(buffers);
      }
      expectUsable(size, before);
    },
  );
});

let before = "";
beforeEach(() => {
  before = trainedHash(sizeAt(0));
});

describe("backward within backward", () => {
  test("of another graph, in a hook, works as by itself", () => {
    const [x, w] = [2, 3].map((value) => tensor(value, { requiresGrad: true }));
    const y = x.square();
    y.registerHook(() => enableGrad(() => w.square().backward())); // hooks run without recording, as in PyTorch
    y.mul(2).backward();
    expect([x.grad?.item(), w.grad?.item()]).toEqual([8, 6]);
    expectUsable(sizeAt(0), before);
  });

  test("of the same graph, in a hook, accumulates both, and ends", () => {
    const x = tensor(2, { requiresGrad: true });
    const y = x.square();
    let depth = 0;
    y.registerHook(() => {
      if (depth++ === 0) y.backward();
    });
    y.backward();
    expect(x.grad?.item()).toBe(8);
    expectUsable(sizeAt(0), before);
  });
});

describe("memory that is not there", () => {
  test.each([
    ["zeros", () => zeros([2 ** 40])],
    ["randn", () => randn([2 ** 20, 2 ** 20])],
    ["a product", () => zeros([2 ** 18, 1]).matmul(zeros([1, 2 ** 18]))],
    ["an expansion", () => zeros([1]).expand(2 ** 40)],
  ])("is an error of %s, after which all goes on", (_, run) => {
    expect(refusal(run).expected).toContain("elements");
    expectUsable(sizeAt(0), before);
  });
});

test("all these asked for memory that is used again, for the arena and for SIMD", () => {
  for (const size of sizes) expect(counting.served.sizes).toContain(size);
  expectShares(counting.served, { usedAgain: 0.01, inArena: 0.02, simd: 0.1 });
});
