/** Keeps its thread busy for so many milliseconds, as training does; throws, or ends its thread, where it is told to. */
export function cell({
  ms,
  throws = false,
  exits = false,
  x,
}: {
  ms: number;
  throws?: boolean;
  exits?: boolean;
  x: number;
}) {
  if (throws) throw new Error(`${x} is refused`);
  if (exits) process.exit(3);
  const end = performance.now() + ms;
  while (performance.now() < end);
  return { x, root: Math.sqrt(x) };
}
