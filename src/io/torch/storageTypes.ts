/** PyTorch's classes of storages: the dtype of the elements, and the bytes of one. */
const storageTypes: ReadonlyMap<string, readonly [dtype: string, width: number]> = /* @__PURE__ */ new Map([
  ["DoubleStorage", ["float64", 8]],
  ["FloatStorage", ["float32", 4]],
  ["HalfStorage", ["float16", 2]],
  ["BFloat16Storage", ["bfloat16", 2]],
  ["LongStorage", ["int64", 8]],
  ["IntStorage", ["int32", 4]],
  ["ShortStorage", ["int16", 2]],
  ["CharStorage", ["int8", 1]],
  ["ByteStorage", ["uint8", 1]],
  ["UntypedStorage", ["uint8", 1]],
  ["BoolStorage", ["bool", 1]],
  ["ComplexDoubleStorage", ["complex128", 16]],
  ["ComplexFloatStorage", ["complex64", 8]],
  ["QUInt8Storage", ["quint8", 1]],
  ["QInt8Storage", ["qint8", 1]],
  ["QInt32Storage", ["qint32", 4]],
  ["QUInt4x2Storage", ["quint4x2", 1]],
  ["QUInt2x4Storage", ["quint2x4", 1]],
]);

/** What a class of storages holds, by its name, such as `torch.FloatStorage`; undefined for another name. */
export function storageType(name: string): readonly [dtype: string, width: number] | undefined {
  const own = /^torch\.(?:cuda\.|storage\.)?(\w+)$/.exec(name)?.[1];
  return own === undefined ? undefined : storageTypes.get(own);
}

/** The dtypes that tensors may have beside those of the classes: the bytes of an element. */
const laterWidths: Readonly<Record<string, number>> = {
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  float8_e4m3fnuz: 1,
  float8_e5m2fnuz: 1,
  float8_e8m0fnu: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  complex32: 4,
};

/** The bytes of an element of a dtype, by its name, such as `torch.float32`; undefined for another name. */
export function dtypeNamed(name: string): readonly [dtype: string, width: number] | undefined {
  const own = /^torch\.(\w+)$/.exec(name)?.[1] ?? "";
  if (Object.hasOwn(laterWidths, own)) return [own, laterWidths[own]];
  return [...storageTypes.values()].find(([dtype]) => dtype === own);
}
