import { compiled, Generator, manualSeed, nn, oneHot, optim, randint, randn, type Tensor, zeros } from "evenkeel";
import { type LossSurface, lossSurface, type Slice } from "evenkeel/analysis";
import { characters, contextLength, readNames, splitNames, toExamples } from "../demo/data.ts";

/** Batches of real names, as one-hot rows, and the letter that comes next. */
export interface Batch {
  readonly x: Tensor;
  readonly labels: Tensor;
}

/** What stands behind a linear layer, if anything does: a normalisation, or noise. */
export type Normalisation = (width: number) => nn.Module | null;

/** Batch norm, as the papers study it. */
export const batchNorm: Normalisation = (width) => new nn.BatchNorm1d(width);

/** Nothing. */
export const nothing: Normalisation = () => null;

const inputs = characters.length * contextLength;

/** Hidden layers of tanh units on the one-hot letters before, the same weights for the same seed. */
export function namesNetwork(
  normalisation: Normalisation,
  {
    hidden = 2,
    width = 50,
    scale = 1,
    seed = 0,
  }: { hidden?: number; width?: number; scale?: number; seed?: number } = {},
): nn.Sequential {
  manualSeed(seed);
  const widths = [inputs, ...new Array<number>(hidden).fill(width)];
  const layers = widths.slice(1).flatMap((size, i): nn.Module[] => {
    const linear = new nn.Linear(widths[i], size, { bias: false });
    linear.weight.data.set(linear.weight.data.map((w) => w * scale));
    const norm = normalisation(size);
    return [linear, ...(norm === null ? [] : [norm]), new nn.Tanh()];
  });
  return new nn.Sequential(...layers, new nn.Linear(width, characters.length));
}

/** A function that draws batches of names; the same for the same seed. */
export function namesBatches(size: number, seed: number): (step: number) => Batch {
  const { training } = splitNames(readNames(), new Generator().manualSeed(seed));
  const { contexts, next } = toExamples(training.slice(0, 4000));
  const generator = new Generator().manualSeed(seed + 1);
  return () => {
    const i = randint(0, next.numel(), [size], { generator });
    const x = oneHot(contexts.index(i), characters.length).to("float32").reshape([size, inputs]);
    return { x, labels: next.index(i) };
  };
}

/** Letters of names that no batch is drawn from. */
export function namesHeldOut(seed: number): Batch {
  const { validation } = splitNames(readNames(), new Generator().manualSeed(seed));
  const { contexts, next } = toExamples(validation.slice(0, 300));
  const x = oneHot(contexts, characters.length).to("float32").reshape([next.numel(), inputs]);
  return { x, labels: next };
}

export const namesLoss = (model: nn.Module, { x, labels }: Batch): Tensor =>
  nn.functional.crossEntropy(model.forward(x), labels);

/**
 * A network on names that is to find its own weights again: the loss, 1 for the mean of what it is to say, as its first weights
 * are moved along one direction at random, which is as long as they are. At 0 the loss is 0.
 */
export function ownWeights(
  normalisation: Normalisation,
  {
    hidden = 5,
    scale = 10,
    seed = 0,
    direction = seed,
  }: { hidden?: number; scale?: number; seed?: number; direction?: number } = {},
): Slice {
  const model = namesNetwork(normalisation, { hidden, scale, seed });
  const { x } = namesBatches(128, seed)(0);
  const target = model.forward(x).detach();
  const variance = target.var(0, { correction: 0 }).mean().item();
  const generator = new Generator().manualSeed(direction);
  const along = model.parameters().map((parameter, i) => {
    if (i > 0) return zeros([...parameter.shape]);
    const drawn = randn([...parameter.shape], { generator });
    return drawn.mul(parameter.norm().item() / drawn.norm().item());
  });
  const loss = () => model.forward(x).sub(target).square().mean().div(variance);
  return { model, loss, direction: along };
}

/**
 * The loss on a plane of random directions through first weights, with batch norm and without: of five hidden layers whose weights start
 * ten times their usual size, and of two with usual ones.
 */
export function planes(seed: number, points = 25): Readonly<Record<string, LossSurface>> {
  const networks = { deep: { hidden: 5, scale: 10 }, shallow: { hidden: 2, scale: 1 } };
  const variants = { "without batch norm": nothing, "with batch norm": batchNorm };
  const batch = namesBatches(128, seed)(0);
  return Object.fromEntries(
    Object.entries(networks).flatMap(([network, size]) =>
      Object.entries(variants).map(([variant, normalisation]) => {
        const model = namesNetwork(normalisation, { ...size, seed });
        const surface = lossSurface(model, () => namesLoss(model, batch), { extent: 0.5, points, seed });
        return [`${network}, ${variant}`, surface];
      }),
    ),
  );
}

/** Linear layers of 10 by 10 without biases, one after the other, and what they are to learn: `x ↦ Ax`. */
export function deepLinear(
  normalisation: Normalisation,
  { depth, samples, seed }: { depth: number; samples: number; seed: number },
) {
  manualSeed(seed);
  const target = randn([10, 10]);
  const x = randn([samples, 10]);
  const layers = Array.from({ length: depth }, (_, i): nn.Module[] => {
    const linear = new nn.Linear(10, 10, { bias: false });
    nn.init.xavierNormal_(linear.weight);
    const norm = i < depth - 1 ? normalisation(10) : null;
    return norm === null ? [linear] : [linear, norm];
  });
  const model = new nn.Sequential(...layers.flat());
  const y = x.matmul(target.T);
  return { model, loss: () => model.forward(x).sub(y).square().sum() };
}

/** The loss of a deep linear network after some steps, in parts of the first; null if it is not finite. */
export function lossLeft(
  { model, loss }: ReturnType<typeof deepLinear>,
  { lr, steps }: { lr: number; steps: number },
): number | null {
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const descend = compiled(() => {
    optimizer.zeroGrad();
    const now = loss();
    now.backward();
    optimizer.step();
    return now;
  });
  const first = loss().item();
  for (let step = 0; step < steps; step++) if (!Number.isFinite(descend().item())) return null;
  const last = loss().item() / first;
  return Number.isFinite(last) ? last : null;
}
