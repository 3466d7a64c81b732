/** Bytes as letters, by the usual alphabet. */
export function toBase64(bytes: Uint8Array): string {
  let letters = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    letters += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(letters);
}

/** The bytes, or null where the text is not base64. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
