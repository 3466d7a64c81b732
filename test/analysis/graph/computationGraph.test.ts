import { grad, manualSeed, nn, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { type ComputationGraph, computationGraph, toSvg } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { describeRun } from "../../../src/analysis/graph/joinRuns.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

const leaf = (value: number) => tensor(value, { requiresGrad: true, dtype: "float64" });

/** Each node in a word, and what goes into it by its place. */
function outline({ nodes, edges }: ComputationGraph): string[] {
  return nodes.map(({ id, name, operation, module, type, kind }) => {
    const sources = edges.filter(({ to }) => to === id).map(({ from }) => from);
    const what = kind === "module" ? `${module}:${type}` : (operation ?? kind);
    return `${[name, what].filter((part) => part !== null).join("=")}(${sources.join(",")})`;
  });
}

/** Every recorded tensor behind `y`, by recursion. */
function tape(y: Tensor, found = new Set<Tensor>()): Set<Tensor> {
  if (y.node === null || found.has(y)) return found;
  found.add(y);
  for (const input of y.node.inputs) tape(input, found);
  return found;
}

function expectSound(graph: ComputationGraph): void {
  graph.nodes.forEach(({ id }, i) => void expect(id).toBe(i));
  for (const { from, to } of graph.edges) expect(from).toBeLessThan(to);
  expect(graph.nodes.reduce((sum, node) => sum + node.operations, 0)).toBe(graph.operations);
  expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
}

describe("the computation graph of a few numbers", () => {
  test("has micrograd's values and gradients in closed form", () => {
    const [a, b, c] = [leaf(0.5), leaf(-0.75), leaf(2.5)];
    const product = a.mul(b);
    const y = product.add(c).tanh();
    product.retainGrad();
    y.backward();
    const graph = computationGraph(y, { names: { a, b, c, y } });
    expect(outline(graph)).toEqual(["a=input()", "b=input()", "mul(0,1)", "c=input()", "add(2,3)", "y=tanh(4)"]);
    const slope = 1 - Math.tanh(2.125) ** 2;
    const values = [0.5, -0.75, -0.375, 2.5, 2.125, Math.tanh(2.125)];
    const gradients = [-0.75 * slope, 0.5 * slope, slope, slope, null, null];
    graph.nodes.forEach(({ value, gradient, shape, dtype, requiresGrad }, i) => {
      expect(value.values?.[0]).toBeCloseTo(values[i], 14);
      if (gradients[i] === null) expect(gradient).toBeNull();
      else expect(gradient?.values?.[0]).toBeCloseTo(gradients[i] as number, 14);
      expect({ shape, dtype, requiresGrad }).toEqual({ shape: [], dtype: "float64", requiresGrad: true });
    });
    expect(graph).toMatchObject({ output: 5, operations: 3, collapsed: "nothing", cost: { forward: 0, backward: 0 } });
    expect(graph.edges.filter(({ to }) => to === 2)).toEqual([
      { from: 0, to: 2, argument: 0 },
      { from: 1, to: 2, argument: 1 },
    ]);
    expectSound(graph);
  });

  test("has one node for what is used twice, and two edges for a + a", () => {
    const a = leaf(3);
    const square = a.mul(a);
    const graph = computationGraph(square.add(square.exp()));
    expect(outline(graph)).toEqual(["input()", "mul(0,0)", "exp(1)", "add(1,2)"]);
    expect(graph.edges.slice(0, 2).map(({ argument }) => argument)).toEqual([0, 1]);
  });

  test("is a single node where nothing was recorded", () => {
    expect(outline(computationGraph(leaf(1)))).toEqual(["input()"]);
    expect(outline(computationGraph(new nn.Parameter(tensor([1]))))).toEqual(["parameter()"]);
    const graph = computationGraph(tensor([1, 2]).lt(2));
    expect(graph).toMatchObject({ output: 0, operations: 0, edges: [] });
    expect(graph.nodes[0]).toMatchObject({ kind: "constant", dtype: "bool", requiresGrad: false });
    expect(graph.nodes[0].value.values).toEqual([1, 0]);
  });

  test("shows constants that an operation was given, whatever they were made from", () => {
    const x = leaf(2);
    const k = tensor(3, { dtype: "float64" }).mul(2);
    expect(outline(computationGraph(k.sub(x), { names: { k, again: k } }))).toEqual([
      "k, again=constant()",
      "input()",
      "sub(0,1)",
    ]);
  });

  test("has every operation of a second derivative, in an order that can be calculated", () => {
    const x = leaf(2);
    const [slope] = grad(x.pow(3).tanh(), [x], { createGraph: true });
    const graph = computationGraph(slope);
    expect(graph.operations).toBe(tape(slope).size);
    expect(graph.nodes.length).toBe(graph.operations + graph.nodes.filter(({ operations }) => operations === 0).length);
    expect(graph.nodes[graph.output].value.values).toEqual([slope.item()]);
    expectSound(graph);
  });

  test("says what has been changed in place since", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const k = tensor([3, 4]);
    const y = x.mul(k);
    k.fill_(7);
    const { nodes } = computationGraph(y, { names: { k } });
    expect(nodes.map(({ isChanged }) => isChanged)).toEqual([false, true, false]);
    expect(nodes[1].value.values).toEqual([7, 7]);
  });

  test("has few numbers one by one, many by their reach, and counts what is not finite", () => {
    const x = tensor([1, Number.NaN, -Infinity, 4, 4], { requiresGrad: true });
    const y = x.mul(1);
    const numbers = (values: number) => computationGraph(y, { values }).nodes[0].value;
    const reach = { min: 1, mean: 3, max: 4, nan: 1, infinite: 1 };
    expect(numbers(5)).toEqual({ values: [1, null, null, 4, 4], ...reach });
    expect(numbers(4)).toEqual({ values: null, ...reach });
    expect(computationGraph(y.sum(), { values: 0 }).nodes.at(-1)?.value.values).toEqual([null]);
    expect(computationGraph(x.slice(0, 0, 0)).nodes[1].value).toMatchObject({ values: [], min: null, mean: null });
  });

  test("goes through a tape of any depth", () => {
    let y = leaf(1);
    for (let i = 0; i < 20_000; i++) y = y.add(1);
    expect(computationGraph(y).operations).toBe(20_000);
  });
});

/** A layer with another around, whose own operation is a sum. */
class Residual extends nn.Module {
  readonly inner = new nn.Sequential(new nn.Linear(4, 4), new nn.Tanh());
  override forward(x: Tensor): Tensor {
    return x.add(this.inner.forward(x));
  }
}

describe("the computation graph of a model", () => {
  const parts = () => {
    const model = new nn.Sequential(new nn.Linear(4, 3), new nn.BatchNorm1d(3), new nn.Tanh(), new nn.Linear(3, 2));
    const [x, labels] = [randn([8, 4]), randint(0, 2, [8])];
    return { model, x, labels, loss: () => new nn.CrossEntropyLoss().forward(model.forward(x), labels) };
  };

  test("of a tensor names every layer's operation, and parameters", () => {
    const { model, x, loss } = parts();
    const graph = computationGraph(loss(), { model, names: { x } });
    expect(outline(graph)).toEqual([
      "x=constant()",
      "0.weight=parameter()",
      "0.bias=parameter()",
      "linear(0,1,2)",
      "1.weight=parameter()",
      "1.bias=parameter()",
      "batchNorm(3,4,5)",
      "tanh(6)",
      "3.weight=parameter()",
      "3.bias=parameter()",
      "linear(7,8,9)",
      "constant()",
      "crossEntropy(10,11)",
    ]);
    expectSound(graph);
  });

  test("has the values of every layer before backward, and after it, until what they are made of has changed", () => {
    const model = new nn.Sequential(new nn.Linear(4, 40), new nn.BatchNorm1d(40), new nn.Tanh(), new nn.Linear(40, 2));
    const x = randn([8, 4]);
    const passed: Tensor[] = [x];
    for (const layer of model) passed.push(layer.forward(passed[passed.length - 1]));
    const y = model.forward(x);
    const made = () => computationGraph(y, { model, values: 320 }).nodes.filter(({ operation }) => operation !== null);
    const expected = passed.slice(1).map((out) => [...out.data]);
    expect(made().map(({ value }) => value.values)).toEqual(expected);
    y.square().sum().backward();
    expect(made().map(({ value }) => value.values)).toEqual(expected);
    const z = model.forward(x);
    z.square().sum().backward();
    new optim.SGD(model.parameters(), { lr: 0.1 }).step();
    const after = computationGraph(z, { model, values: 320 }).nodes.filter(({ operation }) => operation !== null);
    expect(after.map(({ isChanged }) => isChanged)).toEqual([true, true, true, false]);
    expect(after.map(({ value }) => value.values)).toEqual([null, null, null, [...z.data]]);
  });

  test("of a function says which module made what", () => {
    const { model, loss } = parts();
    const { nodes, cost } = computationGraph(loss, { model });
    const made = nodes.filter(({ operations }) => operations > 0);
    expect(made.map(({ operation, module, type }) => [operation, module, type])).toEqual([
      ["linear", "0", "Linear"],
      ["batchNorm", "1", "BatchNorm1d"],
      ["tanh", "2", "Tanh"],
      ["linear", "3", "Linear"],
      ["crossEntropy", null, null],
    ]);
    expect(cost).toEqual({ forward: 1, backward: 0 });
  });

  test("has one node for each module, its parameters within", () => {
    const { model, x, labels, loss } = parts();
    const graph = computationGraph(loss, { model, collapse: "all", names: { x, labels } });
    expect(outline(graph)).toEqual([
      "x=constant()",
      "0:Linear(0)",
      "1:BatchNorm1d(1)",
      "2:Tanh(2)",
      "3:Linear(3)",
      "labels=constant()",
      "crossEntropy(4,5)",
    ]);
    expect(graph.nodes.map(({ parameters }) => parameters)).toEqual([0, 15, 6, 0, 8, 0, 0]);
    expect(graph.nodes[4].shape).toEqual([8, 2]);
    expectSound(graph);
  });

  test("opens modules from the outermost on, as far as stays readable", () => {
    const model = new nn.Sequential(new Residual(), new Residual(), new nn.Linear(4, 1));
    const x = randn([5, 4]);
    const at = (most: number) => computationGraph(() => model.forward(x), { model, most });
    expect(at(14)).toMatchObject({ collapsed: "nothing", operations: 7 });
    expect(at(14).nodes).toHaveLength(14);
    expect(outline(at(13))).toEqual([
      "constant()",
      "0.inner.0:Linear(0)",
      "0.inner.1:Tanh(1)",
      "add(0,2)",
      "1.inner.0:Linear(3)",
      "1.inner.1:Tanh(4)",
      "add(3,5)",
      "2:Linear(6)",
    ]);
    expect(outline(at(7))).toEqual([
      "constant()",
      "0.inner:Sequential(0)",
      "add(0,1)",
      "1.inner:Sequential(2)",
      "add(2,3)",
      "2:Linear(4)",
    ]);
    expect(outline(at(5))).toEqual(["constant()", "0:Residual(0)", "1:Residual(1)", "2:Linear(2)"]);
    expect(outline(at(1))).toEqual(["constant()", "0 … 2:Residual × 2 → Linear(0)"]);
    for (const most of [13, 7, 5, 1]) expectSound(at(most));
  });

  test("joins modules that follow one another when there are still too many", () => {
    const layers = Array.from({ length: 100 }, () => [new nn.Linear(4, 4), new nn.Tanh()]).flat();
    const model = new nn.Sequential(...layers);
    const x = randn([2, 4]);
    const graph = computationGraph(() => model.forward(x).sum(), { model });
    expect(outline(graph)).toEqual(["constant()", "0 … 199:(Linear → Tanh) × 100(0)", "sum(1)"]);
    expect(graph).toMatchObject({ collapsed: "runs", operations: 201 });
    expect(graph.nodes[1].parameters).toBe(2000);
    expectSound(graph);
  });

  test.each([
    ["A", "A"],
    ["A A", "A × 2"],
    ["A B A B A", "(A → B) × 2 → A"],
    ["C A B A B A B D D", "C → (A → B) × 3 → D × 2"],
    ["A B B A B B", "(A → B → B) × 2"],
    ["A B C D E F G", "A → B → … → G, 7 modules"],
  ])("calls %s %s", (types, expected) => {
    expect(describeRun(types.split(" "))).toBe(expected);
  });

  test("shows a parameter that two modules share, and each run of a module", () => {
    const [first, second] = [new nn.Linear(3, 3, { bias: false }), new nn.Linear(3, 3, { bias: false })];
    Object.assign(second, { weight: first.weight });
    const model = new nn.Sequential(first, second, first);
    const x = randn([2, 3]);
    const graph = computationGraph(() => model.forward(x), { model, collapse: "all" });
    expect(outline(graph)).toEqual([
      "constant()",
      "0.weight=parameter()",
      "0:Linear(0,1)",
      "1:Linear(2,1)",
      "0:Linear(3,1)",
    ]);
  });

  test("takes a model without modules within for one, and is right after a forward that threw", () => {
    const model = new nn.Linear(3, 2);
    const x = randn([2, 3]);
    const careless = () => {
      expect(() => model.forward(randn([2, 5]))).toThrow();
      return model.forward(x).sum();
    };
    const graph = computationGraph(careless, { model, collapse: "all" });
    expect(outline(graph)).toEqual(["constant()", ":Linear(0)", "sum(1)"]);
  });

  test("is right where a module goes on after one within has thrown, and of what a module has beside its output", () => {
    const beside: Tensor[] = [];
    class Careful extends nn.Module {
      readonly inner = new nn.Linear(9, 9);
      override forward(x: Tensor): Tensor {
        const y = x.exp();
        expect(() => this.inner.forward(y)).toThrow();
        beside.push(y.neg().sum());
        return y;
      }
    }
    const model = new nn.Sequential(new Careful());
    const x = tensor([[1, 2]], { requiresGrad: true });
    const whole = computationGraph(() => model.forward(x), { model, collapse: "all" });
    expect(outline(whole)).toEqual(["input()", "0:Careful(0)"]);
    const other = computationGraph(() => [model.forward(x), beside[1]][1], { model, collapse: "all" });
    expect(outline(other)).toEqual(["input()", "0:Careful(0)"]);
    expect(other.nodes[1]).toMatchObject({ shape: [], operations: 3 });
  });

  test("leaves the model as it was, also where the function calls backward or throws", () => {
    const { model, loss } = parts();
    loss().backward();
    const before = loss();
    const bits = (wanted: string) => [
      ...(model.namedParameters().find(([name]) => name === wanted)?.[1].grad?.data ?? []),
    ];
    const graph = expectUntouched(model, () =>
      computationGraph(
        () => {
          const y = loss();
          y.backward();
          y.backward();
          model.zeroGrad();
          y.backward();
          return y;
        },
        { model },
      ),
    );
    expect(graph.nodes.filter(({ gradient }) => gradient !== null)).toHaveLength(6);
    expect(graph.nodes.find(({ name }) => name === "3.bias")?.gradient?.values).toEqual(bits("3.bias"));
    before.backward();
    const throwing = () => {
      loss().backward();
      throw new RangeError("no");
    };
    expect(() => expectUntouched(model, () => computationGraph(throwing, { model }))).toThrow(RangeError);
    const y = loss();
    expectUntouched(model, () => computationGraph(y, { model }));
  });

  test("leaves hooks of the user's where they are, and sees the output that they give", () => {
    const { model, loss } = parts();
    const seen: string[] = [];
    const handle = model[2].registerForwardHook((_, __, y) => {
      seen.push("hook");
      return y.mul(2);
    });
    const graph = computationGraph(loss, { model, collapse: "all" });
    expect(graph.nodes.find(({ module }) => module === "2")?.operations).toBe(2);
    loss();
    handle.remove();
    loss();
    expect(seen).toHaveLength(2);
    expect(model[2].forward).toBe(Object.getPrototypeOf(model[2]).forward);
  });
});

describe("a computation graph is refused", () => {
  const model = new nn.Linear(2, 2);
  const y = leaf(1).mul(2);

  test.each([
    ["of no tensor", () => computationGraph(3 as never), "a tensor, or a function that returns one"],
    ["of a function without a model", () => computationGraph(() => y), "{ model }"],
    ["of a function without a tensor", () => computationGraph((() => 3) as never, { model }), "returns a tensor"],
    ["of a tensor by modules", () => computationGraph(y, { model, collapse: "all" }), "a function together"],
    ["with another option", () => computationGraph(y, { name: {} } as never), "options among"],
    [
      "with names of what is no tensor",
      () => computationGraph(y, { names: { a: 1 } as never }),
      "a tensor by the name",
    ],
    ["with a list of names", () => computationGraph(y, { names: [y] as never }), "an object of tensors"],
    ["with a part of a number", () => computationGraph(y, { values: 1.5 }), "a whole number of 0 or more as values"],
    ["with no nodes", () => computationGraph(y, { most: 0 }), "a whole number of 1 or more as most"],
    [
      "with another way",
      () => computationGraph(y, { collapse: "some" as never }),
      '"auto" or "all" or "none" as collapse',
    ],
    ["of what is no model", () => computationGraph(y, { model: {} as never }), "a module"],
  ])("%s", (_, run, expected) => {
    expect(refusal(run).expected).toContain(expected);
  });

  test("to be drawn, where it is none", async () => {
    await expect(toSvg({} as never)).rejects.toThrow("toSvg: expected a computation graph");
  });
});
