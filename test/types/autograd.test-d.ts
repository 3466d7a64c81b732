import {
  apply,
  type Fused,
  grad,
  hessian,
  hvp,
  jvp,
  type NDArray,
  noGrad,
  type Op,
  type Primitive,
  type Tensor,
  vjp,
} from "evenkeel";
import { gradcheck } from "evenkeel/testing";
import { describe, expectTypeOf, test } from "vitest";

declare const x: Tensor;
declare const pair: readonly [Tensor, Tensor];

describe("grad", () => {
  test("gives a tensor per input, and null among them only with allowUnused", () => {
    expectTypeOf(grad(x, [x])).toEqualTypeOf<Tensor[]>();
    expectTypeOf(grad(x, x, { createGraph: true, gradOutput: x })).toEqualTypeOf<Tensor[]>();
    expectTypeOf(grad(x, pair, { allowUnused: true })).toEqualTypeOf<(Tensor | null)[]>();
    expectTypeOf(grad(x, pair, { allowUnused: false })).toEqualTypeOf<Tensor[]>();
  });

  test("refuses options of other names", () => {
    // @ts-expect-error PyTorch's name
    grad(x, [x], { create_graph: true });
    // @ts-expect-error there is none
    grad(x, [x], { retainGraph: true });
    // @ts-expect-error the gradient comes first
    x.backward({ createGraph: true });
  });
});

describe("vjp, jvp and hvp", () => {
  test("answer one tensor for one, an array for an array", () => {
    expectTypeOf(vjp((a) => a, x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(vjp((a, b) => a.mul(b), [x, x])).toEqualTypeOf<[Tensor, Tensor[]]>();
    expectTypeOf(hvp((a) => a.sum(), x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(hvp((a, b) => a.dot(b), pair, pair)).toEqualTypeOf<[Tensor, Tensor[]]>();
    expectTypeOf(jvp((a, b) => a.mul(b), [x, x], [x, x])).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(hessian((a) => a.sum(), x)).toEqualTypeOf<Tensor>();
  });

  test("refuse functions and directions that do not fit", () => {
    // @ts-expect-error a direction for each input
    jvp((a, b) => a.mul(b), [x, x], x);
    // @ts-expect-error a function that returns no tensor
    vjp((a) => a.item(), x);
    // @ts-expect-error one input
    hessian((a: Tensor, b: Tensor) => a.dot(b), x);
  });
});

test("noGrad returns what the function returns", () => {
  expectTypeOf(noGrad(() => x.item())).toEqualTypeOf<number>();
  expectTypeOf(noGrad(() => [x, 1] as const)).toEqualTypeOf<readonly [Tensor, 1]>();
});

describe("an operation of one's own", () => {
  test("is a value, whose functions know their arguments", () => {
    const scale = (c: number): Primitive => ({
      name: "scale",
      forward: (k, a) => {
        expectTypeOf(a).toEqualTypeOf<NDArray>();
        return k.mulScalar(a, c);
      },
      vjp: [
        (g, y, a) => {
          expectTypeOf([g, y, a]).toEqualTypeOf<Tensor[]>();
          return g.mul(c);
        },
      ],
      needs: "nothing",
    });
    expectTypeOf(apply(scale(2), x)).toEqualTypeOf<Tensor>();
    expectTypeOf(x.apply(scale(2))).toEqualTypeOf<Tensor>();
    expectTypeOf<Primitive>().toExtend<Op>();
  });

  test("if fused, hands backward what forward saved", () => {
    const square = {
      name: "square",
      composite: (a) => a.square(),
      forward: (k, a) => [k.mul(a, a), { doubled: k.mulScalar(a, 2) }],
      backward: (k, g, saved) => {
        expectTypeOf(saved).toEqualTypeOf<{ doubled: NDArray }>();
        return [k.mul(g, saved.doubled)];
      },
    } satisfies Fused<{ doubled: NDArray }>;
    expectTypeOf(apply(square, x)).toEqualTypeOf<Tensor>();
  });

  test("is refused without its parts", () => {
    // @ts-expect-error no pullbacks
    const blind: Primitive = { name: "blind", forward: (_, a) => a };
    // @ts-expect-error forward is on arrays
    const tensors: Primitive = { name: "tensors", forward: () => x, vjp: [null] };
    // @ts-expect-error no such kernel
    const unknown: Primitive = { name: "unknown", forward: (k, a) => k.frobnicate(a), vjp: [null] };
    expectTypeOf([blind, tensors, unknown]).toEqualTypeOf<Primitive[]>();
  });

  test("is checked by gradcheck with functions of tensors", () => {
    expectTypeOf(gradcheck).toBeCallableWith((a: Tensor) => a.exp(), [x]);
  });
});
