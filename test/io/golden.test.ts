import { readFileSync } from "node:fs";
import { nn, tensor } from "evenkeel";
import { fromNpy, fromSafetensors, readNpz, readSafetensors, toNpy, toSafetensors } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import { everyDtype, fileOf, metadata, sha256, trainedHere } from "../golden/io/ioCases.ts";

interface Golden {
  readonly npy: readonly { name: string; file: string; shape: number[]; values: (number | string)[] }[];
  readonly npz: { readonly stored: string; readonly compressed: string };
  readonly safetensors: { readonly file: string; readonly values: Record<string, (number | string)[]> };
  readonly trained: { readonly file: string; readonly x: number[]; readonly y: number[] };
  readonly loaded: { readonly sha256: string; readonly x: number[]; readonly y: number[] };
  readonly checked: readonly string[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../golden/io/io.json", import.meta.url), "utf8"));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const numbers = (values: readonly (number | string)[]) =>
  values.map((v) => (v === "inf" ? Infinity : v === "-inf" ? -Infinity : Number(v)));
const network = () =>
  new nn.Sequential(
    new nn.Linear(4, 16, { bias: false }),
    new nn.BatchNorm1d(16),
    new nn.Tanh(),
    new nn.Linear(16, 3),
  ).eval();

describe.each(golden.npy)("NumPy's $name", ({ file, shape, values }) => {
  test("is read as it is", () => {
    const x = fromNpy(bytesOf(file));
    expect(x.shape).toEqual(shape);
    expect(Array.from(x.data, Number)).toEqual(numbers(values));
  });
});

test.each(["stored", "compressed"] as const)("NumPy's .npz, %s, is read", async (how) => {
  const { w, b, ...others } = await readNpz(bytesOf(golden.npz[how]));
  expect(others).toEqual({});
  expect([w.dtype, b.dtype]).toEqual(["float32", "float64"]);
  expect(w.toArray()).toEqual(fromNpy(bytesOf(golden.npy[0].file)).toArray());
});

test("safetensors of all dtypes are read, those of half as float32", () => {
  const { tensors, metadata: notes } = fromSafetensors(bytesOf(golden.safetensors.file));
  expect(notes).toEqual({ made: "by PyTorch" });
  expect(Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.dtype]))).toEqual({
    float16: "float32",
    bfloat16: "float32",
    int64: "int32",
    bool: "bool",
    scalar: "float32",
  });
  for (const [name, x] of Object.entries(tensors)) {
    expect(Array.from(x.data, Number), name).toEqual(numbers(golden.safetensors.values[name]));
  }
});

test("NumPy and PyTorch have read what is written here, and it is still the same", () => {
  expect(golden.checked).toEqual(Object.keys(everyDtype()).sort());
  expect(sha256(fileOf(trainedHere().model))).toBe(golden.loaded.sha256);
});

test("a network trained in PyTorch says the same here", () => {
  const model = network();
  const { tensors } = fromSafetensors(bytesOf(golden.trained.file));
  expect(model.loadStateDict(tensors)).toEqual({ missing: [], unexpected: [] });
  const y = model.forward(tensor(golden.trained.x).reshape(8, 4));
  for (const [i, value] of golden.trained.y.entries()) expect(Math.abs(Number(y.data[i]) - value)).toBeLessThan(2e-6);
});

test("a network trained here says the same in PyTorch", () => {
  const { model, x } = trainedHere();
  expect(Array.from(x.data)).toEqual(golden.loaded.x);
  const y = model.forward(x);
  for (const [i, value] of golden.loaded.y.entries()) expect(Math.abs(Number(y.data[i]) - value)).toBeLessThan(2e-6);
});

test("every dtype comes back bit for bit, from bytes and from streams in any portions", async () => {
  const tensors = everyDtype();
  const bytes = toSafetensors(tensors, { metadata });
  for (const portion of [1, 7, 64, 1e6]) {
    const chunks = (async function* () {
      for (let at = 0; at < bytes.length; at += portion) yield bytes.subarray(at, at + portion);
    })();
    const read = await readSafetensors(chunks);
    expect(read.metadata).toEqual(metadata);
    for (const [name, x] of Object.entries(tensors)) {
      expect(read.tensors[name].shape, name).toEqual(x.shape);
      expect(new Uint8Array(read.tensors[name].data.buffer), name).toEqual(new Uint8Array(x.data.slice().buffer));
    }
  }
  for (const x of Object.values(tensors)) {
    const back = fromNpy(toNpy(x));
    expect([back.dtype, back.shape]).toEqual([x.dtype, x.shape]);
    expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(x.data.slice().buffer));
  }
});
