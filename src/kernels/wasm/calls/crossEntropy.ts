import { empty, emptyLike } from "../../array.ts";
import type { CrossEntropySaved, Kernels } from "../../kernels.ts";
import { showing, take } from "../../memory/pool.ts";
import * as reference from "../../reference/index.ts";
import { type Machine, mostBytes } from "../machine.ts";

/** Cross-entropy of float32 and float64, in one call each way. */
export function crossEntropyOn(machine: Machine): Pick<Kernels, "crossEntropy" | "crossEntropyBackward"> {
  const [forward, backward] = [machine.twin("crossEntropy"), machine.twin("crossEntropyBackward")];

  return {
    crossEntropy(x, target, weight, settings) {
      if (3 * x.data.byteLength > mostBytes) return reference.crossEntropy(x, target, weight, settings);
      const { ignoreIndex, reduction, labelSmoothing } = settings;
      const [n, c] = x.shape;
      const lines = target.data.length;
      // What is kept for the gradient may be hidden, this not.
      const y = showing(() => empty(x.dtype, reduction === "none" ? target.shape : []));
      const [powers, totals] = [take(x.dtype, x.data.length), take("float64", lines + 1)];
      if (reduction === "none") machine.begin();
      else machine.beginRepeatable();
      const logits = machine.at(x.data);
      const labels = machine.put(target.data);
      const weights = weight === null ? 0 : machine.at(weight.data);
      const to = machine.roomFor(powers);
      const toTotals = machine.roomFor(totals);
      const toLosses = machine.room(16 * lines + 64);
      const isMean = reduction === "mean" ? 1 : 0;
      const scratch = machine.room(128);
      const loss = forward(x.dtype)(
        logits,
        labels,
        weights,
        to,
        toTotals,
        toLosses,
        n,
        c,
        n === 0 ? 1 : lines / n,
        ignoreIndex,
        isMean,
        labelSmoothing,
        scratch,
      );
      machine.get(to, powers);
      machine.get(toTotals, totals);
      const saved = { powers, totals } as CrossEntropySaved;
      if (reduction === "none") {
        const losses = new Float64Array(lines);
        machine.get(toLosses, losses);
        y.data.set(losses);
        return [y, saved];
      }
      machine.keepNumber(y.data, loss);
      return [y, saved];
    },

    crossEntropyBackward(g, saved, x, target, weight, settings) {
      if (3 * x.data.byteLength > mostBytes) {
        return reference.crossEntropyBackward(g, saved, x, target, weight, settings);
      }
      const { ignoreIndex, reduction, labelSmoothing } = settings;
      const [n, c] = x.shape;
      const d = n === 0 ? 1 : target.data.length / n;
      const gStep = reduction !== "none" ? 0 : x.data.BYTES_PER_ELEMENT;
      const dx = emptyLike(x);
      machine.beginRepeatable();
      const slopes = machine.at(g.data);
      const powers = machine.at(saved.powers);
      const totals = machine.at(saved.totals);
      const labels = machine.put(target.data);
      const weights = weight === null ? 0 : machine.at(weight.data);
      const to = machine.roomOver(powers, dx.data);
      const scratch = machine.room(128);
      backward(x.dtype)(
        slopes,
        gStep,
        powers,
        totals,
        labels,
        weights,
        to,
        n,
        c,
        d,
        ignoreIndex,
        labelSmoothing,
        scratch,
      );
      machine.get(to, dx.data);
      return dx;
    },
  };
}
