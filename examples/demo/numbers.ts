const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `12,345` */
export function whole(value: number): string {
  return grouped.format(value);
}

/** `2.35` */
export function decimals(value: number): string {
  return value.toFixed(2);
}

/** `3.1%` */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}

/** Seconds as `0:09`, or `1:02:03` from an hour on. */
export function duration(seconds: number): string {
  const total = Math.ceil(seconds);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
