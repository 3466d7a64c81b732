/** Prints the files that NumPy and PyTorch are to read: see io.py. */
import { createHash } from "node:crypto";
import { Generator, manualSeed, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import { toNpy, toNpz, toSafetensors } from "evenkeel/io";

/** Tensors of every dtype, with what is special about floats. */
export function everyDtype(): Record<string, Tensor> {
  const special = [1.5, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-45, 3.4e38];
  return {
    float32: tensor(special),
    float64: tensor(special, { dtype: "float64" }).reshape(7, 1),
    int32: tensor([[1, -2, 2147483647, -2147483648]], { dtype: "int32" }),
    bool: tensor([true, false, true]),
    scalar: tensor(2.5),
    empty: tensor([]).reshape(0, 3),
    "näme/with 'all' \"kinds\"": tensor([1]),
  };
}

export const metadata = { made: "by this library", text: 'ä "quoted" \\ 🙂' };

/** A network as that of io.py, trained here, in evaluation mode; and inputs. */
export function trainedHere(): { readonly model: nn.Sequential; readonly x: Tensor } {
  manualSeed(5);
  const model = new nn.Sequential(
    new nn.Linear(4, 16, { bias: false }),
    new nn.BatchNorm1d(16),
    new nn.Tanh(),
    new nn.Linear(16, 3),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const generator = new Generator().manualSeed(6);
  for (let step = 0; step < 50; step++) {
    const x = randn([32, 4], { generator });
    const labels = x.slice(1, 0, 2).gt(0).to("int32").sum(1).to("int32");
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(x), labels).backward();
    optimizer.step();
  }
  model.eval();
  return { model, x: randn([8, 4], { generator }) };
}

export const fileOf = (model: nn.Module) => toSafetensors(model.stateDict(), { metadata });

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const bytesOf = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function cases() {
  const tensors = everyDtype();
  const { model, x } = trainedHere();
  const file = fileOf(model);
  const each = <T>(of: (x: Tensor) => T) =>
    Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, of(x)]));
  return {
    files: {
      tensors: each((t) => ({ dtype: t.dtype, shape: t.shape, bytes: base64(bytesOf(t)) })),
      metadata,
      npy: each((t) => base64(toNpy(t))),
      npz: base64(toNpz(tensors)),
      safetensors: base64(toSafetensors(tensors, { metadata })),
    },
    trained: { file: base64(file), sha256: sha256(file), metadata, x: Array.from(x.data) },
  };
}

if (process.argv[1]?.endsWith("ioCases.ts")) process.stdout.write(JSON.stringify(cases()));
