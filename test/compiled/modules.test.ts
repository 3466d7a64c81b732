import { Generator, grad, nn, optim, randn, type Tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { modules } from "../nn/modules.table.ts";
import { zoo } from "../nn/zoo.ts";
import { expectEager, expectReplayed, type World } from "./alike.ts";

const title = ({ module, title: special }: (typeof modules)[number]) => (special ? `${module}, ${special}` : module);

/** Fresh inputs of the kinds that a row has, for a call: floats moved a little, labels as they are. */
function inputsOf(row: (typeof modules)[number], call: number, dtype: "float32" | "float64"): Tensor[] {
  return row.inputs().map((x) => {
    if (x.dtype !== "float64") return x;
    const moved = x.detach().mul(1 - (call % 5) / 16);
    const made = moved.to(dtype).detach();
    made.requiresGrad = x.requiresGrad;
    return made;
  });
}

const generatorsIn = (module: nn.Module) =>
  module.namedModules().flatMap(([, layer]) => (layer as { generator?: Generator }).generator ?? []);

/** What of a module is to be the same: its state, its gradients and its generators. */
const stateOf = (module: nn.Module) => () => ({
  state: module.stateDict(),
  gradients: module.namedParameters().map(([name, p]) => [name, p.grad]),
  generators: generatorsIn(module),
});

const weigh = (y: Tensor) => {
  const values = y.dtype === "float32" || y.dtype === "float64" ? y : y.to("float32");
  return values.mul(values).add(values).sum();
};

/** Rows that stay eager, and what the reason names. */
const eagerRows: Readonly<Record<string, RegExp>> = {
  "Embedding, with options that leave the gradient as it is": /an embedding with maxNorm/,
};

describe.each(modules.map((row) => [title(row), row] as const))("%s", (name, row) => {
  describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
    test.each([true, false])("is trained as it is written, training = %s", (training) => {
      const make = (): World => {
        const module = row.make().train(training).to(dtype);
        for (const generator of generatorsIn(module)) generator.manualSeed(3);
        const parameters = module.parameters();
        const optimizer = parameters.length === 0 ? null : new optim.SGD(parameters, { lr: 0.01, momentum: 0.9 });
        return {
          call: (...inputs: Tensor[]) => {
            optimizer?.zeroGrad();
            const y = module.forward(...inputs) as Tensor;
            const loss = weigh(y);
            if (loss.requiresGrad) loss.backward();
            optimizer?.step();
            return { y, loss };
          },
          state: stateOf(module),
        };
      };
      const args = (call: number) => inputsOf(row, call, dtype).map((x) => x.detach());
      if (name in eagerRows) expectEager(make, eagerRows[name], { args });
      else expectReplayed(make, { args, calls: 20, looks: (call) => call % 5 === 4 });
    });

    test("gives gradients of its inputs and parameters as it is written", () => {
      const make = (): World => {
        const module = row.make().to(dtype);
        for (const generator of generatorsIn(module)) generator.manualSeed(3);
        const parameters = module.parameters();
        return {
          call: (...inputs: Tensor[]) => {
            const y = weigh(module.forward(...inputs) as Tensor);
            const wanted = [...inputs.filter((x) => x.requiresGrad), ...parameters];
            return y.requiresGrad ? grad(y, wanted, { allowUnused: true }) : y;
          },
          state: stateOf(module),
        };
      };
      const args = (call: number) => inputsOf(row, call, dtype);
      if (name in eagerRows) expectEager(make, eagerRows[name], { args });
      else expectReplayed(make, { args, calls: 6 });
    });
  });
});

/** What stays eager, and what the reason names. */
const eager: Readonly<Record<string, RegExp>> = {
  "parameters of its own, one of no dimensions": /a field of OfItsOwn that it changes: steps/,
  "running statistics by hand": /a field of ByHand that it changes: runningMean/,
  "an output that is kept": /a field of Keeping that it changes: out/,
};

describe.each(Object.entries(zoo))("a module as people write them: %s", (name, build) => {
  test(name in eager ? "stays as it is, and says why" : "is trained as it is written", () => {
    const make = (): World => {
      const module = build();
      const optimizer = new optim.Adam(
        module.parameters().filter((p) => p.requiresGrad),
        { lr: 0.01 },
      );
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.mseLoss(module.forward(x) as Tensor, y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: stateOf(module),
      };
    };
    const args = (call: number) => {
      const generator = new Generator().manualSeed(call);
      return [randn([5, 3], { generator }), randn([5, 3], { generator })];
    };
    if (name in eager) expectEager(make, eager[name], { args });
    else expectReplayed(make, { args, calls: 20, looks: (call) => call > 9 });
  });
});

test("what stays eager is in the zoo or the table", () => {
  for (const name of Object.keys(eager)) expect(Object.keys(zoo)).toContain(name);
  for (const name of Object.keys(eagerRows)) expect(modules.map(title)).toContain(name);
});
