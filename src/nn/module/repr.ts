/** A number as Python writes it, so that modules print as in PyTorch: `1e-05`, not `0.00001`. */
export function showNumber(x: number): string {
  const size = Math.abs(x);
  if (size === 0 || !Number.isFinite(x) || (size >= 1e-4 && size < 1e16)) return String(x);
  const [digits, exponent] = x.toExponential().split("e");
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}
