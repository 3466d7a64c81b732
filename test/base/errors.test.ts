import { readFileSync } from "node:fs";
import {
  detectAnomaly,
  isTensorError,
  nn,
  ones,
  optim,
  TensorError,
  type TensorErrorCode,
  tensor,
  zeros,
} from "evenkeel";
import { gradientReport } from "evenkeel/analysis";
import { fromSafetensors } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import { optionalPackage } from "../../src/base/optionalPackage.ts";

/** For each code something that is refused with it. */
const refused: Record<TensorErrorCode, readonly (() => unknown)[]> = {
  EVENKEEL_ARGUMENT: [
    () => zeros([-1]),
    () => new nn.Linear(1, -1),
    () => new TensorError("x", { expected: "a", got: "b" }),
  ],
  EVENKEEL_OPTION: [
    () => new nn.Linear(1, 1, { bais: false } as never),
    () => new optim.Adam([zeros([1])], { rate: 1 } as never),
  ],
  EVENKEEL_PACKAGE: [
    () => optionalPackage("draw", "none", () => Promise.reject(new Error("not found")), { install: "none" }),
  ],
  EVENKEEL_FILE: [() => fromSafetensors(new Uint8Array(100))],
  EVENKEEL_STATE: [
    () => new nn.Linear(1, 1).loadStateDict({}),
    () =>
      new optim.SGD([zeros([1])], { lr: 1 }).loadStateDict(
        new optim.SGD([zeros([2]), zeros([1])], { lr: 1 }).stateDict(),
      ),
  ],
  EVENKEEL_CHANGED: [
    () => {
      const x = tensor([1, 2], { requiresGrad: true }).mul(2);
      const y = x.square().sum();
      x.detach().fill_(3);
      y.backward();
    },
  ],
  EVENKEEL_ANOMALY: [() => detectAnomaly(() => tensor([-1]).log())],
  EVENKEEL_NOT_FINITE: [
    () => {
      const model = new nn.Linear(1, 1);
      return gradientReport(model, () =>
        model
          .forward(ones([1, 1]))
          .mul(Number.NaN)
          .sum(),
      );
    },
  ],
};

async function thrown(fn: () => unknown): Promise<unknown> {
  try {
    const made = await fn();
    return made instanceof TensorError ? made : undefined;
  } catch (error) {
    return error;
  }
}

describe("the code of an error", () => {
  for (const [code, cases] of Object.entries(refused)) {
    test(code, async () => {
      for (const fn of cases) {
        const error = await thrown(fn);
        expect(isTensorError(error)).toBe(true);
        expect(error).toMatchObject({ code });
      }
    });
  }

  test("is explained in docs/reliability.md, each of them", () => {
    const page = readFileSync("docs/reliability.md", "utf8");
    expect([...page.matchAll(/^\| `(EVENKEEL_\w+)`/gm)].map(([, code]) => code)).toEqual(Object.keys(refused));
  });
});

test("what marks an error is not printed", () => {
  expect(Object.keys(new TensorError("x", { expected: "a", got: "b" })).sort()).toEqual([
    "code",
    "expected",
    "got",
    "hint",
    "name",
    "where",
  ]);
  expect(Object.getOwnPropertySymbols(new TensorError("x", { expected: "a", got: "b" }))).toEqual([]);
});
