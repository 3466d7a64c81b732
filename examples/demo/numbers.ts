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
