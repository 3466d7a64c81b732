import { Generator, nn, optim, type Tensor } from "evenkeel";
import {
  ActivationDrift,
  type DriftReport,
  type InternalCovariateShift,
  internalCovariateShift,
  type LineProbe,
  lineProbe,
} from "evenkeel/analysis";
import { accuracyOf, type ImageBatch, type ImageData, imageBatches, type Pictures } from "./images.ts";

/** What stands behind a convolution, if anything does. */
export type Normalisation2d = (channels: number) => nn.Module | null;

/** A network in the manner of VGG: blocks of convolutions of 3 by 3, each with a ReLU, and half the size behind each block. */
interface VggSize {
  /** The channels of each block. */
  readonly channels: readonly number[];
  /** How many convolutions each block has. */
  readonly convolutions: readonly number[];
}

/** A VGG-like network by Glorot's initialisation, the same weights for the same generator's seed. */
function vggLike(
  [inputs, height, width]: Pictures["shape"],
  { channels: widths, convolutions }: VggSize,
  normalisation: Normalisation2d,
  generator: Generator,
): nn.Sequential {
  let [from, h, w] = [inputs, height, width];
  const blocks = widths.flatMap((to, block): nn.Module[] => {
    const layers = Array.from({ length: convolutions[block] }, (): nn.Module[] => {
      const convolution = new nn.Conv2d(from, to, 3, { padding: 1, bias: false });
      nn.init.xavierNormal_(convolution.weight, { generator });
      from = to;
      const norm = normalisation(to);
      return [convolution, ...(norm === null ? [] : [norm]), new nn.ReLU()];
    });
    [h, w] = [Math.floor(h / 2), Math.floor(w / 2)];
    return [...layers.flat(), new nn.MaxPool2d(2)];
  });
  const last = new nn.Linear(from * h * w, 10);
  nn.init.xavierNormal_(last.weight, { generator });
  nn.init.zeros_(last.bias as Tensor);
  return new nn.Sequential(...blocks, new nn.Flatten(), last);
}

/** How a network is trained, and how often it is looked at. */
export interface VggTraining {
  readonly size: VggSize;
  readonly batch: number;
  readonly steps: number;
  readonly lr: number;
  readonly seed: number;
  /** Every so many steps the landscape along the gradient and internal covariate shift are measured; never without. */
  readonly every?: number;
  /** By how many pictures it is tested. */
  readonly tested: number;
}

/** What was seen of one run. */
export interface VggRun {
  readonly losses: readonly number[];
  /** The share of pictures held out that it recognises at the end. */
  readonly accuracy: number;
  readonly probes: readonly { readonly step: number; readonly probe: LineProbe }[];
  readonly shifts: readonly InternalCovariateShift[];
  /** Of what goes into the last ReLU. */
  readonly drift: DriftReport;
}

/** Trains a network by plain gradient descent at a fixed rate, as the paper does, from the same weights and on the same batches for a seed. */
export function trainVgg(
  data: ImageData,
  normalisation: Normalisation2d,
  { size, batch, steps, lr, seed, every, tested }: VggTraining,
): VggRun {
  const model = vggLike(data.training.shape, size, normalisation, new Generator().manualSeed(seed));
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const next = imageBatches(data.training, batch, seed + 1);
  const relus = model.namedModules().flatMap(([name, module]) => (module instanceof nn.ReLU ? [name] : []));
  const drift = new ActivationDrift(model, { layers: [relus[relus.length - 1]], what: "input" });
  const [losses, probes, shifts]: [number[], { step: number; probe: LineProbe }[], InternalCovariateShift[]] = [
    [],
    [],
    [],
  ];
  for (let step = 0; step < steps; step++) {
    const pictures = next();
    const loss = () => lossOf(model, pictures);
    if (every !== undefined && step % every === 0) {
      probes.push({ step, probe: lineProbe(model, loss, { preset: "vgg", lr }) });
      shifts.push(internalCovariateShift(model, loss, { optimizer, batchNormWith: "preceding" }));
    }
    optimizer.zeroGrad();
    const now = loss();
    now.backward();
    optimizer.step();
    drift.step();
    losses.push(now.item());
  }
  drift.detach();
  return { losses, accuracy: accuracyOf(model, data.test, tested), probes, shifts, drift: drift.report() };
}

const lossOf = (model: nn.Module, { x, labels }: ImageBatch): Tensor =>
  nn.functional.crossEntropy(model.forward(x), labels);
