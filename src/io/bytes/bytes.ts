/**
 * Bytes in memory of their own, which is not shared: `Uint8Array<ArrayBuffer>`, as TypeScript calls it since 5.7, and
 * `Uint8Array` before.
 */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;
