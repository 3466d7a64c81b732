import type { Bytes } from "./bytes.ts";

/**
 * A message of Protocol Buffers as it is written: fields one after the other, each with its number and the kind of its value.
 * @see https://protobuf.dev/programming-guides/encoding.
 */
export class Message {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** A whole number, negative ones as 64 bits. */
  int(field: number, value: number): this {
    return this.add(varint(field * 8)).add(varint(value));
  }

  /** A number of 32 bits. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.add(varint(field * 8 + 5)).add(bytes);
  }

  /** A number of 64 bits. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.add(varint(field * 8 + 1)).add(bytes);
  }

  /** A text, bytes, or a message within this one. */
  put(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      typeof value === "string" ? new TextEncoder().encode(value) : value instanceof Message ? value.bytes() : value;
    return this.add(varint(field * 8 + 2))
      .add(varint(bytes.length))
      .add(bytes);
  }

  /** Several of them. */
  putAll(field: number, values: readonly (string | Message)[]): this {
    for (const value of values) this.put(field, value);
    return this;
  }

  /** All that was put in. */
  bytes(): Bytes {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private add(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }
}

/** Seven bits to a byte, the lowest first; a set top bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}
