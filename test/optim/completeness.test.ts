import { optim } from "evenkeel";
import { expect, test } from "vitest";
import averaged from "../golden/optim/averaged.json" with { type: "json" };
import golden from "../golden/optim/optim.json" with { type: "json" };

test("every optimiser and every scheduler has values of PyTorch's", () => {
  const classes = { ...optim, ...optim.lrScheduler } as Record<string, unknown>;
  const names = Object.keys(classes).filter((name) => typeof classes[name] === "function");
  const known = JSON.stringify([golden, averaged]);
  const bases = ["Optimizer", "LRScheduler"];
  expect(names.filter((name) => !bases.includes(name) && !known.includes(`"${name}"`))).toEqual([]);
});
