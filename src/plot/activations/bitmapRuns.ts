/** Where rectangles of a bitmap lie: `from` to `to` across, `top` to `bottom` down, with whole numbers at both axes. */
export function rectangles(across: string, down: string) {
  const axis = { type: "quantitative", axis: { grid: false, format: "d", tickMinStep: 1 } };
  return {
    x: { field: "from", ...axis, title: across, scale: { nice: false } },
    x2: { field: "to" },
    y: { field: "top", ...axis, title: down, scale: { reverse: true, nice: false } },
    y2: { field: "bottom" },
  };
}

/** Neighbours of the same value, from one place up to another. */
export interface Run<T> {
  readonly value: T;
  readonly from: number;
  readonly to: number;
}

/** Neighbours that have the same value as one, so that a bitmap is few rectangles; those of null are left out. */
export function runsOf<Item, T>(items: readonly Item[], valueAt: (item: Item, place: number) => T | null): Run<T>[] {
  const runs: { value: T; from: number; to: number }[] = [];
  for (const [place, item] of items.entries()) {
    const value = valueAt(item, place);
    if (value === null) continue;
    const last = runs[runs.length - 1];
    if (last !== undefined && last.to === place && last.value === value) last.to = place + 1;
    else runs.push({ value, from: place, to: place + 1 });
  }
  return runs;
}
