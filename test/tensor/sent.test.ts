import {
  data,
  Generator,
  grad,
  manualSeed,
  NDArray,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "evenkeel";
import { gradientReport } from "evenkeel/analysis";
import { fromSafetensors, toNpy, toSafetensors } from "evenkeel/io";
import { afterAll, describe, expect, test } from "vitest";
import { type ModuleRow, modules } from "../nn/modules.table.ts";
import { draw, nameOf, rows, sizesOf } from "../ops/ops.table.ts";
import { refusal } from "../refusal.ts";

// What is sent to a worker is cloned: its fields without its methods, and with each typed array the whole buffer behind it.
// Sizes are those at which memory is used again (32), lies in the arena (64), and is worked on in SIMD (128).

const sizes = [0, 1, 31, 32, 63, 64, 128, 4096];
const dtypes = ["float32", "float64", "int32", "bool"] as const;

const nameOfModule = ({ module, title }: ModuleRow) => (title === undefined ? module : `${module} ${title}`);

/** A model that has been trained, so that its parameters and gradients lie where the engine put them. */
function trained() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(64, 64), new nn.BatchNorm1d(64), new nn.Tanh(), new nn.Linear(64, 4));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const x = randn([16, 64]);
  const step = () => {
    optimizer.zeroGrad();
    model.forward(x).square().mean().backward();
    optimizer.step();
  };
  step();
  step();
  return { model, optimizer, x, step };
}

/** Takes the memory of an array away, as sending it with a transfer list does. */
function transfer(x: { readonly data: ArrayBufferView }): void {
  structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] });
}

/** What cannot be cloned, by name. */
function holders(): [string, unknown][] {
  const { model, optimizer, x } = trained();
  const w = model.get(0).weight;
  const y = model.forward(x);
  const pairs = new data.TensorDataset(x, zeros([16]));
  return [
    ...sizes.flatMap((size) =>
      dtypes.map((dtype): [string, unknown] => [`${size} ${dtype}`, zeros([size], { dtype })]),
    ),
    ["a parameter in the arena", w],
    ["a gradient", w.grad],
    ["a tensor with a graph", y],
    ["a view", w.detach().reshape(-1)],
    ["an array", new NDArray(new Float32Array(2), [2], "float32")],
    ["tensors in a list", [x]],
    ["tensors in a Map", new Map([["x", x]])],
    ["a model", model],
    ...modules.map((row): [string, unknown] => [nameOfModule(row), row.make()]),
    ["a state dict", model.stateDict()],
    ["an optimiser", optimizer],
    ["its state dict", optimizer.stateDict()],
    ["a scheduler", new optim.lrScheduler.StepLR(optimizer, 1)],
    ["a dataset", pairs],
    ["a part of it", new data.Subset(pairs, [0])],
    ["a loader", new data.DataLoader(pairs)],
    ["a generator", new Generator()],
  ];
}

describe("what would arrive without its methods cannot be cloned:", () => {
  const { port1, port2 } = new MessageChannel();
  test.each(holders())("%s", (_name, value) => {
    for (const send of [() => structuredClone(value), () => port1.postMessage(value)]) {
      const refused = refusal(send);
      expect(refused.where).toBe("structuredClone");
      expect(refused.hint).toContain("toSafetensors");
    }
  });
  afterAll(() => {
    port1.close();
    port2.close();
  });
});

test("that is told before anything is copied, and shows nowhere else", () => {
  const x = tensor([1, 2]);
  expect(JSON.stringify(x)).toBe("[1,2]");
  expect(String(x)).toBe("tensor([1., 2.])");
  expect(x).toEqual(tensor([1, 2]));
  expect(x).not.toEqual(tensor([1, 3]));
  expect({ ...x }).toEqual({ ...tensor([1, 2]) });
  const layer = new nn.ReLU();
  expect([layer.parameters(), Object.keys(layer.stateDict()), String(layer)]).toEqual([[], [], "ReLU()"]);
});

describe("what is sent as it should be is small, and arrives:", () => {
  test.each(sizes.flatMap((size) => dtypes.map((dtype) => [size, dtype] as const)))("%i of %s", (size, dtype) => {
    const x = randn([size])
      .mul(3)
      .to(dtype === "bool" ? "int32" : dtype)
      .to(dtype);
    const { data, shape, dtype: sent } = structuredClone({ data: x.data, shape: x.shape, dtype: x.dtype });
    expect(data.buffer.byteLength).toBe(data.byteLength);
    const arrived = tensor(data, { dtype: sent }).reshape(shape);
    expect([arrived.dtype, arrived.data]).toEqual([dtype, x.data]);
  });

  test("parameters and gradients of a model that is being trained", () => {
    const { model, step } = trained();
    for (const p of model.parameters()) {
      for (const { data, shape } of [p, p.grad as Tensor]) {
        expect(data.buffer.byteLength).toBe(data.byteLength);
        expect(structuredClone({ data, shape }).data).toEqual(data);
      }
    }
    step();
  });

  test("a model and its optimiser, as bytes", () => {
    const { model, x } = trained();
    const bytes = toSafetensors(model.stateDict());
    const arrived = structuredClone(bytes, { transfer: [bytes.buffer] });
    const other = new nn.Sequential(new nn.Linear(64, 64), new nn.BatchNorm1d(64), new nn.Tanh(), new nn.Linear(64, 4));
    other.loadStateDict(fromSafetensors(arrived).tensors);
    expect(other.forward(x).data).toEqual(model.forward(x).data);
  });

  test("the result of an analysis", () => {
    const { model, x } = trained();
    const report = gradientReport(model, () => model.forward(x).square().mean());
    expect(JSON.stringify(structuredClone(report))).toBe(JSON.stringify(report));
  });
});

describe("a tensor whose memory was transferred says so:", () => {
  const gone = () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true });
    transfer(x);
    return x;
  };

  test.each<readonly [string, (x: Tensor) => unknown]>([
    ["toString", (x) => String(x)],
    ["data", (x) => x.data],
    ["toArray", (x) => x.toArray()],
    ["toArray", (x) => JSON.stringify(x)],
    ["mul", (x) => x.mul(2)],
    ["mul", (x) => ones([4]).mul(x)],
    ["sum", (x) => x.sum().backward()],
    ["clone", (x) => x.clone()],
    ["reshape", (x) => x.reshape(2, 2)],
    ["fill_", (x) => noGrad(() => x.fill_(1))],
    ["copy_", (x) => noGrad(() => x.copy_(ones([4])))],
    ["copy_", (x) => ones([4]).copy_(x.detach())],
    ["uniform_", (x) => noGrad(() => x.uniform_())],
    ["bernoulli_", (x) => noGrad(() => x.bernoulli_())],
    ["bernoulli_", (x) => ones([4]).bernoulli_(x.detach())],
    ["add_", (x) => noGrad(() => x.add_(1))],
    ["toNpy", (x) => toNpy(x)],
    ["toSafetensors", (x) => toSafetensors({ x })],
    ["backward", (x) => ones([4], { requiresGrad: true }).mul(2).backward(x.detach())],
    [
      "grad",
      (x) => {
        const w = ones([4], { requiresGrad: true });
        return grad(w.mul(2), [w], { gradOutput: x.detach() });
      },
    ],
  ])("%s", (_where, use) => {
    expect(refusal(() => use(gone())).message).toContain("transferred");
  });

  test("item, of one element", () => {
    const x = tensor(3);
    transfer(x);
    expect(refusal(() => x.item()).message).toContain("transferred");
  });

  test("its shape, dtype and number of elements are still known", () => {
    const x = gone();
    expect([x.shape, x.dtype, x.numel(), x.ndim]).toEqual([[4], "float32", 4, 1]);
  });

  test("and so does every view of it, and what is made of its memory", () => {
    const x = tensor([1, 2, 3, 4]);
    const { data } = x;
    const view = x.reshape(2, 2);
    transfer(x);
    expect(refusal(() => view.sum()).message).toContain("transferred");
    expect(refusal(() => tensor(data)).message).toContain("transferred");
  });

  const cases = rows.flatMap((row) => {
    const sizes = sizesOf(row)[0];
    return draw(row, sizes, 1, "float32").flatMap((x, i) =>
      x.numel() > 0 ? [[`${nameOf(row)}, input ${i}`, row, i] as const] : [],
    );
  });
  test.each(cases)("%s", (_name, row, i) => {
    const inputs = draw(row, sizesOf(row)[0], 1, "float32");
    transfer(inputs[i]);
    expect(refusal(() => row.run(...inputs)).message).toContain("transferred");
  });

  test.each(
    modules.flatMap((row) =>
      row
        .make()
        .namedBuffers()
        .concat(row.make().namedParameters())
        .map(([name]) => [`${nameOfModule(row)}: ${name}`, row, name] as const),
    ),
  )("%s", (_name, row, name) => {
    const module = row.make();
    const found = new Map([...module.namedBuffers(), ...module.namedParameters()]).get(name) as Tensor;
    transfer(found);
    const before = [...module.namedParameters(), ...module.namedBuffers()]
      .filter(([, x]) => x !== found)
      .map(([, x]) => x.toArray());
    // A count of batches is read only where the momentum is null, but always moved on.
    expect(refusal(() => module.forward(...row.inputs())).message).toContain("transferred");
    const after = [...module.namedParameters(), ...module.namedBuffers()]
      .filter(([, x]) => x !== found)
      .map(([, x]) => x.toArray());
    expect(after).toEqual(before);
    expect(refusal(() => module.to("float32")).message).toContain("transferred");
    expect(refusal(() => toSafetensors(module.stateDict())).message).toContain("transferred");
  });

  test.each(["model", "dict"] as const)(
    "a part of a state dict that is loaded, before anything has changed (%s)",
    (taken) => {
      const layer = new nn.Linear(8, 8);
      const before = layer.weight.toArray();
      const dict = new nn.Linear(8, 8).stateDict();
      transfer(taken === "model" ? (layer.bias as Tensor) : dict.bias);
      expect(refusal(() => layer.loadStateDict(dict)).message).toContain("transferred");
      expect(layer.weight.toArray()).toEqual(before);
    },
  );

  test("what a backward pass reads", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.square().sum();
    transfer(x);
    const refused = refusal(() => y.backward());
    expect([refused.where, refused.code]).toEqual(["backward", "EVENKEEL_CHANGED"]);
    expect(refused.message).toContain("transferred");
  });

  test("but not what it leaves alone", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2).sum();
    transfer(x);
    y.backward();
    expect(x.grad?.toArray()).toEqual([2, 2]);
  });

  test("a gradient that is to be added to", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.mul(2).sum().backward();
    transfer(x.grad as Tensor);
    expect(refusal(() => x.mul(2).sum().backward()).message).toContain("transferred");
  });

  test.each(["SGD", "Adam", "AdamW"] as const)(
    "a parameter and a gradient, to a step of %s, before anything has changed",
    (name) => {
      for (const taken of ["parameter", "gradient"]) {
        const params = [ones([64]), ones([64])].map((x) => new nn.Parameter(x));
        const optimizer = new optim[name](params, { lr: 0.1 });
        params[0].mul(params[1]).sum().backward();
        transfer(taken === "parameter" ? params[1] : (params[1].grad as Tensor));
        const refused = refusal(() => optimizer.step());
        expect([refused.where, refused.message.includes("transferred")]).toEqual([`${name}.step`, true]);
        expect(params[0].data).toEqual(ones([64]).data);
      }
    },
  );
});

test("nobody can take the engine's memory away", () => {
  const { model, step, optimizer } = trained();
  const w = model.get(3).weight;
  transfer(w); // that of this weight alone
  for (const p of model.parameters()) if (p !== w) expect(p.sum().item()).not.toBeNaN();
  expect(refusal(() => optimizer.step()).where).toBe("Adam.step");
  expect(refusal(step).message).toContain("transferred");
});
