import { Generator, grad, nn, randn, type Tensor, type TensorError, zeros } from "evenkeel";
import { gradcheck, gradgradcheck } from "evenkeel/testing";
import { describe, expect, test } from "vitest";
import { expectClose } from "../close.ts";
import { modules } from "./modules.table.ts";

/** `forward` as a function of the inputs and the parameters, which take the places of the module's own. */
function functional(module: nn.Module, inputs: readonly Tensor[]) {
  const places = module.namedModules().flatMap(([, owner]) => {
    const fields = owner as unknown as Record<string, unknown>;
    const own = Object.entries(fields).filter(
      (entry): entry is [string, nn.Parameter] => entry[1] instanceof nn.Parameter,
    );
    return own.map(([field, parameter]) => ({ fields, field, parameter }));
  });
  const f = (...all: Tensor[]) => {
    (module as { generator?: Generator }).generator?.manualSeed(0);
    places.forEach(({ fields, field }, i) => {
      fields[field] = all[inputs.length + i];
    });
    try {
      return module.forward(...all.slice(0, inputs.length));
    } finally {
      for (const { fields, field, parameter } of places) fields[field] = parameter;
    }
  };
  return { f, all: [...inputs, ...places.map(({ parameter }) => parameter)] };
}

for (const { module, title, make, inputs, prints } of modules) {
  describe(`${module}${title ? `, ${title}` : ""}`, () => {
    test("prints as in PyTorch, in camelCase", () => expect(String(make())).toBe(prints));

    // A Sequential leaves that to its first layer.
    test.skipIf(module === "Sequential")(
      "what it refuses, it refuses under its own name, or that of its function",
      () => {
        const wrong = zeros([1, 1, 1, 1, 1, 1, 1], { dtype: "bool" });
        const names = [undefined as unknown as Tensor, wrong].flatMap((x) => {
          try {
            make().forward(...inputs().map(() => x));
            return [];
          } catch (error) {
            return [(error as TensorError).where.replace(/\.forward$/, "").toLowerCase()];
          }
        });
        expect(new Set([module.toLowerCase(), ...names]).size).toBe(1);
      },
    );

    for (const mode of ["training", "evaluation"]) {
      const set = () => functional(make().train(mode === "training"), inputs());

      test(`has the gradient that central differences have, in ${mode}`, () => {
        const { f, all } = set();
        expect(gradcheck(f, all)).toBe(true);
      });

      test(`has the second derivatives that central differences have, in ${mode}`, () => {
        const { f, all } = set();
        expect(gradgradcheck(f, all)).toBe(true);
      });

      test(`has the same gradient whether or not it is recorded, in ${mode}`, () => {
        const { f, all } = set();
        const y = f(...all);
        const gradOutput = randn(y.shape, { dtype: y.dtype, generator: new Generator().manualSeed(1) });
        const wanted = all.filter((x) => x.requiresGrad);
        const fast = grad(y, wanted, { gradOutput });
        const recorded = grad(y, wanted, { gradOutput, createGraph: true });
        // Together, for some are nothing but rounding: a bias before batch norm has no effect.
        const flat = (gradients: readonly Tensor[]) => gradients.flatMap((g) => Array.from(g.data));
        expectClose(flat(fast), flat(recorded), 1e-12);
      });

      test(`leaves its inputs as they were, in ${mode}`, () => {
        const before = inputs();
        const given = inputs();
        make()
          .train(mode === "training")
          .forward(...given);
        given.forEach((x, i) => expect(x.toArray()).toEqual(before[i].toArray()));
      });
    }

    test("computes the same in float32, and after a round trip of its state", () => {
      const original = make().eval();
      const given = inputs();
      const copy = make().eval();
      copy.loadStateDict(original.stateDict());
      expect(copy.forward(...given).toArray()).toEqual(original.forward(...given).toArray());
      const narrow = given.map((x) => (x.dtype === "float64" ? x.to("float32") : x));
      const [y, y32] = [original.forward(...given), copy.to("float32").forward(...narrow)];
      expect(y32.dtype).toBe("float32");
      expectClose(y32.data, y.data, 1e-5);
    });
  });
}

describe("the table of modules", () => {
  test("has a row for every module class that is exported", () => {
    const isModuleClass = (value: unknown) => typeof value === "function" && value.prototype instanceof nn.Module;
    const classes = Object.entries(nn).filter(([, value]) => isModuleClass(value));
    const called = classes.map(([name]) => name).filter((name) => name !== "ModuleDict"); // which holds some, and is not called
    expect([...new Set(modules.map(({ module }) => module))].sort()).toEqual(called.sort());
  });
});
