import { describe } from "../../base/errors.ts";
import { type Place, refuse, refuseFile } from "../bytes/checks.ts";
import { crc32 } from "../bytes/crc.ts";
import { isStored, storedBytes, unzipped, type ZipEntry, zipEntries } from "../zip/readZip.ts";
import { cursorOf } from "./cursor.ts";
import type { Saved } from "./saved.ts";
import { unpickle } from "./unpickle.ts";

// The format since PyTorch 1.6: a zip file with a pickle, `data.pkl`, and a file for each storage in `data/`, all in one folder.

/** The files in a `.pt` file that is a zip file, those that are deflated inflated. */
export type Inflated = ReadonlyMap<string, Uint8Array>;

/** The files of the archive that are deflated, as they were; PyTorch writes none, but other programs may have packed it again. */
export async function inflatedFiles(
  place: Place,
  bytes: Uint8Array,
  refuseMore: (total: number) => void,
): Promise<Inflated> {
  const entries = zipEntries(place, bytes).filter((entry) => !isStored(entry));
  refuseMore(entries.reduce((sum, { size }) => sum + size, bytes.length));
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    files.set(entry.name, await unzipped({ ...place, part: describe(entry.name) }, bytes, entry));
  }
  return files;
}

/** Reads the pickle of an archive; the storages are read when they are asked for. */
export function readArchive(where: string, bytes: Uint8Array, inflated: Inflated): Saved {
  const entries = zipEntries({ where, part: "the file" }, bytes);
  const files = new Map(entries.map((entry) => [entry.name, entry]));
  const folder = /^[^/]*\//.exec(entries[0]?.name ?? "")?.[0] ?? "";
  const read = new Map<string, Uint8Array>();
  const bytesIn = (name: string): Uint8Array | undefined => {
    const entry = files.get(`${folder}${name}`);
    if (entry === undefined) return undefined;
    const found =
      read.get(name) ?? inflated.get(entry.name) ?? checked({ where, part: describe(entry.name) }, bytes, entry);
    read.set(name, found);
    return found;
  };
  if (files.has(`${folder}constants.pkl`)) {
    refuseFile(where, {
      expected: "what torch.save wrote",
      got: "a TorchScript archive",
      hint: "In Python, write torch.save(torch.jit.load(path).state_dict(), another_path), and read that.",
    });
  }
  const pickle = bytesIn("data.pkl");
  if (pickle === undefined) {
    refuseFile(where, {
      expected: "what torch.save wrote, with data.pkl in it",
      got:
        entries
          .slice(0, 6)
          .map(({ name }) => describe(name))
          .join(", ") || "an empty zip file",
      hint: entries.some(({ name }) => name.endsWith(".npy")) ? "An .npz is read by readNpz." : "",
    });
  }
  const place = { where, part: "data.pkl" };
  const cursor = cursorOf(place, pickle);
  const value = unpickle(cursor);
  if (cursor.at() !== pickle.length) refuse(place, "one pickle", "bytes after it");
  return {
    value,
    isBigEndian: orderOf({ where, part: "byteorder" }, bytesIn("byteorder")),
    bytesOf: (key) => bytesIn(`data/${key}`),
  };
}

function orderOf(place: Place, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false;
  const order = cursorOf(place, bytes).text(Math.min(bytes.length, 16)).trim();
  if (order === "little" || order === "big") return order === "big";
  return refuse(place, "little or big", describe(order));
}

/** The bytes of a file that is not deflated. A sum of 0 is none, as PyTorch writes them where it is told to. */
function checked(place: Place, bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  if (!isStored(entry)) refuse(place, "bytes that are not compressed", "deflated ones", "readTorch reads them.");
  const own = storedBytes(place, bytes, entry);
  if (entry.crc !== 0 && crc32(own) !== entry.crc) {
    refuse(place, "bytes with the checksum that stands beside them", "others");
  }
  return own;
}
