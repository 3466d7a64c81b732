import { kernelsName } from "evenkeel";
import { expect, test } from "vitest";
import golden from "../golden/ops/special.json" with { type: "json" };
import { modulesAsFunctions } from "../nn/specialModules.ts";
import { nameOf } from "./ops.table.ts";
import { casesAt, casesOfRow, differentiable } from "./specialCases.ts";
import { allowed } from "./specialDifferences.ts";
import { differences, used } from "./specialGradients.ts";

// Where a multiplication by 0 is no longer 0: what is masked has to be left out, where PyTorch leaves it out.

const dtypes = ["float32", "float64"] as const;
const operations = differentiable.flatMap((row) => dtypes.map((dtype) => [nameOf(row), dtype, row] as const));

test.each(operations)(
  `%s has PyTorch ${golden.torch}'s gradients of two orders at special values, in %s`,
  (name, dtype, row) => expect(differences(name, row.run, casesOfRow(row), dtype, row.single)).toEqual([]),
);

// Random numbers are others in float32.
const modules = modulesAsFunctions.flatMap((module) =>
  dtypes
    .filter((dtype) => dtype === "float64" || !module.isRandom)
    .map((dtype) => [module.key, dtype, module] as const),
);

test.each(modules)(
  `%s has PyTorch ${golden.torch}'s gradients of two orders at special values, in %s`,
  (key, dtype, module) => expect(differences(key, module.run, casesAt(module.inputs), dtype, 2e-5)).toEqual([]),
);

test("every difference from PyTorch that is allowed has been seen", () => {
  const left = allowed.filter(({ kernels = kernelsName() }, i) => !used.has(i) && kernels === kernelsName());
  expect(left.map(({ of, why }) => `${of}: ${why}`)).toEqual([]);
});
