import { cat, isnan, nanToNum, noGrad, oneHot, ones, type Tensor, tensor, zeros } from "evenkeel";
import { fromSafetensors, toSafetensors } from "evenkeel/io";
import { BatchNorm1d, Linear, Module, Sequential, Tanh } from "evenkeel/nn";

/** The kinds of pumps, and what is measured of each, in the order of the network's inputs. */
export const kinds = ["gear", "screw", "vane"] as const;
export const measured = ["age", "temperature", "pressure", "vibration"] as const;

/** One pump; null is a measurement that is missing. */
export type Pump = { readonly kind: (typeof kinds)[number] } & Readonly<
  Record<(typeof measured)[number], number | null>
>;

/**
 * Says of pumps whether they will fail: logits `[n, 2]` from measurements `[n, 4]`, NaN where they are missing, and kinds
 * `[n]`. How measurements are scaled is part of the network, as buffers, so that the two cannot be parted in a file.
 */
export class PumpNetwork extends Module {
  readonly mean: Tensor;
  readonly std: Tensor;
  readonly layers: Sequential;

  constructor({ mean, std }: { mean: Tensor; std: Tensor } = { mean: zeros([4]), std: ones([4]) }) {
    super();
    this.mean = mean;
    this.std = std;
    const inputs = 2 * measured.length + kinds.length;
    this.layers = new Sequential(
      new Linear(inputs, 16, { bias: false }),
      new BatchNorm1d(16),
      new Tanh(),
      new Linear(16, 2),
    );
  }

  override forward(measurements: Tensor, kind: Tensor): Tensor {
    // What is missing is taken for average, and the network is told that it is missing.
    const scaled = nanToNum(measurements.sub(this.mean).div(this.std));
    const missing = isnan(measurements).to("float32");
    return this.layers.forward(cat([scaled, missing, oneHot(kind, kinds.length).to("float32")], 1));
  }
}

/** Pumps as what the network takes. */
export function inputsOf(pumps: readonly Pump[]): readonly [measurements: Tensor, kind: Tensor] {
  return [
    tensor(pumps.map((pump) => measured.map((name) => pump[name] ?? Number.NaN))),
    tensor(
      pumps.map(({ kind }) => kinds.indexOf(kind)),
      { dtype: "int32" },
    ),
  ];
}

/** The probability of each pump to fail. The network has to be in evaluation. */
export function probabilities(network: PumpNetwork, pumps: readonly Pump[]): number[] {
  const [measurements, kind] = inputsOf(pumps);
  return noGrad(() => network.forward(measurements, kind).softmax(1).select(1, 1)).toArray<number[]>();
}

/** The network as a file. */
export function save(network: PumpNetwork): Uint8Array<ArrayBuffer> {
  return toSafetensors(network.stateDict(), { metadata: { kinds: kinds.join(), measured: measured.join() } });
}

/** The network of a file, in evaluation. */
export function load(bytes: Uint8Array): PumpNetwork {
  const { tensors, metadata } = fromSafetensors(bytes);
  if (metadata.kinds !== kinds.join() || metadata.measured !== measured.join()) {
    throw new Error("The file is of a network with other inputs.");
  }
  const network = new PumpNetwork();
  network.loadStateDict(tensors);
  network.eval();
  return network;
}

/** What somebody has sent, as a pump; an error says what is wrong with it. */
export function pumpOf(value: unknown): Pump {
  const record = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const kind = kinds.find((one) => one === record.kind);
  if (kind === undefined) throw new Error(`kind has to be one of ${kinds.join(", ")}.`);
  const numbers = measured.map((name) => {
    const number = record[name] ?? null;
    if (number !== null && !Number.isFinite(number)) throw new Error(`${name} has to be a number, or null.`);
    return [name, number] as const;
  });
  return { kind, ...(Object.fromEntries(numbers) as Omit<Pump, "kind">) };
}
