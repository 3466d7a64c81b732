/** What can be done in Python about what is not read here, by names of classes, functions or dtypes. */
const hints: readonly (readonly [name: RegExp, hint: string])[] = [
  [/_rebuild_sparse/, "Save x.to_dense() there."],
  [/_rebuild_qtensor|^q/, "Save x.dequantize() there."],
  [/_rebuild_meta/, "It is a tensor without elements."],
  [/^complex/, "Save torch.view_as_real(x) there."],
  [/^float8/, "Save x.float() there."],
  [/^numpy\./, "Save float(x), or torch.from_numpy(x), there."],
  [/^torch\.nn\./, "It is a whole module: save model.state_dict() there."],
];

/** What to do about a name that is not allowed. */
export function hintFor(name: string): string {
  const own = hints.find(([pattern]) => pattern.test(name))?.[1] ?? "Save model.state_dict() there.";
  return `${own} With { at } one part of the file is read, whatever stands elsewhere.`;
}
