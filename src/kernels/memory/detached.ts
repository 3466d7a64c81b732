import type { Data, Elements } from "../../base/dtype.ts";
import { show, TensorError, type TensorErrorCode } from "../../base/errors.ts";

/** Whether the memory of an array has been taken away: its buffer was transferred, as to a worker. */
export function isDetached({ data, shape }: Elements): boolean {
  return data.length === 0 && !shape.includes(0);
}

/** The buffers that were taken away because what was in them is made again elsewhere. */
const made = new WeakSet<object>();

/** Takes memory away that a compiled function makes again elsewhere, so that nobody reads what is old. */
export function takeAway({ buffer, byteLength }: Data): void {
  if (byteLength === 0 || byteLength !== buffer.byteLength || typeof structuredClone !== "function") return;
  made.add(buffer);
  structuredClone(buffer, { transfer: [buffer] });
}

/** Refuses an array whose memory has been taken away. */
export function refuseDetached(where: string, x: Elements, code?: TensorErrorCode): void {
  if (!isDetached(x)) return;
  const what = `${x.dtype} of shape ${show(x.shape)}`;
  if (!made.has(x.data.buffer)) refuseTransferred(where, what, code);
  throw new TensorError(where, {
    expected: "elements in memory",
    got: `${what}, made inside a compiled function, where its memory is used again`,
    hint: "Have the function return it: what it returns is the caller's.",
    ...(code === undefined ? {} : { code }),
  });
}

/** Says that the memory of something has been taken away. */
export function refuseTransferred(where: string, what: string, code: TensorErrorCode = "EVENKEEL_ARGUMENT"): never {
  throw new TensorError(where, {
    expected: "elements in memory",
    code,
    got: `${what}, whose buffer has been transferred`,
    hint: "Send a copy instead: x.data.slice() has a buffer of its own.",
  });
}
