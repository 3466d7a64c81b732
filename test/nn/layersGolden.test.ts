import { type Dtype, Generator, manualSeed, nn, randn, type Tensor, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { bits } from "../bits.ts";
import { expectClose, fromGolden } from "../close.ts";
import recorded from "../golden/nn/layers.json" with { type: "json" };

/** What PyTorch's layer gave, of this class, with these arguments and options, on inputs of these shapes. */
interface Case {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly (readonly number[])[];
  /** What each input is sent through. Default: nothing. */
  readonly through?: readonly ("" | "sigmoid")[];
  /** What `forward` is told beside its inputs. */
  readonly forward?: Readonly<Record<string, unknown>>;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly made: readonly string[];
  readonly values: Readonly<Record<string, readonly (number | string)[]>>;
}

/** Relative to the largest element of each array. */
const tolerances: Readonly<Record<string, number>> = { float32: 2e-6, float64: 1e-12 };

/** What is a chain of products, each as far off as a single one. */
const isLong = (module: string) => module === "MultiheadAttention";

const draw = (shape: readonly number[], seed: number, dtype: Dtype) =>
  randn(shape, { dtype, generator: new Generator().manualSeed(seed) });

function leaf(x: Tensor): Tensor {
  const made = x.detach().clone();
  made.requiresGrad = true;
  return made;
}

/** Lists among options of such names as tensors: bools as they are, numbers in the dtype of the case. */
function tensorsIn(options: Case["options"], names: RegExp, dtype: Dtype): Record<string, unknown> {
  const read = (value: number[]) => tensor(value, { dtype: typeof value.flat(3)[0] === "boolean" ? "bool" : dtype });
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      names.test(name) && Array.isArray(value) ? read(value as number[]) : value,
    ]),
  );
}

type LayerClass = new (...args: unknown[]) => nn.Module;

const cases = recorded.cases as unknown as readonly Case[];

describe.each(cases.map((given) => [`${given.module} ${JSON.stringify([given.args, given.options])}`, given] as const))(
  "%s",
  (_, { module, args, options, inputs: shapes, through = [], forward, dtype, shape, made, values }) => {
    const shown = (x: Tensor, i: number) => (through[i] === "sigmoid" ? x.sigmoid() : x);
    const given = tensorsIn(options, /weight$/i, dtype);
    const told = forward === undefined ? [] : [tensorsIn(forward, /Mask$/, dtype)];
    const outputs = (layer: nn.Module<unknown>, ...xs: Tensor[]): readonly (Tensor | null)[] => {
      const y = layer.forward(...xs, ...told);
      return Array.isArray(y) ? y : [y as Tensor, null];
    };
    const make = () => {
      manualSeed(5);
      return new (nn[module as keyof typeof nn] as unknown as LayerClass)(
        ...args,
        ...(Object.keys(options).length > 0 ? [given] : []),
      );
    };

    test("starts with PyTorch's bits", async () => {
      expect(
        await Promise.all(
          make()
            .parameters()
            .map((p) => bits(p.data, 128)),
        ),
      ).toEqual(made);
    });

    test(`is PyTorch's ${recorded.torch}, with its gradients, in ${dtype}`, () => {
      const layer = make().to(dtype);
      const inputs = shapes.map((shape, i) => leaf(shown(draw(shape, 10 + i, dtype).mul(2), i)));
      manualSeed(6);
      const [y, weights] = outputs(layer, ...inputs) as [Tensor, Tensor | null];
      expect(y.shape).toEqual(shape);
      y.backward(draw(y.shape, 90, dtype));
      const results: [string, Tensor | null][] = [
        ["y", y],
        ...(weights === null ? [] : [["weights", weights] as [string, Tensor]]),
        ...inputs.map((x, i): [string, Tensor | null] => [`dx${i}`, x.grad]),
        ...layer.namedParameters().map(([name, p]): [string, Tensor | null] => [`d ${name}`, p.grad]),
      ];
      outputs(layer, ...shapes.map((shape, i) => shown(draw(shape, 20 + i, dtype).add(1), i)));
      const buffers = layer.namedBuffers().filter(([, x]) => x.dtype === dtype);
      results.push(...buffers.map(([name, x]): [string, Tensor] => [`buffer ${name}`, x]));
      results.push(["evaluated", outputs(layer.eval(), ...inputs)[0]]);
      expect(results.map(([name]) => name).sort()).toEqual(Object.keys(values).sort());
      const tolerance = tolerances[dtype] * (isLong(module) ? 3 : 1);
      for (const [name, x] of results) expectClose((x as Tensor).data, fromGolden(values[name]), tolerance);
    });
  },
);
