import type { Pickled } from "./pickled.ts";

/** What `torch.save` has saved, of which nothing has been made. */
export interface Saved {
  readonly value: Pickled;
  /** Whether the highest byte of an element comes first. */
  readonly isBigEndian: boolean;
  /** The bytes of a storage by its key, in place; undefined where there are none. */
  readonly bytesOf: (key: string) => Uint8Array | undefined;
}
