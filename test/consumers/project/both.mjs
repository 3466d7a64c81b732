// ESM and CJS in one process are one library.
import { createRequire } from "node:module";
import { manualSeed, nn, tensor } from "evenkeel";

const cjs = createRequire(import.meta.url)("evenkeel");
if (cjs.nn.Linear === nn.Linear) throw new Error("these should be two copies");
const x = tensor([1, 2], { requiresGrad: true });
cjs.tensor([3, 4]).mul(x).sum().backward();
if (String(x.grad) !== "tensor([3., 4.])") throw new Error(String(x.grad));
manualSeed(1);
const first = cjs.randn([3]);
cjs.manualSeed(1);
if (
  !first
    .eq(cjs.randn([3]))
    .all()
    .item()
)
  throw new Error("two default generators");
console.log("one library");
