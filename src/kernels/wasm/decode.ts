/**
 * The bytes of a module, from the text that `scripts/build/wasm.mjs` makes of them. Base64 hides from gzip that bytes
 * repeat; here a byte stays a character, in ASCII and without an escape in a string, so the text packs nearly as well
 * as the bytes.
 *
 * `v = byte + 16 mod 256` is written in base 86: its last digit is the character 40 + digit, but `&` for the backslash,
 * and before it stands `!` for 1 · 86 or `#` for 2 · 86, nothing for 0. With the 16, the most frequent bytes take one
 * character.
 */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 36) {
      high = (code - 31) * 43; // 33 is "!", 35 is "#"
    } else {
      bytes[length++] = high + (code === 38 ? 92 : code) - 40 - 16; // kept mod 256
      high = 0;
    }
  }
  return bytes.subarray(0, length);
}
