import { fileURLToPath } from "node:url";
import { type TensorBoardEntry, toTensorBoard } from "../../../src/io/index.ts";

/** A picture of one red pixel. */
const pixel = Uint8Array.from(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==",
    "base64",
  ),
);

/** Entries of every kind, whose file TensorBoard has read. */
export const entries: readonly TensorBoardEntry[] = [
  { step: 0, layer: "", metric: "loss", value: 2.5 },
  { step: 1, layer: "", metric: "loss", value: null },
  { step: 2, layer: "", metric: "loss", value: 1e-3 },
  { step: 0, layer: "block.0", metric: "update ratio", value: -0.125 },
  { tag: "rates/é", step: 7_000_000_000, value: 0.1 },
  { tag: "weights", step: 0, histogram: [1, 2, Number.NaN, 4, 2] },
  { tag: "weights", step: 1, histogram: { edges: [-1, 0, 2], counts: [3, 5] } },
  { tag: "weights", step: 2, histogram: new Float32Array([7, 7]) },
  { tag: "weights", step: 3, histogram: [] },
  { tag: "notes", step: 0, text: "rate **0.1** – ünïcode\n" },
  { tag: "plot", step: 3, png: pixel },
];

export const wallTime = 1_700_000_000.25;

/** Half of them behind the head, half behind that. */
export function written(): Uint8Array {
  const first = toTensorBoard(entries.slice(0, 5), { wallTime });
  const rest = toTensorBoard(entries.slice(5), { wallTime, continues: true });
  return Uint8Array.from([...first, ...rest]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(Buffer.from(written()).toString("base64"));
