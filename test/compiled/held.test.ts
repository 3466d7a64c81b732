import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compiled, randn, type Tensor } from "evenkeel";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function collectAll(): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function trained(w: Tensor): (x: Tensor) => void {
  const step = compiled((x: Tensor) => {
    w.grad = null;
    x.matmul(w).square().sum().backward();
  });
  return (x) => {
    for (let i = 0; i < 3; i++) step(x);
  };
}

const distance = (w: Tensor, x: Tensor): number | undefined =>
  w.grad
    ?.sub(x.t().matmul(x.matmul(w)).mul(2))
    .abs()
    .max()
    .item();

test.each([true, false])("a gradient's memory is nobody else's, whether what made it is there: %s", async (isKept) => {
  const [x, y] = [randn([64, 64]), randn([64, 64])];
  const [w, v] = [0, 1].map(() => randn([64, 64], { requiresGrad: true }));
  const kept = [trained(w)];
  kept[0](x);
  if (!isKept) kept.pop();
  await collectAll();
  trained(v)(y);
  expect(kept).toHaveLength(isKept ? 1 : 0);
  expect(distance(w, x)).toBeLessThan(1e-2);
  expect(distance(v, y)).toBeLessThan(1e-2);
});
