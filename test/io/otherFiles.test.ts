import { isTensorError } from "evenkeel";
import {
  fromNpy,
  fromSafetensors,
  fromTorch,
  loadCheckpoint,
  openNpz,
  readNpz,
  readSafetensors,
  readTorch,
} from "evenkeel/io";
import { describe, expect, test } from "vitest";
import golden from "../golden/io/otherFiles.json" with { type: "json" };

const readers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  fromSafetensors,
  readSafetensors,
  loadCheckpoint: (bytes) => loadCheckpoint(bytes, {}),
  fromNpy,
  readNpz,
  openNpz,
  fromTorch,
  readTorch,
};
const own: Readonly<Record<string, RegExp>> = {
  ".npy": /^fromNpy$/,
  ".npz": /Npz$/,
  ".pt": /Torch$/,
  ".pt of before 1.6": /Torch$/,
};
/** The formats that a reader takes, and what is said of a file to the others. */
const said: Readonly<Record<string, RegExp>> = {
  ".pt": /a zip file, as PyTorch's \.pt.*fromTorch/,
  ".pt of before 1.6": /a pickle, as PyTorch's older \.pt.*fromTorch/,
  pickle: /a pickle.*(fromTorch reads what PyTorch wrote|torch\.save)/,
  ".npy": /a \.npy file.*fromNpy/,
  ".npz": /a zip file.*readNpz|w?eight\.npy.*readNpz/,
  gzip: /gzip.*Decompress/,
};

describe("a file of another format is called by its name, with what to do", () => {
  for (const [format, text] of Object.entries(golden.files)) {
    const bytes = new Uint8Array(Buffer.from(text, "base64"));
    for (const [name, read] of Object.entries(readers)) {
      if (own[format]?.test(name)) continue;
      test(`${format} to ${name}`, async () => {
        const error = await Promise.resolve()
          .then(() => read(bytes))
          .catch((thrown: unknown) => thrown);
        if (!isTensorError(error)) throw new Error(`it was read: ${error}`);
        expect(error.code).toBe("EVENKEEL_FILE");
        // To who reads zip files a .pt is one, of other entries.
        const expected = format === ".pt" && name.endsWith("Npz") ? /It is PyTorch's.*fromTorch/ : said[format];
        expect(error.message).toMatch(expected);
      });
    }
  }
});
