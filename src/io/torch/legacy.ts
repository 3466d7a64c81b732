import { refuse, refuseFile } from "../bytes/checks.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { isA, type Pickled, type PickledStorage, saidOf } from "./pickled.ts";
import type { Saved } from "./saved.ts";
import { unpickle } from "./unpickle.ts";

// The format before PyTorch 1.6, which later ones still write where they are asked to: five pickles, one after the other, and the
// bytes of the storages in the order of the last.

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** Reads a file of the older format. */
export function readLegacy(where: string, bytes: Uint8Array): Saved {
  const place = { where, part: "the file" };
  const cursor = cursorOf(place, bytes);
  if (unpickle(cursor) !== magic) {
    refuseFile(where, {
      expected: "what torch.save wrote",
      got: "a pickle of something else",
      hint: "In Python, write torch.save(state_dict, path), and read that.",
    });
  }
  const version = unpickle(cursor);
  if (version !== protocol) refuse(place, `protocol ${protocol}`, saidOf(version));
  if (!isA("dict", unpickle(cursor))) refuse(place, "what is said of the machine", "something else");
  const storages = new Map<string, PickledStorage>();
  const value = unpickle(cursor, (storage) => {
    if (!storages.has(storage.key)) storages.set(storage.key, storage);
  });
  const keys = unpickle(cursor);
  if (!isA("list", keys)) return refuse(place, "a list of storages", saidOf(keys));
  const parts = partsOf(cursor, keys.items, storages);
  if (cursor.at() !== bytes.length) refuse(place, `a file of ${cursor.at()} bytes`, `${bytes.length}`);
  return { value, isBigEndian: false, bytesOf: (key) => parts.get(key) };
}

/** The bytes of each storage: before them stands how many elements it has. */
function partsOf(
  cursor: Cursor,
  keys: readonly Pickled[],
  storages: ReadonlyMap<string, PickledStorage>,
): ReadonlyMap<string, Uint8Array> {
  const parts = new Map<string, Uint8Array>();
  for (const key of keys) {
    const name = String(key);
    const storage = storages.get(name);
    if (storage === undefined || parts.has(name)) {
      return refuse(cursor.place, "the storages of its tensors, each once", saidOf(key));
    }
    parts.set(name, cursor.bytes(cursor.long() * storage.width));
  }
  return parts;
}
