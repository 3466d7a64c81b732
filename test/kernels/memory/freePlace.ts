import { giveData, hide, take } from "../../../src/kernels/memory/pool.ts";

/** Where the next hidden array of so many float32 would lie: what was there before has been given back if it is the same. */
export function freePlace(length: number): number {
  const data = hide(() => take("float32", length));
  giveData(data);
  return data.byteOffset;
}
