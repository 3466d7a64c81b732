import type { Elements } from "../../base/dtype.ts";
import { show, TensorError, type TensorErrorCode } from "../../base/errors.ts";

/** Whether the memory of an array has been taken away: its buffer was transferred, as to a worker. */
export function isDetached({ data, shape }: Elements): boolean {
  return data.length === 0 && !shape.includes(0);
}

/** Refuses an array whose memory has been taken away. */
export function refuseDetached(where: string, x: Elements, code?: TensorErrorCode): void {
  if (isDetached(x)) refuseTransferred(where, `${x.dtype} of shape ${show(x.shape)}`, code);
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
