/** The bytes of numbers in hexadecimal, or of more than `most` their SHA-256. Runs in browsers too. */
export async function bits(data: ArrayBufferView, most: number): Promise<string> {
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (bytes.length <= most) return hex(bytes);
  return `sha256:${hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
