/** Prints the files that PyTorch is to read: see torchFiles.py. */
import { isTensor, manualSeed, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import { toTorch } from "evenkeel/io";
import { everyDtype, sha256 } from "./ioCases.ts";

/** A network as that of torchFiles.py and its optimiser, trained here for three steps; and the inputs. */
export function runHere() {
  manualSeed(8);
  const model = new nn.Sequential(
    new nn.Linear(4, 5, { bias: false }),
    new nn.BatchNorm1d(5),
    new nn.Tanh(),
    new nn.Linear(5, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const x = randn([16, 4]);
  const step = (): number => {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().mean();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  for (let i = 0; i < 3; i++) step();
  return { model, optimizer, x, step };
}

/** What is written, by name, and whether PyTorch 1.13 reads it with `weights_only`, which refuses floats, bytes and sets there. */
export function written(): Record<string, { readonly value: unknown; readonly weightsOnly: boolean }> {
  const w = tensor([[1, 2, 3]]);
  const { model } = runHere();
  return {
    "every dtype": { value: everyDtype(), weightsOnly: true },
    "a state dict": { value: model.stateDict(), weightsOnly: true },
    "one tensor": { value: w, weightsOnly: true },
    nothing: { value: {}, weightsOnly: true },
    "views of one memory": { value: [w, w, w.reshape(3, 1), w.reshape(3)], weightsOnly: true },
    "many names": {
      value: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`layer${i}`, tensor([i])])),
      weightsOnly: true,
    },
    "whole numbers": {
      value: [
        0,
        255,
        256,
        65535,
        65536,
        -1,
        -129,
        2 ** 31 - 1,
        -(2 ** 31),
        2 ** 31,
        2 ** 53 - 1,
        2n ** 100n,
        -(2n ** 63n),
      ],
      weightsOnly: true,
    },
    values: {
      value: {
        epoch: 12,
        lr: 0.1,
        special: [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300, 1e-300],
        texts: ["", "ü", "🙂", "a\nb"],
        nothing: null,
        flags: [true, false],
        nested: { deeper: { deepest: [[], {}] } },
        bytes: new Uint8Array([0, 127, 128, 255]),
        set: new Set([1]),
      },
      weightsOnly: false,
    },
  };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** A value as torchFiles.py has it, of dtypes as they are here. */
export function plain(value: unknown): unknown {
  if (isTensor(value)) {
    const { dtype, shape, data } = value as Tensor;
    return { dtype, shape: [...shape], elements: Array.from(data, spelled) };
  }
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Set) return { set: [...value].map(plain) };
  if (Array.isArray(value)) return { list: value.map(plain) };
  if (typeof value === "object" && value !== null) {
    return { dict: Object.entries(value).map(([name, field]) => [name, plain(field)]) };
  }
  return typeof value === "number" || typeof value === "bigint" ? { number: spelled(value) } : value;
}

/** The text of a number: whole ones without a point. */
const spelled = (value: number | bigint): string => (Object.is(value, -0) ? "-0.0" : String(value));

/** The file of a run, from which PyTorch is to go on. */
function runFile(): Uint8Array {
  const { model, optimizer } = runHere();
  return toTorch({ model: model.stateDict(), optimizer: optimizer.stateDict() });
}

/** What the files are, to the byte: so that those which PyTorch has read are those which are written today. */
export function hashes(): Record<string, string> {
  const files = Object.entries(written()).map(([name, { value }]) => [name, toTorch(value)] as const);
  return Object.fromEntries([...files, ["a run", runFile()] as const].map(([name, file]) => [name, sha256(file)]));
}

function cases() {
  const files = Object.entries(written()).map(([name, { value, weightsOnly }]) => {
    return [name, { file: base64(toTorch(value)), value: plain(value), weightsOnly }];
  });
  const run = { file: base64(runFile()), x: Array.from(runHere().x.data) };
  return { files: Object.fromEntries(files), run, sha256: hashes() };
}

if (process.argv[1]?.endsWith("torchCases.ts")) process.stdout.write(JSON.stringify(cases()));
