/** The checksum of zip files: CRC-32 of ISO 3309. */
export const crc32 = (bytes: Uint8Array): number => crcOf(bytes, iso3309);

/** The checksum of TFRecord files, before it is masked: CRC-32C of RFC 3720. */
export const crc32c = (bytes: Uint8Array): number => crcOf(bytes, castagnoli);

const iso3309 = /* @__PURE__ */ tableOf(0xedb88320);
const castagnoli = /* @__PURE__ */ tableOf(0x82f63b78);

/** What each byte does to a checksum. */
function tableOf(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

function crcOf(bytes: Uint8Array, table: Int32Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
