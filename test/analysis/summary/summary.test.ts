import { enableGrad, Generator, grad, nn, noGrad, ones, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { Recorder, summary, toTable } from "evenkeel/analysis";
import { exportOnnx } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import pytorch from "../../golden/analysis/summary.json" with { type: "json" };
import { expectUntouched } from "../untouched.ts";

/** The layers of a summary by their names. */
const byName = ({ layers }: ReturnType<typeof summary>) => new Map(layers.map((layer) => [layer.layer, layer]));

class Attention extends nn.Module {
  attend = new nn.MultiheadAttention(8, 2);
  override forward(x: Tensor): Tensor {
    return this.attend.forward(x, x, x)[0];
  }
}

class Pair extends nn.Module {
  left = new nn.Linear(3, 4);
  right = new nn.Linear(5, 4);
  override forward(x: Tensor, y: Tensor): Tensor {
    return this.left.forward(x).add(this.right.forward(y));
  }
}

class Twice extends nn.Module {
  first = new nn.Linear(3, 6);
  shared = new nn.Linear(6, 6);
  unused = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    const h = this.shared.forward(this.first.forward(x)).tanh();
    return this.shared.forward(h).matmul(this.first.weight);
  }
}

function rows(): nn.Module {
  const model = new nn.Sequential(
    new nn.Linear(5, 7, { bias: false }),
    new nn.BatchNorm1d(7),
    new nn.Tanh(),
    new nn.Linear(7, 3),
  );
  (model[3] as nn.Linear).weight.requiresGrad = false;
  return model;
}

/** The models of test/golden/analysis/summary.py. */
const models: Readonly<Record<keyof typeof pytorch.models, () => nn.Module>> = {
  rows,
  pictures: () =>
    new nn.Sequential(
      new nn.Conv2d(4, 8, 3, { padding: 1, stride: 2 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.Conv2d(8, 12, [3, 2], { groups: 4, dilation: [1, 2], bias: false }),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(72, 10),
    ),
  attention: () => new Attention(),
  "two inputs": () => new Pair(),
  shared: () => new Twice(),
};

describe.each(Object.entries(pytorch.models))("of %s", (name, theirs) => {
  const inputs = theirs.inputs.map((shape) => zeros(shape));
  const found = summary(models[name as keyof typeof models](), inputs);

  test("order, shapes, parameters and what is trained are what PyTorch says", () => {
    const shapes: Readonly<Record<string, number[][]>> = theirs.shapes;
    const [parameters, trained]: Readonly<Record<string, number>>[] = [theirs.parameters, theirs.trained];
    const isTheirs = ({ layer }: { layer: string }) => layer !== "attend.out_proj"; // they do not call it as a module
    const ran = found.layers.filter((layer) => layer.calls > 0 && isTheirs(layer));
    const theirOrder: readonly string[] = theirs.order;
    expect(ran.map(({ layer }) => layer)).toEqual(theirOrder.filter((layer) => byName(found).has(layer)));
    expect(theirOrder.filter((layer) => parameters[layer] > 0 && !byName(found).has(layer))).toEqual([]);
    for (const layer of found.layers) {
      expect([layer.layer, layer.parameters, layer.trained]).toEqual([
        layer.layer,
        parameters[layer.layer],
        trained[layer.layer],
      ]);
      if (layer.calls > 0 && isTheirs(layer)) expect(layer.outputShapes).toEqual(shapes[layer.layer]);
    }
    expect(found.total.parameters).toBe(theirs.total);
  });

  test("multiply-adds are half of the operations that PyTorch's profiler counts in products and convolutions", () => {
    expect(found.total.multiplyAdds).toBe(theirs.multiplyAdds);
  });
});

describe("a layer", () => {
  test("has the multiply-adds of its closed form, and the memory of its dtype", () => {
    const [n, length, channels, out, kernel] = [3, 20, 4, 6, 5];
    const model = new nn.Sequential(
      new nn.Conv1d(channels, out, kernel, { stride: 2, groups: 2 }),
      new nn.Flatten(),
      new nn.Linear(48, 7, { dtype: "float32" }),
    );
    const places = Math.floor((length - kernel) / 2) + 1;
    const [conv, flat, linear] = summary(model, zeros([n, channels, length])).layers;
    expect(conv.outputShapes).toEqual([[n, out, places]]);
    expect(conv.multiplyAdds).toBe(n * out * places * (channels / 2) * kernel);
    expect([conv.parameters, conv.parameterBytes]).toEqual([
      (out * channels * kernel) / 2 + out,
      4 * ((out * channels * kernel) / 2 + out),
    ]);
    expect([conv.activationBytes, flat.activationBytes, linear.activationBytes]).toEqual([
      4 * n * out * places,
      0, // the memory of what it flattens
      4 * n * 7,
    ]);
    expect(linear.multiplyAdds).toBe(n * 48 * 7);
    const double = summary(new nn.Linear(3, 2, { dtype: "float64" }), zeros([5, 3], { dtype: "float64" }));
    expect([double.total.parameterBytes, double.total.activationBytes, double.inputBytes]).toEqual([64, 80, 120]);
  });

  test("is saturated by the thresholds, of finite numbers alone, over all of its calls", () => {
    const x = tensor([[0, 5, -5, Number.NaN, 0.5]]);
    const share = (activation: nn.Module, thresholds = {}) =>
      summary(activation, x, { thresholds }).layers[0].saturated;
    expect(share(new nn.Tanh())).toBe(0.5);
    expect(share(new nn.Tanh(), { tanh: 0.4 })).toBe(0.75);
    expect(share(new nn.ReLU())).toBe(0.5);
    expect(share(new nn.Sigmoid())).toBe(0.5);
    expect(share(new nn.GELU())).toBe(null);
    const both = summary(new nn.Sequential(new nn.Tanh(), new nn.ReLU()), x);
    expect(both.total.saturated).toBe(0.5); // 2 of 4, and 2 of 4
    expect(summary(new nn.Linear(5, 1), x).total.saturated).toBe(null);
  });

  test("that is called twice is one, and a parameter that two share is counted once, with whoever is done first", () => {
    const tied = new nn.Sequential(new nn.Linear(4, 4, { bias: false }), new nn.Linear(4, 4, { bias: false }));
    const [first, second] = [tied[0], tied[1]] as nn.Linear[];
    second.weight = first.weight;
    const found = summary(tied, zeros([2, 4]));
    expect(found.layers.map(({ parameters }) => parameters)).toEqual([16, 0]);
    expect([found.total.parameters, found.total.multiplyAdds]).toEqual([16, 64]);
    const shared = byName(summary(new Twice(), zeros([4, 3])));
    expect(shared.get("shared")).toMatchObject({ calls: 2, outputShapes: [[4, 6]], parameters: 42 });
    expect(shared.get("shared")?.activationBytes).toBe(2 * 4 * 6 * 4);
    expect(shared.get("unused")).toMatchObject({ calls: 0, outputShapes: [], parameters: 6, activationBytes: 0 });
    expect(shared.get("")).toMatchObject({ type: "Twice", parameters: 0, multiplyAdds: 4 * 6 * 3 });
  });

  test("of several shapes says all of them, and of several outputs each", () => {
    class Both extends nn.Module<{ readonly y: Tensor; readonly parts: Tensor[] }> {
      inner = new nn.Tanh();
      override forward(x: Tensor) {
        const y = this.inner.forward(x);
        return { y, parts: [this.inner.forward(y.sum(0)), this.inner.forward(y).sum()] };
      }
    }
    const layers = byName(summary(new Both() as never, zeros([3, 2])));
    expect(layers.get("inner")?.outputShapes).toEqual([[3, 2], [2]]);
    expect(layers.get("inner")?.calls).toBe(3);
    expect(layers.get("")?.outputShapes).toEqual([[3, 2], [2], []]);
    expect(layers.get("")?.activationBytes).toBe(4); // the sum: the others are those of the module within
  });

  test("that forward makes is seen, at the price of another pass; afterwards it is not there", () => {
    class Lazy extends nn.Module {
      made: nn.Linear | null = null;
      override forward(x: Tensor): Tensor {
        this.made ??= new nn.Linear(x.shape[1], 3);
        return this.made.forward(x);
      }
    }
    const model = new Lazy();
    const found = expectUntouched(model, () => summary(model, zeros([2, 5])));
    expect(found.cost).toEqual({ forward: 2, backward: 0 });
    expect(byName(found).get("made")).toMatchObject({ calls: 1, parameters: 18, multiplyAdds: 30 });
    expect(model.made).toBe(null);
  });

  test("whose forward throws and is caught has its parameters, and what others do is not taken for its own", () => {
    class Careful extends nn.Module {
      wrong = new nn.Linear(7, 2);
      right = new nn.Linear(3, 2);
      override forward(x: Tensor): Tensor {
        try {
          return this.wrong.forward(x);
        } catch {
          return this.right.forward(x);
        }
      }
    }
    const found = summary(new Careful(), zeros([4, 3]));
    expect(byName(found).get("right")).toMatchObject({ calls: 1, multiplyAdds: 24, parameters: 8 });
    expect(byName(found).get("wrong")).toMatchObject({ calls: 0, multiplyAdds: 0, parameters: 16 });
  });

  test("of a function counts as much as the module: products, and gradients within forward", () => {
    class Functions extends nn.Module {
      weight = new nn.Parameter(ones([2, 3, 3, 3]));
      override forward(x: Tensor): Tensor {
        const y = nn.functional.conv2d(x, this.weight, null, { padding: 1 });
        return enableGrad(
          () => grad(nn.functional.conv2d(x, this.weight, null, { padding: 1 }).sum(), [this.weight])[0],
        ).add(noGrad(() => y.mean()));
      }
    }
    const [layer] = summary(new Functions(), ones([2, 3, 4, 5])).layers;
    const once = 2 * (2 * 20) * (3 * 9);
    expect(layer.multiplyAdds).toBe(3 * once); // forward twice, and the gradient at the weight
  });
});

test("the model, its modes and hooks, and who listens are as before, also where forward throws", () => {
  const generator = new Generator().manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Dropout(0.5), new nn.Tanh());
  const seen: unknown[] = [];
  model[3].registerForwardHook((_, __, y) => void seen.push(y));
  expectUntouched(model, () => summary(model, randn([5, 3], { generator })));
  expect(seen).toHaveLength(1);
  expectUntouched(model, () => expect(() => summary(model, randn([5, 2], { generator }))).toThrow());
  expect(() => summary(model, randn([1, 3], { generator }))).toThrow(/more than one|batch/);
  expect(summary(model, randn([1, 3], { generator }), { batchNorm: "running" }).layers).toHaveLength(4);
  class Summed extends nn.Module {
    inner = new nn.Linear(3, 2);
    override forward(x: Tensor): Tensor {
      summary(this.inner, ones([1, 3])); // beside an export, which goes on listening
      return this.inner.forward(x);
    }
  }
  expect(exportOnnx(new Summed(), zeros([2, 3])).length).toBeGreaterThan(100);
});

describe("as text", () => {
  const model = rows();
  const found = summary(model, ones([6, 5]));

  test("it has a line for each layer, and one of the sums", () => {
    const lines = toTable(found).split("\n");
    expect(lines).toHaveLength(found.layers.length + 2);
    expect(lines[0]).toMatch(/^layer +type +output +parameters +trained +multiply-adds +activations +saturated$/);
    expect(lines[4]).toMatch(/^3 +Linear +6×3 +24 +3 +126 +72 B +–$/);
    expect(lines.at(-1)).toMatch(/^in all +73 +52 +336 +/);
  });

  test("a notebook shows the same numbers as a table", async () => {
    const bundle = await (found as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for("Jupyter.display")
    ]();
    expect(bundle["text/plain"]).toBe(toTable(found));
    const cells = [...bundle["text/html"].matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell);
    for (const line of toTable(found).split("\n").slice(1)) {
      for (const word of line.split(/ {2,}/)) expect(cells).toContain(word);
    }
  });

  test("it is data: written and read, it says the same", () => {
    expect(toTable(JSON.parse(JSON.stringify(found)))).toBe(toTable(found));
    for (const wrong of [
      null,
      {},
      { kind: "summary" },
      "text",
      new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 })).recording(),
    ]) {
      expect(() => toTable(wrong as never)).toThrow(/expected a result of summary/);
    }
  });

  test("large numbers have their thousands apart, and units", () => {
    const text = toTable(summary(new nn.Linear(1000, 1200), zeros([10, 1000])));
    expect(text).toContain("1,201,200");
    expect(text).toContain("12,000,000");
    expect(text).toContain("48 kB");
  });
});
