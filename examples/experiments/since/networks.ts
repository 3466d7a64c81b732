import { type Dtype, manualSeed, nn, type Tensor } from "evenkeel";
import type { Comparison } from "evenkeel/analysis";
import type { Profile } from "evenkeel/plot";
import type { Normalisation } from "../networks.ts";

/** How a stack of layers is made. */
interface StackOptions {
  /** How wide each layer is, that of the inputs first. */
  readonly widths: readonly number[];
  /** What stands behind each linear layer but the last. */
  readonly normalisation: Normalisation;
  /** What stands behind that. Default: ReLU. */
  readonly activation?: () => nn.Module | null;
  /** Whether there is a linear layer behind the last activation, to so many outputs. Default: none. */
  readonly outputs?: number;
  /** By what the weights are drawn: normal, of variance `gain²` by the number of inputs. Default: √2, for ReLU. */
  readonly gain?: number;
  readonly seed: number;
  readonly dtype?: Dtype;
}

/** Linear layers without biases, each with its normalisation and activation behind it; the same weights for the same seed. */
export function stack({
  widths,
  normalisation,
  activation = () => new nn.ReLU(),
  outputs,
  gain = Math.SQRT2,
  seed,
  dtype = "float32",
}: StackOptions): nn.Sequential {
  manualSeed(seed);
  const linear = (from: number, to: number): nn.Linear => {
    const layer = new nn.Linear(from, to, { bias: false, dtype: dtype as "float32" });
    nn.init.normal_(layer.weight, { std: gain / Math.sqrt(from) });
    return layer;
  };
  const layers = widths.slice(1).flatMap((to, i) => [linear(widths[i], to), normalisation(to), activation()]);
  const last = outputs === undefined ? [] : [linear(widths[widths.length - 1], outputs)];
  return new nn.Sequential(...[...layers, ...last].filter((layer) => layer !== null));
}

/** The dotted names of the modules of a class. */
export const namesOf = (model: nn.Module, type: new (...given: never[]) => nn.Module): string[] =>
  model.namedModules().flatMap(([name, module]) => (module instanceof type ? [name] : []));

/** What was recorded of a metric, for each variant, and layer by layer where there are any, as lines over the steps. */
export function linesOf(
  { runs }: Comparison,
  metric: string,
  layers = Number.POSITIVE_INFINITY,
): Record<string, Profile> {
  return Object.fromEntries(
    runs.flatMap(({ variant, recording }) => {
      const rows = recording.rows.filter((row) => row.metric === metric);
      const names = [...new Set(rows.map(({ layer }) => layer))].slice(0, layers);
      return names.map((layer, i): [string, Profile] => {
        const own = rows.filter((row) => row.layer === layer);
        const name = layer === "" ? variant : `${variant}, layer ${i + 1}`;
        return [name, { x: own.map(({ step }) => step), y: own.map(({ value }) => value) }];
      });
    }),
  );
}

/** One step of plain gradient descent, and the loss before it. */
export function descend(model: nn.Module, loss: () => Tensor, lr: number): number {
  for (const p of model.parameters()) p.grad = null;
  const value = loss();
  value.backward();
  for (const p of model.parameters()) {
    const { grad } = p;
    if (grad !== null) p.data.set(p.data.map((x, i) => x - lr * grad.data[i]));
  }
  return value.item();
}
