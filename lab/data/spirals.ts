import { cat, Generator, randn, tensor } from "evenkeel";
import type { Dataset, Examples } from "./dataset.ts";

/** Three spirals in the plane, with some noise: 300 points on each to learn from, 100 held out. */
export function spirals(seed: number): Dataset {
  const generator = new Generator().manualSeed(seed);
  const draw = (points: number): Examples => {
    const arms = [0, 1, 2].map((arm) => {
      const radius = Array.from({ length: points }, (_, i) => (i + 1) / points);
      const turn = radius.map((r) => 4 * r + (2 * Math.PI * arm) / 3);
      const clean = tensor(radius.map((r, i) => [r * Math.sin(turn[i]), r * Math.cos(turn[i])]));
      return clean.add(randn([points, 2], { generator }).mul(0.03)).mul(2);
    });
    const labels = [0, 1, 2].flatMap((arm) => new Array<number>(points).fill(arm));
    return { x: cat(arms), labels: tensor(labels, { dtype: "int32" }) };
  };
  return { inputs: 2, classes: 3, training: draw(300), heldOut: draw(100) };
}
