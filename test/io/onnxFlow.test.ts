import {
  arange,
  cat,
  manualSeed,
  nn,
  noGrad,
  oneHot,
  ones,
  rand,
  randint,
  randn,
  stack,
  type Tensor,
  TensorError,
  tensor,
  where,
  zeros,
} from "evenkeel";
import { exportOnnx } from "evenkeel/io";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { apart, held, moduleOf, sessionOf } from "./onnxRun.ts";

vi.setConfig({ testTimeout: 30_000 }); // the runtime takes its time to start

beforeEach(() => void manualSeed(0));

const memory = randn([4, 4]);
const table = randn([7, 4]);

/** Forwards of `[n, 3, 4]`, each of which depends on its input in its own way: what was a constant before. */
const forwards: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "argmax, and its float": (x) => x.flatten(1).argmax(1).to("float32"),
  "labels that argmax gives": (x) => x.flatten(1).argmax(1),
  detach: (x) => x.mul(x.detach().abs()),
  "a comparison as a mask": (x) => x.mul(x.gt(0.1).to("float32")),
  "noGrad within": (x) => x.add(noGrad(() => x.mean(1, { keepdim: true }))),
  "a change in place": (x) => noGrad(() => zeros(x.shape).add_(x).mul_(2).copy_(x.exp()).add_(1)),
  "a change in place through a view": (x) =>
    noGrad(() => {
      const y = x.clone();
      y.reshape(-1).mul_(3);
      y.reshape(-1, 4).add_(memory.select(0, 0));
      return y;
    }),
  lerp_: (x) => noGrad(() => x.clone().lerp_(x.abs(), 0.3)),
  "filled, then changed": (x) => noGrad(() => x.clone().fill_(2).add_(x)),
  "time folded into the batch": (x) => x.reshape(-1, 4).matmul(memory).reshape(x.shape[0], 3, 4),
  "a shape with the batch in it": (x) => x.reshape([x.shape[0], 12]).sum(1),
  "the batch last": (x) => x.permute(1, 2, 0).reshape(12, x.shape[0]).transpose(0, 1),
  "twice as many rows": (x) => cat([x, x.neg()], 0).reshape([2 * x.shape[0], 12]),
  "expanded to the batch": (x) => table.slice(0, 0, 3).expand([x.shape[0], 3, 4]).add(x),
  "expanded from the input": (x) => x.mean(1, { keepdim: true }).expand([x.shape[0], 3, 4]),
  "zeros for each example": (x) => cat([zeros([x.shape[0], 1, 4]), x], 1),
  "a state that begins with zeros": (x) => {
    let h = zeros([x.shape[0], 4]);
    for (let t = 0; t < 3; t++) h = x.select(1, t).add(h.matmul(memory)).tanh();
    return h;
  },
  "the mean over the batch": (x) => x.sub(x.mean(0)).div(x.std(0).add(0.5)),
  "the number of examples as a number": (x) =>
    x
      .sum(0)
      .div(x.shape[0])
      .add(x.shape[0])
      .mul(2 / x.shape[0]),
  "the last example": (x) => x.select(0, -1).add(x.select(0, 0)),
  "all but the first example": (x) => x.slice(0, 1).mul(2),
  "examples backwards": (x) => x.flip(0),
  "one beside each other": (x) => x.flatten(1).matmul(x.flatten(1).transpose(0, 1)),
  "a table by argmax": (x) => table.index(x.argmax(2)),
  "indices that may be negative": (x) => table.index(x.argmax(2).sub(2)),
  "one hot": (x) => oneHot(x.argmax(2), 4).to("float32").mul(x),
  "attention with a mask": (x) => {
    const scores = x.matmul(x.transpose(1, 2)).div(2);
    const future = ones([3, 3]).triu(1).to("bool");
    return scores.maskedFill(future, Number.NEGATIVE_INFINITY).softmax(-1).matmul(x);
  },
  "softplus with a beta": (x) => x.mul(3).softplus({ beta: 2 }),
  "softplus with a threshold": (x) => x.mul(3).softplus({ beta: -1.5, threshold: 1 }),
  "gelu by tanh": (x) => x.gelu({ approximate: "tanh" }),
  "clamped from below": (x) => x.clamp(-0.2),
  "clamped from above": (x) => x.clamp(null, 0.3),
  "unbiased variance": (x) => x.var(2).add(x.var([1, 2], { correction: 0.5, keepdim: true }).select(2, 0)),
  "a norm of any p": (x) => x.norm(3, 2).add(x.norm(Number.POSITIVE_INFINITY, 2)).add(x.norm(0, 2)),
  "the largest, and where": (x) => {
    const { values, indices } = x.max(2);
    return values.add(indices.to("float32"));
  },
  sorted: (x) => x.sort(2, { descending: true }).values.add(x.sort(1).indices.to("float32")),
  "the best two": (x) => x.topk(2, 2).values,
  stacked: (x) => stack([x.select(1, 0), x.select(1, 2).square()], 1),
  where: (x) => where(x.lt(0).mul(x.gt(-1)), x.exp(), x.neg()),
  "whole numbers": (x) => x.mul(5).to("int32").pow(2).add(3).sub(x.to("int32")).mul(x.gt(0)),
  "float64 within": (x) => x.to("float64").mul(2).to("float32"),
  "positions added": (x) => x.add(arange(3).reshape(3, 1)),
  "a weight from one of two": (x) => x.mul(memory.abs().sum().item()),
  "summed over a broadcast": (x) => x.add(memory.select(0, 0)).sub(memory.select(1, 0)).maximum(0.2).minimum(1.5),
  "diagonals of a matrix": (x) => cat([x.mean(0).diag(), x.mean(0).diag(1), x.mean(0).diag(-1)], 0),
  "a list on a diagonal": (x) =>
    cat(
      [x.mean(0).select(0, 0).diag(1), x.mean(0).select(0, 1).diag(-1), x.mean(0).flatten().slice(0, 0, 5).diag()],
      0,
    ),
  "bools on a diagonal": (x) => x.mean(0).select(0, 0).gt(0).diag(),
  "all and any": (x) => x.gt(0).any(2).to("float32").add(x.gt(-1).all().to("float32")),
  "logsumexp, cumsum, prod": (x) =>
    x
      .logsumexp(2)
      .add(x.cumsum(1).prod(2))
      .add(x.amax([1, 2], { keepdim: true }).select(2, 0)),
};

describe.each(Object.entries(forwards))("%s", (_, forward) => {
  test.each([[zeros([1, 3, 4])], [randn([5, 3, 4])]])("is in the file, whatever the example", async (example) => {
    const model = moduleOf(forward);
    const run = await sessionOf(exportOnnx(model, example));
    for (const n of [1, 2, 4, 9]) {
      const x = randn([n, 3, 4]);
      held(forward(x), await run(x));
    }
  });
});

test("argmax of one example of three classes is never a constant", () => {
  for (let i = 0; i < 200; i++) {
    const bytes = exportOnnx(
      moduleOf((x) => x.argmax(1)),
      randn([1, 3]),
    );
    expect(new TextDecoder().decode(bytes)).toContain("ArgMax");
  }
});

describe("rows that are shortened when they are looked up", () => {
  test("are short in the file, and as they were in the model", async () => {
    const model = new nn.Embedding(9, 5, { maxNorm: 1 });
    const before = [...model.weight.data];
    const run = await sessionOf(exportOnnx(model, zeros([1, 2], { dtype: "int32" })));
    expect([...model.weight.data]).toEqual(before);
    const x = randint(0, 9, [7, 2]);
    const theirs = await run(x);
    expect(apart(model.forward(x).data, theirs.data)).toBeLessThan(1e-6);
  });
});

/** Forwards that read their input as numbers, draw, or do what a file cannot say. */
const refused: Readonly<Record<string, readonly [(x: Tensor) => Tensor, RegExp]>> = {
  "item()": [(x) => x.mul(x.sum().item()), /item/],
  "item() of what has no gradient": [(x) => x.mul(x.argmax().item()), /item/],
  "a choice by item()": [(x) => (x.gt(0).all().item() ? x : x.neg()), /item/],
  data: [(x) => x.mul(tensor([x.data[0]])), /data/],
  "toArray()": [(x) => tensor(x.toArray()), /toArray/],
  JSON: [(x) => tensor(JSON.parse(JSON.stringify(x))), /toArray/],
  "a mask as an index": [(x) => x.index(x.gt(0)), /mask/],
  "oneHot of as many classes as there are": [(x) => oneHot(x.argmax(2)), /oneHot/],
  "dropout in training": [(x) => nn.functional.dropout(x, { training: true }), /random/],
  noise: [(x) => x.add(randn([3, 4])), /randn|random/],
  "a draw that has nothing to do with it": [(x) => x.add(rand([1])), /random/],
  "an operation of one's own": [(x) => x.apply({ name: "floor", forward: (k, a) => k.copy(a), vjp: [null] }), /floor/],
  "statistics of the batch": [(x) => nn.functional.batchNorm(x, null, null, { training: true }), /running statistics/],
  "as many operations as examples": [
    (x) => {
      let y = x.select(0, 0);
      for (let i = 1; i < x.shape[0]; i++) y = y.add(x.select(0, i));
      return y;
    },
    /number of examples/,
  ],
  "numbers that follow the batch": [(x) => x.mul(arange(x.shape[0]).reshape(-1, 1, 1)), /number of examples/],
  "numbers from elsewhere": [(x) => x.mul(Math.random()), /number of examples|same/],
  "another shape for one example": [(x) => x.squeeze(), /1 example/],
};

describe.each(Object.entries(refused))("%s", (_, [forward, message]) => {
  test.each([[zeros([1, 3, 4])], [zeros([5, 3, 4])], [randn([2, 3, 4])]])("is refused by name", (example) => {
    const run = () => exportOnnx(moduleOf(forward), example);
    expect(run).toThrow(TensorError);
    expect(run).toThrow(message);
  });

  test("is refused by name where the model catches what is thrown", () => {
    const quiet = moduleOf((x) => {
      try {
        return forward(x);
      } catch {
        return x;
      }
    });
    expect(() => exportOnnx(quiet, randn([2, 3, 4]))).toThrow(message);
  });
});
